package io.github.clonemap.zeromq;

import java.nio.ByteBuffer;
import java.util.Arrays;

import io.github.clonemap.agent.HeapShare;
import io.github.clonemap.protocol.FrameWriter;
import zmq.Msg;

/**
 * Arrays for frames, used again and again. A batch is read, or is with the network,
 * within moments; an array of its own for each would be a good part of all that an update
 * allocates.
 * <p>
 * Only frames about as large as a full batch have such an array: for smaller ones it
 * would be too much, and larger ones are rare. It is longer than the frame, and what lies
 * behind the frame is of an earlier one, so nobody may read beyond the length that is
 * told with it. An array that nobody gives back is left to the collector.
 * <p>
 * For the thread of a loop.
 */
final class FramePool {

	/**
	 * The size of an array: a full batch and the update that made it full.
	 */
	static final int ARRAY_BYTES = 40 << 10;

	/**
	 * The smallest frame for which an array is used.
	 */
	static final int MIN_BYTES = 8 << 10;

	/**
	 * How many arrays wait for their next frame, and how many for the network.
	 */
	static final int CAPACITY = HeapShare.count(128, ARRAY_BYTES, 8, 64);

	private final byte[][] free = new byte[CAPACITY][];

	private final byte[][] sent = new byte[CAPACITY][];

	private int freeCount;

	private int sentCount;

	private long received;

	/**
	 * Makes room for a frame that comes in.
	 */
	Msg allocate(int size) {
		this.received += size;
		return isPooled(size) ? new Msg(slice(take(), size)) : new Msg(size);
	}

	/**
	 * How many bytes have come in, since ever.
	 */
	long received() {
		return this.received;
	}

	/**
	 * Takes back a frame that came in and was read.
	 */
	void giveBack(Msg frame) {
		ByteBuffer buffer = frame.buf();
		if (isPooled(frame.size()) && buffer.hasArray() && buffer.array().length == ARRAY_BYTES) {
			add(buffer.array());
		}
	}

	/**
	 * Makes a frame that goes out of what was written, by a socket that is bound: one
	 * that connects keeps its frames while it has no connection, and nobody knows. Where
	 * many wait for the network already they may wait for long; then each has no more
	 * than it needs.
	 */
	ByteBuffer copyOf(FrameWriter written) {
		if (!isPooled(written.size()) || this.sentCount == CAPACITY) {
			return ByteBuffer.wrap(written.toByteArray());
		}
		byte[] array = take();
		written.copyTo(array);
		this.sent[this.sentCount++] = array;
		return slice(array, written.size());
	}

	/**
	 * Nothing that went out waits for the network any more.
	 */
	void onAllSent() {
		while (this.sentCount > 0) {
			add(this.sent[--this.sentCount]);
		}
	}

	private byte[] take() {
		return (this.freeCount > 0) ? this.free[--this.freeCount] : new byte[ARRAY_BYTES];
	}

	private void add(byte[] array) {
		assert overwrite(array);
		if (this.freeCount < CAPACITY) {
			this.free[this.freeCount++] = array;
		}
	}

	/**
	 * With assertions, as in tests, whoever still reads what was given back reads
	 * nonsense.
	 */
	private static boolean overwrite(byte[] array) {
		Arrays.fill(array, (byte) 0xEE);
		return true;
	}

	private static boolean isPooled(int size) {
		return size >= MIN_BYTES && size <= ARRAY_BYTES;
	}

	/**
	 * A slice, as JeroMQ sends a buffer up to its capacity.
	 */
	private static ByteBuffer slice(byte[] array, int size) {
		return ByteBuffer.wrap(array, 0, size).slice();
	}

}
