package io.github.clonemap.zeromq;

import io.github.clonemap.agent.HeapShare;

/**
 * How much of all streams may wait for subscribers that read nothing. ZeroMQ bounds the
 * queue of each one; but there may be many, and each stream has bytes of its own. What
 * waits for a connection was published since nothing could be written to it any more. So
 * if no connection stays that could not be written to while so many bytes were published,
 * no more than these wait for all such connections together.
 * <p>
 * A subscriber that reads a little now and then keeps its connection, and the bound that
 * its queue has.
 * <p>
 * For the agent.
 */
final class StreamBacklog {

	static final long MAX_BYTES = HeapShare.of(8, 256L << 20);

	/**
	 * After how many bytes it looks. A connection that was blocked for two steps is ended
	 * at the next look but one.
	 */
	private static final long STEP_BYTES = MAX_BYTES / 4;

	private final IoLoop io;

	private final int port;

	private long published;

	private long publishedAtIo;

	private long publishedAtLook;

	private int ended;

	StreamBacklog(IoLoop io, int port) {
		this.io = io;
		this.port = port;
	}

	void onPublished(int bytes) {
		this.published += bytes;
	}

	/**
	 * Whether the network should have what was published before there is more.
	 */
	boolean isFull() {
		return this.published - this.publishedAtIo > STEP_BYTES;
	}

	/**
	 * The network has had what it can take.
	 */
	void onIo() {
		this.publishedAtIo = this.published;
		if (this.published - this.publishedAtLook > STEP_BYTES) {
			this.publishedAtLook = this.published;
			this.ended += this.io.endBlocked(this.port, this.published, 2 * STEP_BYTES);
		}
	}

	/**
	 * How many connections were ended since the last call.
	 */
	int takeEnded() {
		int ended = this.ended;
		this.ended = 0;
		return ended;
	}

}
