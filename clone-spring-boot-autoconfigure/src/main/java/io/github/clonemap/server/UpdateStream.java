package io.github.clonemap.server;

import io.github.clonemap.protocol.FrameWriter;
import io.github.clonemap.protocol.StreamBatch;
import io.github.clonemap.protocol.Subtrees;
import io.github.clonemap.protocol.Update;

/**
 * The numbered flow of batches for one set of subtrees. Updates gather here during a turn
 * and leave at its end, or when a batch is full.
 */
final class UpdateStream {

	/**
	 * How full a batch gets. A larger one gains little (Decisions in the README), and a
	 * subscriber's queue is counted in batches.
	 */
	static final int BATCH_BYTES = 32 << 10;

	private final Subtrees subtrees;

	private final long serverId;

	private final int headerPosition;

	private final FrameWriter frame = new FrameWriter(1024);

	private long before;

	private long committed;

	private long first;

	private long last;

	private int count;

	private long lastSentNanos;

	private boolean heartbeatDue;

	UpdateStream(Subtrees subtrees, long serverId, long before) {
		this.subtrees = subtrees;
		this.serverId = serverId;
		this.committed = before;
		this.before = before;
		byte[] topic = subtrees.topic();
		this.headerPosition = topic.length;
		this.frame.writeBytes(topic);
		for (int i = 0; i < StreamBatch.HEADER_BYTES; i++) {
			this.frame.writeByte(0);
		}
	}

	Subtrees subtrees() {
		return this.subtrees;
	}

	long lastSentNanos() {
		return this.lastSentNanos;
	}

	/**
	 * The committed sequence that the subscribers were told last.
	 */
	long committed() {
		return this.committed;
	}

	/**
	 * Forgets what has gathered, and begins after a sequence.
	 */
	void restart(long committed) {
		this.frame.rewindTo(this.headerPosition + StreamBatch.HEADER_BYTES);
		this.before = committed;
		this.committed = committed;
		this.count = 0;
		this.heartbeatDue = false;
	}

	void requestHeartbeat() {
		this.heartbeatDue = true;
	}

	boolean isDue() {
		return this.count > 0 || this.heartbeatDue;
	}

	boolean isFull() {
		return this.frame.size() >= BATCH_BYTES;
	}

	void add(Update update, FrameWriter encoded, int start, int length) {
		if (this.count++ == 0) {
			this.first = update.sequence();
		}
		this.last = update.sequence();
		this.frame.writeFrom(encoded, start, length);
	}

	/**
	 * Ends the batch and publishes it.
	 * @param transport the way out
	 * @param committed the server's committed sequence: all of this stream up to it is in
	 * this batch or in an earlier one
	 * @param serverTimeMicros the server's clock
	 * @param nowNanos the time now
	 */
	void publish(ServerTransport transport, long committed, long serverTimeMicros, long nowNanos) {
		StreamBatch batch = (this.count == 0)
				? new StreamBatch(this.serverId, this.before, this.before, this.before, 0, serverTimeMicros, committed)
				: new StreamBatch(this.serverId, this.before, this.first, this.last, this.count, serverTimeMicros,
						committed);
		int size = this.frame.size();
		this.frame.moveTo(this.headerPosition);
		batch.write(this.frame);
		this.frame.moveTo(size);
		transport.publish(this.frame);
		this.frame.rewindTo(this.headerPosition + StreamBatch.HEADER_BYTES);
		this.before = batch.last();
		this.committed = committed;
		this.count = 0;
		this.heartbeatDue = false;
		this.lastSentNanos = nowNanos;
	}

}
