package io.github.clonemap.server;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

import io.github.clonemap.agent.HeapShare;
import io.github.clonemap.protocol.FrameWriter;
import io.github.clonemap.protocol.LogRecord;
import io.github.clonemap.protocol.PeerMessage.Log;
import io.github.clonemap.protocol.Update;
import io.github.clonemap.protocol.WriteResult;
import org.jspecify.annotations.Nullable;

/**
 * Stands between what a server orders and what anybody hears of it. All that is ordered
 * gathers in batches; a batch is committed when the passive server has it, or at once
 * where there is none, and only then its updates are published and its writes
 * acknowledged. So nothing that anybody has seen or was promised is lost with one server.
 * <p>
 * A server of a pair keeps the last batches, for a peer that was away for a moment.
 */
final class CommitLog {

	/**
	 * When a batch is sealed although the turn goes on.
	 */
	private static final int MAX_BATCH_BYTES = 64 << 10;

	private static final int MAX_BATCH_UPDATES = 512;

	/**
	 * How many bytes of committed batches are kept for a peer.
	 */
	private static final long MAX_KEPT_BYTES = HeapShare.of(16, 32L << 20);

	/**
	 * How many bytes may wait for their commit. Beyond that a server takes no writes: the
	 * passive one, or the network between the two, does not keep up.
	 */
	private static final long MAX_WAITING_BYTES = HeapShare.of(8, 64L << 20);

	private static final int MAX_SPARES = 32;

	/**
	 * What waits for its commit: one for each batch after {@link #committed}, in order.
	 */
	private final Deque<BatchContents> waiting = new ArrayDeque<>();

	private final Deque<Action> actions = new ArrayDeque<>();

	private final FrameWriter records = new FrameWriter(1024);

	private final FrameWriter writer = new FrameWriter(1024);

	private final long serverId;

	private final boolean replicated;

	private final Listener listener;

	/**
	 * The batches from {@link #first} to {@link #last}, each in the place of its number.
	 */
	private @Nullable LogBatch[] ring = new LogBatch[64];

	private BatchContents open = new BatchContents();

	/**
	 * Emptied ones, to be filled again: their arrays have grown to what is needed.
	 */
	private final Deque<BatchContents> spares = new ArrayDeque<>();

	private boolean hasContent;

	private int recordCount;

	private long first = 1;

	private long last;

	private long committed;

	private long sequence;

	private long committedSequence;

	private long updates;

	private long keptBytes;

	private long waitingBytes;

	CommitLog(long serverId, boolean replicated, long sequence, Listener listener) {
		this.serverId = serverId;
		this.replicated = replicated;
		this.sequence = sequence;
		this.committedSequence = sequence;
		this.listener = listener;
	}

	/**
	 * Whether there is, or may be, somebody who has to be told all.
	 */
	boolean isReplicated() {
		return this.replicated;
	}

	/**
	 * The number of the last batch.
	 */
	long last() {
		return this.last;
	}

	/**
	 * The number of the last batch that is committed.
	 */
	long committed() {
		return this.committed;
	}

	/**
	 * The last sequence that anybody may hear of.
	 */
	long committedSequence() {
		return this.committedSequence;
	}

	/**
	 * How many updates this server has ordered.
	 */
	long updates() {
		return this.updates;
	}

	/**
	 * Whether more writes may be ordered.
	 */
	boolean hasRoom() {
		return this.waitingBytes < MAX_WAITING_BYTES;
	}

	/**
	 * Begins anew: this server becomes active with the state that it has. Whoever
	 * followed it when it was active before must not go on from there.
	 */
	void restart(long sequence) {
		while (this.first <= this.last) {
			forgetFirst();
		}
		this.waiting.clear();
		this.actions.clear();
		this.waitingBytes = 0;
		this.open.clear();
		this.records.clear();
		this.recordCount = 0;
		this.hasContent = false;
		this.last++;
		this.first = this.last + 1;
		this.committed = this.last;
		this.sequence = sequence;
		this.committedSequence = sequence;
	}

	/**
	 * Something has happened that the peer has to know.
	 */
	void add(LogRecord happened) {
		this.hasContent = true;
		if (this.replicated) {
			happened.write(this.records);
			this.recordCount++;
		}
	}

	/**
	 * Writes of a client have happened. Their updates are those of the open batch from
	 * one on.
	 */
	void addWritten(Session session, long known, long firstCounter, List<WriteResult> results, int firstUpdate) {
		this.hasContent = true;
		this.open.add(session);
		if (this.replicated) {
			LogRecord.Written.writeHead(this.records, session.clientId(), known, firstCounter, results);
			this.open.writeFrom(firstUpdate, this.records);
			this.recordCount++;
		}
	}

