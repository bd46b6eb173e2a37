package io.github.clonemap.agent;

import java.util.concurrent.locks.LockSupport;

import org.jctools.queues.atomic.MpscAtomicArrayQueue;
import org.jspecify.annotations.Nullable;

/**
 * A bounded queue into an agent's thread. Any thread may put something in; only the agent
 * takes out. Whoever puts in first after the agent has begun to sleep wakes it, so that a
 * busy agent costs its callers no system call.
 *
 * @param <T> what is put in
 * @since 0.1.0
 */
public final class Mailbox<T> {

	private static final long FULL_PAUSE_NANOS = 100_000;

	private final MpscAtomicArrayQueue<T> queue;

	private final AgentSleep sleep;

	/**
	 * Creates a mailbox.
	 * @param capacity how many things fit in at least; it is rounded up to a power of two
	 * @param sleep the sleep of the agent
	 */
	public Mailbox(int capacity, AgentSleep sleep) {
		this.queue = new MpscAtomicArrayQueue<>(Math.max(2, capacity));
		this.sleep = sleep;
	}

	/**
	 * Puts something in, if there is room.
	 * @param item the thing
	 * @return whether there was room
	 */
	public boolean offer(T item) {
		if (!this.queue.offer(item)) {
			return false;
		}
		this.sleep.wakeUp();
		return true;
	}

	/**
	 * Puts something in, and waits for room, unless the calling thread is interrupted:
	 * its flag stays set.
	 * @param item the thing
	 * @param timeoutNanos how long to wait at most
	 * @return whether there was room in time
	 */
	public boolean offer(T item, long timeoutNanos) {
		if (offer(item)) {
			return true;
		}
		long start = System.nanoTime();
		while (System.nanoTime() - start < timeoutNanos && !Thread.currentThread().isInterrupted()) {
			// The agent is awake: it has a full mailbox. Who waits here is the brake.
			LockSupport.parkNanos(this, FULL_PAUSE_NANOS);
			if (offer(item)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Takes the next thing out. For the agent only.
	 * @return the thing, or {@code null} if there is none
	 */
	public @Nullable T poll() {
		return this.queue.relaxedPoll();
	}

	/**
	 * Looks at the next thing. For the agent only.
	 * @return the thing, or {@code null} if there is none
	 */
	public @Nullable T peek() {
		return this.queue.relaxedPeek();
	}

	/**
	 * Whether there is nothing in it.
	 * @return whether it is empty
	 */
	public boolean isEmpty() {
		return this.queue.isEmpty();
	}

	/**
	 * How many things are in it, about.
	 * @return the number
	 */
	public int size() {
		return this.queue.size();
	}

}
