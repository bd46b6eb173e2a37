package io.github.clonemap.client;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * How many writes, and how many bytes of them, may be on their way at once. A writer that
 * is faster than the server waits here. Used by any thread.
 */
final class WriteBudget {

	/**
	 * How far a thread that must not wait may go beyond the bounds.
	 */
	static final int EXCESS = 2;

	private static final long PAUSE_NANOS = 50_000;

	private final AtomicInteger count = new AtomicInteger();

	private final AtomicLong bytes = new AtomicLong();

	private final int maxCount;

	private final long maxBytes;

	WriteBudget(int maxCount, long maxBytes) {
		this.maxCount = maxCount;
		this.maxBytes = maxBytes;
	}

	/**
	 * Takes room for a write, and waits for it if need be. A write that alone is larger
	 * than the bound gets room when it is the only one.
	 * @return whether there was room in time
	 */
	boolean acquire(int weight, long timeoutNanos) {
		if (tryAcquire(weight, 1)) {
			return true;
		}
		long start = System.nanoTime();
		while (System.nanoTime() - start < timeoutNanos && !Thread.currentThread().isInterrupted()) {
			LockSupport.parkNanos(this, PAUSE_NANOS);
			if (tryAcquire(weight, 1)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Takes room for a write at once, if need be beyond the bounds.
	 * @return whether there was room
	 */
	boolean acquireExcess(int weight) {
		return tryAcquire(weight, EXCESS);
	}

	void release(int weight) {
		this.bytes.addAndGet(-weight);
		this.count.decrementAndGet();
	}

	int count() {
		return this.count.get();
	}

	private boolean tryAcquire(int weight, int times) {
		int number = this.count.incrementAndGet();
		long total = this.bytes.addAndGet(weight);
		if (number <= (long) times * this.maxCount && (total <= times * this.maxBytes || number == 1)) {
			return true;
		}
		release(weight);
		return false;
	}

}
