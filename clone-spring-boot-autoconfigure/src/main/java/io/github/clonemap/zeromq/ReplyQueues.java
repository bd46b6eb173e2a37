package io.github.clonemap.zeromq;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

import io.github.clonemap.agent.HeapShare;
import io.github.clonemap.server.Route;
import zmq.Msg;

/**
 * How many bytes wait in a ROUTER for peers that do not read, all together. ZeroMQ counts
 * messages, and for each peer by itself; but memory is bytes, and there may be many
 * peers. JeroMQ asks a message for its bytes when it begins to write it, and lets go of
 * the one before it: so messages count each other out. What waits for a connection that
 * has ended is forgotten with it.
 * <p>
 * A peer may have as much as nobody else has taken. So whoever wants much leaves as much
 * for each one that comes after it.
 * <p>
 * For the agent.
 */
final class ReplyQueues {

	/**
	 * How much may wait for all peers before large replies wait where they come from.
	 */
	static final long MAX_BYTES = HeapShare.of(8, 64L << 20);

	/**
	 * The same for one peer.
	 */
	static final long MAX_BYTES_EACH = HeapShare.of(32, 4L << 20);

	/**
	 * What JeroMQ needs for the frames of a message beside their bytes.
	 */
	private static final int MESSAGE_OVERHEAD = 256;

	/**
	 * JeroMQ copies what is not larger into a buffer that each connection has.
	 */
	private static final int COPIED_BYTES = 8 << 10;

	private final Map<Route, Queue> queues = new HashMap<>();

	private long bytes;

	/**
	 * Nothing is being written to any of them, so the last ones were written, too.
	 */
	void onAllWritten() {
		this.queues.values().forEach(this::countOut);
	}

	private void countOut(Queue queue) {
		queue.bytes -= queue.writing;
		this.bytes -= queue.writing;
		queue.writing = 0;
	}

	/**
	 * Whether a reply that may be large has room.
	 */
	boolean hasRoom(Route route) {
		return bytes(route) < Math.min(MAX_BYTES_EACH, MAX_BYTES - this.bytes);
	}

	/**
	 * Whether any reply has room: the small ones have some for themselves, and one has it
	 * always.
	 */
	boolean takes(Route route) {
		long bytes = bytes(route);
		return bytes == 0 || (bytes < 2 * MAX_BYTES_EACH && this.bytes < 2 * MAX_BYTES);
	}

	/**
	 * Whether so much waits that some peers must wait for others.
	 */
	boolean isShort() {
		return this.bytes > MAX_BYTES / 2;
	}

	/**
	 * Counts a message that is about to be sent.
	 * @param route to whom
	 * @param lastFrame its last frame
	 * @param size how many bytes all its frames have
	 * @return its last frame, which counts it out
	 */
	Msg count(Route route, ByteBuffer lastFrame, int size) {
		Queue queue = this.queues.computeIfAbsent(route, (key) -> new Queue());
		int counted = size + MESSAGE_OVERHEAD;
		queue.bytes += counted;
		this.bytes += counted;
		return new LastFrame(lastFrame, queue, counted);
	}

	/**
	 * The connection has ended.
	 */
	void forget(Route route) {
		Queue queue = this.queues.remove(route);
		if (queue != null) {
			this.bytes -= queue.bytes;
			queue.gone = true;
		}
	}

	private long bytes(Route route) {
		Queue queue = this.queues.get(route);
		return (queue != null) ? queue.bytes : 0;
	}

	/**
	 * What waits for one connection.
	 */
	private static final class Queue {

		private long bytes;

		/** How much of it is the message that was begun last. */
		private int writing;

		private boolean gone;

	}

	/**
	 * The last frame of a message that waits.
	 */
	private final class LastFrame extends Msg {

		private final Queue queue;

		private int counted;

		LastFrame(ByteBuffer bytes, Queue queue, int counted) {
			super(bytes);
			this.queue = queue;
			this.counted = counted;
		}

		@Override
		public ByteBuffer buf() {
			if (!this.queue.gone && this.counted > 0) {
				countOut(this.queue);
				this.queue.writing = this.counted;
				if (size() <= COPIED_BYTES) {
					countOut(this.queue);
				}
			}
			this.counted = 0;
			return super.buf();
		}

	}

}
