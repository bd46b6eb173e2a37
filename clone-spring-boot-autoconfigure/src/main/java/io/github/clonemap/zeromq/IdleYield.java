package io.github.clonemap.zeromq;

import java.util.concurrent.TimeUnit;

/**
 * Whether a thread that has nothing to do should yield before it sleeps. Somebody may be
 * about to write: batches grow, and a wake-up is saved. But who yields to a thread that
 * is busy for long gets the processor back only after that one's time slice, some
 * milliseconds; where little comes, sleeping is better then, as who wakes up from it goes
 * first.
 */
final class IdleYield {

	private static final long SLOW_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

	private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

	/**
	 * Where a byte comes in more often than that, 4 MB a second, large batches matter
	 * more than a millisecond.
	 */
	private static final long NANOS_PER_BYTE = 250;

	private long againNanos;

	private long slowNanos;

	/** How many bytes had come in at the last slow yield. */
	private long receivedBefore;

	IdleYield(long nowNanos) {
		this.againNanos = nowNanos;
		this.slowNanos = nowNanos;
	}

	boolean isDue(long nowNanos) {
		return nowNanos - this.againNanos >= 0;
	}

	/**
	 * It has yielded.
	 * @param startNanos when that began
	 * @param endNanos when it had the processor back
	 * @param received how many bytes have come in, since ever
	 */
	void onYielded(long startNanos, long endNanos, long received) {
		if (endNanos - startNanos <= SLOW_NANOS) {
			return;
		}
		if (received - this.receivedBefore < (startNanos - this.slowNanos) / NANOS_PER_BYTE) {
			this.againNanos = startNanos + PAUSE_NANOS;
		}
		this.slowNanos = startNanos;
		this.receivedBefore = received;
	}

}
