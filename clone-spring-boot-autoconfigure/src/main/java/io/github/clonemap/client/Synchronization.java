package io.github.clonemap.client;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.github.clonemap.protocol.Message.Credit;
import io.github.clonemap.protocol.Message.Sync;
import io.github.clonemap.protocol.Reply.End;
import io.github.clonemap.protocol.Reply.Entries;
import io.github.clonemap.protocol.Update;
import io.github.clonemap.store.EntryTable;
import org.jspecify.annotations.Nullable;

/**
 * One request for the data that a client does not have, and what has come of the answer.
 * Meanwhile the stream goes on: beside a snapshot its updates are kept, newest per key;
 * beside a resume, which is short, the stream waits.
 */
final class Synchronization {

	/**
	 * How many chunks of up to 64 KiB the server may be ahead.
	 */
	static final int CREDIT = 32;

	private final Sync request;

	private final Map<String, ReplicaEntry> heard = new HashMap<>();

	private final List<ReplicaEntry> missed = new ArrayList<>();

	private EntryTable<ReplicaEntry> snapshot = new EntryTable<>(0);

	private int chunks;

	private @Nullable Boolean resume;

	private final long startNanos;

	private long progressNanos;

	Synchronization(int syncId, Replica replica, long nowNanos) {
		this.request = new Sync(syncId, replica.subtrees(), replica.sequence(), replica.serverId(), CREDIT);
		this.startNanos = nowNanos;
		this.progressNanos = nowNanos;
	}

	Sync request() {
		return this.request;
	}

	long startNanos() {
		return this.startNanos;
	}

	long progressNanos() {
		return this.progressNanos;
	}

	/**
	 * Whether the stream has to wait: as long as the answer may be, or is, a resume.
	 */
	boolean holdsStream() {
		return (this.resume != null) ? this.resume : this.request.fromSequence() > 0;
	}

	/**
	 * An update of the stream, beside a snapshot.
	 */
	void onHeard(ReplicaEntry update) {
		this.heard.put(update.key(), update);
	}

	/**
	 * A chunk of the answer.
	 * @return whether it is the next one; if not, something was lost
	 */
	boolean onEntries(Entries entries, long nowNanos) {
		if (entries.chunk() != this.chunks || (this.resume != null && this.resume != entries.resume())) {
			// A chunk that comes twice is no loss.
			return entries.chunk() < this.chunks;
		}
		if (this.resume == null) {
			this.resume = entries.resume();
			if (!entries.resume()) {
				// The total is the server's word: a hint, not to be trusted with memory.
				this.snapshot = new EntryTable<>(Math.min(entries.total(), 1 << 20));
			}
		}
		this.chunks++;
		this.progressNanos = nowNanos;
		for (Update update : entries.updates()) {
			ReplicaEntry entry = (ReplicaEntry) update;
			if (entries.resume()) {
				this.missed.add(entry);
			}
			else if (entry.isPut()) {
				this.snapshot.put(entry);
			}
		}
		return true;
	}

	/**
	 * More credit.
	 * @param proof that of the newest chunk that came
	 */
	Credit credit(long proof) {
		return new Credit(this.request.syncId(), this.chunks + CREDIT, proof);
	}

	/**
	 * The end of the answer, which may have had no chunk at all.
	 * @return whether all that belongs to it has come
	 */
	boolean onEnd(End end) {
		if (this.resume == null) {
			this.resume = end.resume();
		}
		return end.chunks() == this.chunks && end.resume() == this.resume;
	}

	/**
	 * The entries of a snapshot, with what was heard since it began.
	 */
	EntryTable<ReplicaEntry> snapshot(End end) {
		for (ReplicaEntry update : this.heard.values()) {
			if (update.sequence() > end.sequence()) {
				if (update.isPut()) {
					this.snapshot.put(update);
				}
				else {
					this.snapshot.remove(update.key());
				}
			}
		}
		return this.snapshot;
	}

	/**
	 * What was missed, in order.
	 */
	List<ReplicaEntry> missed() {
		return this.missed;
	}

}