	/**
	 * Something has happened that matters to the peer alone.
	 */
	void addForPeer(LogRecord happened) {
		if (this.replicated) {
			add(happened);
		}
	}

	/**
	 * An update was ordered. The record that tells the peer of it comes separately.
	 */
	void add(Update update) {
		this.hasContent = true;
		this.updates++;
		this.sequence = update.sequence();
		this.open.add(update);
	}

	/**
	 * The order goes on after a sequence.
	 */
	void skipTo(long sequence) {
		this.sequence = sequence;
	}

	/**
	 * What is in the open batch so far.
	 */
	BatchContents open() {
		return this.open;
	}

	/**
	 * Does something when all is committed that was ordered before it.
	 */
	void whenCommitted(Runnable action) {
		if (!this.hasContent && this.committed == this.last) {
			action.run();
		}
		else {
			this.actions.addLast(new Action(this.hasContent ? this.last + 1 : this.last, action));
		}
	}

	/**
	 * Whether the open batch should not grow any more.
	 */
	boolean isFull() {
		return this.open.size() >= MAX_BATCH_BYTES || this.records.size() >= MAX_BATCH_BYTES
				|| this.open.updates().size() >= MAX_BATCH_UPDATES;
	}

	/**
	 * Ends the open batch, if there is something in it.
	 */
	void seal() {
		if (!this.hasContent) {
			return;
		}
		this.hasContent = false;
		LogBatch batch = new LogBatch(++this.last, this.sequence, this.updates, takeMessage());
		if (this.last - this.first == this.ring.length) {
			grow();
		}
		this.ring[slot(this.last)] = batch;
		this.keptBytes += batch.weight();
		this.waitingBytes += batch.weight();
		this.waiting.addLast(this.open);
		BatchContents spare = this.spares.pollFirst();
		this.open = (spare != null) ? spare : new BatchContents();
	}

	/**
	 * All batches up to a number are committed.
	 */
	void commitTo(long number) {
		while (this.committed < number && this.committed < this.last) {
			LogBatch batch = batch(this.committed + 1);
			this.committed = batch.number();
			this.committedSequence = batch.sequence();
			this.waitingBytes -= batch.weight();
			BatchContents contents = this.waiting.removeFirst();
			contents.commit(this.listener);
			if (this.spares.size() < MAX_SPARES) {
				this.spares.addFirst(contents);
			}
		}
		while (this.first <= this.committed && (!this.replicated || this.keptBytes > MAX_KEPT_BYTES)) {
			forgetFirst();
		}
		for (Action action = this.actions.peekFirst(); action != null
				&& action.batch() <= this.committed; action = this.actions.peekFirst()) {
			this.actions.removeFirst();
			action.action().run();
		}
	}

	/**
	 * Whether all batches after one are still here.
	 */
	boolean reaches(long number) {
		return number >= this.first - 1 && number <= this.last;
	}

	/**
	 * A batch by its number.
	 * @throws IllegalArgumentException if it is not here
	 */
	LogBatch batch(long number) {
		LogBatch batch = (number >= this.first && number <= this.last) ? this.ring[slot(number)] : null;
		if (batch == null) {
			throw new IllegalArgumentException("no batch " + number);
		}
		return batch;
	}

	/**
	 * How many updates there are after a batch; -1 if nobody knows.
	 */
	long updatesAfter(long number) {
		if (number == this.last) {
			return 0;
		}
		return (number >= this.first && number < this.last) ? this.updates - batch(number).updates() : -1;
	}

	private byte[] takeMessage() {
		if (!this.replicated) {
			return new byte[0];
		}
		Log.writeHeader(this.writer.clear(), this.serverId, this.last, this.sequence, this.updates, this.recordCount);
		byte[] message = this.writer.writeFrom(this.records).toByteArray();
		this.recordCount = 0;
		this.records.clear();
		return message;
	}

	private void forgetFirst() {
		this.keptBytes -= batch(this.first).weight();
		this.ring[slot(this.first++)] = null;
	}

	private void grow() {
		@Nullable LogBatch[] larger = new LogBatch[this.ring.length * 2];
		for (long number = this.first; number < this.last; number++) {
			larger[(int) (number & (larger.length - 1))] = this.ring[slot(number)];
		}
		this.ring = larger;
	}

	private int slot(long number) {
		return (int) (number & (this.ring.length - 1));
	}

	private record Action(long batch, Runnable action) {

	}

	/**
	 * Who tells the world.
	 */
	interface Listener {

		/**
		 * An update is committed.
		 * @param update the update
		 * @param encoded has it as bytes
		 * @param start where they start
		 * @param length how many they are
		 */
		void onCommitted(Update update, FrameWriter encoded, int start, int length);

		void onCommitted(Session session);

	}

}
