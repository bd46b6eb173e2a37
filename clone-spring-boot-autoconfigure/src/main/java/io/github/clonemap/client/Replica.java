package io.github.clonemap.client;

import io.github.clonemap.CloneStoppedException;
import io.github.clonemap.protocol.Subtrees;
import io.github.clonemap.store.EntryTable;
import org.jspecify.annotations.Nullable;

/**
 * The entries that a client holds. Written by the client's agent only, read by any thread
 * without waiting. A snapshot is built aside and takes the place of the old entries in
 * one step.
 */
final class Replica {

	private final Subtrees subtrees;

	private volatile EntryTable<ReplicaEntry> entries = new EntryTable<>(0);

	/**
	 * What the application may read: the entries, or {@code null} while they are withheld
	 * from it. One reference says both, so a read pays nothing for it.
	 */
	private volatile @Nullable EntryTable<ReplicaEntry> readable = this.entries;

	private volatile String withheld = "";

	private volatile long sequence;

	private long serverId;

	Replica(Subtrees subtrees) {
		this.subtrees = subtrees;
	}

	Subtrees subtrees() {
		return this.subtrees;
	}

	EntryTable<ReplicaEntry> entries() {
		return this.entries;
	}

	/**
	 * What the application may read.
	 * @throws CloneStoppedException if that is nothing
	 */
	EntryTable<ReplicaEntry> readable() {
		EntryTable<ReplicaEntry> readable = this.readable;
		if (readable == null) {
			throw new CloneStoppedException(this.withheld);
		}
		return readable;
	}

	/**
	 * Lets the application read nothing any more.
	 * @param reason why, and what to do
	 */
	void withhold(String reason) {
		this.withheld = reason;
		this.readable = null;
	}

	/**
	 * Why the application may read nothing, or {@code null} if it may. Read by any
	 * thread.
	 */
	@Nullable String withheld() {
		return (this.readable == null) ? this.withheld : null;
	}

	/**
	 * Lets the application read again.
	 */
	void show() {
		this.readable = this.entries;
	}

	/**
	 * Finds an entry.
	 * @param key the whole key
	 */
	@Nullable ReplicaEntry get(String key) {
		return this.entries.get(key);
	}

	/**
	 * How many entries there are; costs more for a prefix than for all.
	 */
	long count(String prefix) {
		if (prefix.isEmpty()) {
			return this.entries.size();
		}
		long count = 0;
		for (ReplicaEntry entry : this.entries) {
			count += entry.key().startsWith(prefix) ? 1 : 0;
		}
		return count;
	}

	/**
	 * The sequence of which this is the server's state.
	 */
	long sequence() {
		return this.sequence;
	}

	/**
	 * The server from which it has that sequence, 0 for none. For the agent.
	 */
	long serverId() {
		return this.serverId;
	}

	boolean isEmpty() {
		return this.entries.size() == 0;
	}

	/**
	 * Applies one update, in order.
	 * @return the entry before, or {@code null} if there was none
	 */
	@Nullable ReplicaEntry apply(ReplicaEntry update) {
		return update.isPut() ? this.entries.put(update) : this.entries.remove(update.key());
	}

	/**
	 * All up to a sequence has been applied.
	 */
	void advanceTo(long sequence) {
		if (sequence > this.sequence) {
			this.sequence = sequence;
		}
	}

	/**
	 * All up to a sequence has been applied, which is a state of some server.
	 */
	void advanceTo(long sequence, long serverId) {
		advanceTo(sequence);
		this.serverId = serverId;
	}

	/**
	 * Puts other entries in place of all that are here.
	 * @return the entries before
	 */
	EntryTable<ReplicaEntry> swap(EntryTable<ReplicaEntry> entries, long sequence, long serverId) {
		EntryTable<ReplicaEntry> before = this.entries;
		this.entries = entries;
		this.readable = entries;
		this.sequence = sequence;
		this.serverId = serverId;
		return before;
	}

}
