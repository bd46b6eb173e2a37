package io.github.clonemap.server;

import java.util.random.RandomGenerator;

/**
 * What was sent to one connection and is not known to have been read: it is what a client
 * that does not read costs, as it waits in a queue that counts no bytes.
 * <p>
 * Each chunk carries a proof, a random number, and who tells the proof of a chunk has
 * read it and all before it. So a client that reads nothing cannot claim that it does. It
 * is no protection against one that reads and does not keep what it reads, nor against
 * one that hears what another connection is sent.
 * <p>
 * For the agent.
 */
final class Unread {

	/**
	 * How many chunks may be unread: twice what our clients ask for.
	 */
	static final int MAX_CHUNKS = 64;

	/**
	 * How many bytes may be unread. The last chunk may go beyond, as it has at least one
	 * value.
	 */
	static final int MAX_BYTES = 4 << 20;

	private final long[] proofs = new long[MAX_CHUNKS];

	private final int[] sizes = new int[MAX_CHUNKS];

	private final RandomGenerator random;

	private long sent;

	private long read;

	private long bytes;

	private long progressNanos;

	Unread(RandomGenerator random) {
		this.random = random;
	}

	boolean hasRoom() {
		return this.sent - this.read < MAX_CHUNKS && this.bytes < MAX_BYTES;
	}

	/**
	 * Whether there has been no room for long. That outlives answers: one that has lost
	 * what it was sent asks again and again.
	 */
	boolean isStalled(long nowNanos, long patienceNanos) {
		if (hasRoom() || this.progressNanos == 0) {
			this.progressNanos = nowNanos;
		}
		return nowNanos - this.progressNanos > patienceNanos;
	}

	/**
	 * A chunk leaves.
	 * @param size its size in bytes, about
	 * @return the proof that it has to carry, not 0
	 */
	long onSent(int size) {
		int index = (int) (this.sent++ % MAX_CHUNKS);
		this.progressNanos = 0;
		this.bytes += size;
		this.sizes[index] = size;
		do {
			this.proofs[index] = this.random.nextLong();
		}
		while (this.proofs[index] == 0);
		return this.proofs[index];
	}

	/**
	 * The client tells the proof of the newest chunk that it has read.
	 * @return whether one of the last chunks has that proof
	 */
	boolean onProof(long proof) {
		for (long chunk = this.sent - 1; chunk >= Math.max(0, this.sent - MAX_CHUNKS); chunk--) {
			if (this.proofs[(int) (chunk % MAX_CHUNKS)] == proof) {
				while (this.read <= chunk) {
					this.progressNanos = 0;
					this.bytes -= this.sizes[(int) (this.read++ % MAX_CHUNKS)];
				}
				return true;
			}
		}
		return false;
	}

}
