package io.github.clonemap.zeromq;

import org.jspecify.annotations.Nullable;
import zmq.Msg;
import zmq.msg.MsgAllocator;

/**
 * Makes room for what comes in, and for nothing that is announced to be larger than a
 * frame may be. JeroMQ 0.6.0 asks for room for a frame whose announced length is
 * negative, or negative and cut to a huge positive one, in spite of its limit: the first
 * stops its thread for good, the second may take all memory. Here both become an empty
 * frame, and whoever sent them talks nonsense from then on, in a connection of their own.
 * <p>
 * On the heap only: direct memory, which JeroMQ prefers for large frames, has a limit of
 * its own, and running into it would stop the thread, too.
 */
final class FrameGuard implements MsgAllocator {

	private final long maxFrameBytes;

	private final @Nullable FramePool pool;

	FrameGuard(long maxFrameBytes) {
		this(maxFrameBytes, null);
	}

	/**
	 * Creates a guard.
	 * @param maxFrameBytes the largest frame
	 * @param pool where the arrays of frames come from, {@code null} for one of its own
	 * for each
	 */
	FrameGuard(long maxFrameBytes, @Nullable FramePool pool) {
		this.maxFrameBytes = maxFrameBytes;
		this.pool = pool;
	}

	@Override
	public Msg allocate(int size) {
		int allowed = (size < 0 || size > this.maxFrameBytes) ? 0 : size;
		return (this.pool != null) ? this.pool.allocate(allowed) : new Msg(allowed);
	}

}
