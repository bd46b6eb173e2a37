package io.github.clonemap.server;

import java.util.ArrayList;
import java.util.List;

import io.github.clonemap.protocol.Message;
import io.github.clonemap.protocol.Message.Sync;
import io.github.clonemap.protocol.Reply.End;
import io.github.clonemap.protocol.Reply.Entries;
import io.github.clonemap.protocol.Subtrees;
import io.github.clonemap.protocol.Update;
import io.github.clonemap.store.EntryStore;
import io.github.clonemap.store.EntryWalk;
import io.github.clonemap.store.History;
import org.jspecify.annotations.Nullable;

/**
 * The answer to one request for data, sent in chunks between turns: a walk over the
 * store, or what the history has after the client's last sequence.
 */
final class Transfer implements AutoCloseable {

	/**
	 * How full a chunk gets.
	 */
	private static final int CHUNK_BYTES = 64 << 10;

	/**
	 * How many entries one step looks at, so that a small subtree of a large store does
	 * not hold up the server.
	 */
	private static final int ENTRIES_PER_STEP = 2048;

	private final int syncId;

	private final Subtrees subtrees;

	private final long startSequence;

	private final Source source;

	private final int total;

	private final Unread unread;

	private int chunks;

	private int allowedChunks;

	private boolean exhausted;

	private long until;

	private long progressNanos;

	private Transfer(Sync request, long startSequence, Source source, int total, Unread unread) {
		this.syncId = request.syncId();
		this.subtrees = request.subtrees();
		this.allowedChunks = request.credit();
		this.startSequence = startSequence;
		this.source = source;
		this.total = total;
		this.unread = unread;
	}

	static Transfer snapshot(Sync request, long committed, EntryStore store, Unread unread) {
		return new Transfer(request, committed, new Walk(store.walk()), store.size(), unread);
	}

	static Transfer resume(Sync request, long committed, History history, Unread unread) {
		long index = history.indexAfter(request.fromSequence());
		long end = history.indexAfter(committed);
		return new Transfer(request, committed, new Replay(history, index, end), (int) (end - index), unread);
	}

	int syncId() {
		return this.syncId;
	}

	boolean isResume() {
		return this.source instanceof Replay;
	}

	/**
	 * The client allows more chunks. Credit is a total.
	 */
	void onCredit(int chunks) {
		this.allowedChunks = Math.max(this.allowedChunks, chunks);
	}

	/**
	 * Whether there is something to send: what the client allows, but no more than it may
	 * leave unread. The end waits until all is committed that the chunks may show.
	 */
	boolean maySend(long committed) {
		return this.exhausted ? this.until <= committed : this.chunks < this.allowedChunks && this.unread.hasRoom();
	}

	/**
	 * Whether nothing was sent for long, because the client allows nothing: an open walk
	 * costs something at each write.
	 */
	boolean isStalled(long committed, long nowNanos, long patienceNanos) {
		if (maySend(committed) || this.progressNanos == 0) {
			this.progressNanos = nowNanos;
		}
		return nowNanos - this.progressNanos > patienceNanos;
	}

	/**
	 * Whether the client has left unread as much as it may for long, by this answer or by
	 * those before.
	 */
	boolean isUnread(long nowNanos, long patienceNanos) {
		return this.unread.isStalled(nowNanos, patienceNanos) && !this.exhausted;
	}

	/**
	 * The message that ends the answer before it is complete.
	 */
	End breakOff() {
		return new End(this.syncId, End.BROKEN_OFF, isResume(), this.startSequence, this.startSequence);
	}

	/**
	 * The next step.
	 * @param committed the committed sequence now
	 * @param ordered the last sequence now, committed or not
	 * @return the message to send, {@code null} if this step found nothing to send
	 */
	@Nullable Message next(long committed, long ordered) {
		if (this.exhausted) {
			return new End(this.syncId, this.chunks, isResume(), this.startSequence,
					isResume() ? this.startSequence : committed);
		}
		List<Update> updates = new ArrayList<>();
		this.progressNanos = 0;
		int bytes = 0;
		for (int i = 0; i < ENTRIES_PER_STEP && bytes < CHUNK_BYTES; i++) {
			if (this.source.isLost()) {
				return breakOff();
			}
			Update update = this.source.next();
			if (update == null) {
				this.exhausted = true;
				this.until = isResume() ? this.startSequence : ordered;
				break;
			}
			if (this.subtrees.contains(update.key())) {
				updates.add(update);
				bytes += update.weight();
			}
		}
		return updates.isEmpty() ? null : new Entries(this.syncId, this.chunks++, this.unread.onSent(bytes), isResume(),
				Math.max(this.total, updates.size()), updates);
	}

	@Override
	public void close() {
		this.source.close();
	}

	/**
	 * Where the updates of a transfer come from.
	 */
	private interface Source extends AutoCloseable {

		@Nullable Update next();

		boolean isLost();

		@Override
		void close();

	}

	private record Walk(EntryWalk walk) implements Source {

		@Override
		public @Nullable Update next() {
			return this.walk.next();
		}

		@Override
		public boolean isLost() {
			return false;
		}

		@Override
		public void close() {
			this.walk.close();
		}

	}

	private static final class Replay implements Source {

		private final History history;

		private final long end;

		private long index;

		Replay(History history, long index, long end) {
			this.history = history;
			this.end = end;
			this.index = index;
		}

		@Override
		public @Nullable Update next() {
			return (this.index < this.end) ? this.history.get(this.index++) : null;
		}

		@Override
		public boolean isLost() {
			return this.index < this.end && this.history.get(this.index) == null;
		}

		@Override
		public void close() {
			this.index = this.end;
		}

	}

}
