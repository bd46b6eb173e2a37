package io.github.clonemap.agent;

import java.util.random.RandomGenerator;

/**
 * How long to wait before the next attempt: twice as long each time, up to a limit, and
 * each time somewhere in the upper half, so that many who lost the same server do not
 * come back in the same instant.
 * <p>
 * For one thread.
 *
 * @since 0.1.0
 */
public final class Backoff {

	private final long minNanos;

	private final long maxNanos;

	private final RandomGenerator random;

	private long nextNanos;

	/**
	 * Creates a backoff.
	 * @param minNanos the first wait, at most
	 * @param maxNanos the longest wait
	 * @param random where the jitter comes from
	 */
	public Backoff(long minNanos, long maxNanos, RandomGenerator random) {
		this.minNanos = minNanos;
		this.maxNanos = maxNanos;
		this.random = random;
		this.nextNanos = minNanos;
	}

	/**
	 * How long to wait now.
	 * @return nanoseconds
	 */
	public long nextNanos() {
		long nanos = this.nextNanos;
		this.nextNanos = Math.min(this.maxNanos, nanos * 2);
		return nanos / 2 + this.random.nextLong(nanos / 2 + 1);
	}

	/**
	 * Begins again with the first wait.
	 */
	public void reset() {
		this.nextNanos = this.minNanos;
	}

}
