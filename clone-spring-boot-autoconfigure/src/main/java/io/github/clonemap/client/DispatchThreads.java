package io.github.clonemap.client;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import io.github.clonemap.agent.AgentSleep;
import io.github.clonemap.agent.HeapShare;
import io.github.clonemap.agent.LogLimit;
import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that call into the application (the Guide's Black Box: the thread that
 * reads the stream does no other work). Changes are spread over some workers by the hash
 * of their key; announcements and completions have a worker each, so that a listener that
 * hangs holds up no writer.
 */
final class DispatchThreads implements Dispatcher {

	private static final Logger logger = LoggerFactory.getLogger(DispatchThreads.class);

	/**
	 * How many bytes of changes may wait for each thread: a bound beside their number, so
	 * that large values cannot fill the memory.
	 */
	private static final long MAX_QUEUED_BYTES = HeapShare.of(16, 32L << 20);

	private final List<Worker> changes = new ArrayList<>();

	private final Worker announcements;

	private final Worker completions;

	private final int capacity;

	/**
	 * Starts the threads.
	 * @param name the name of the client
	 * @param threads how many call listeners
	 * @param capacity how many changes may wait for each of these
	 * @param former the threads of the run before, as many, which may still be busy: each
	 * new one waits for its predecessor, so that a listener is not called twice at once
	 */
	DispatchThreads(String name, int threads, int capacity, @Nullable DispatchThreads former) {
		this.capacity = capacity;
		for (int i = 0; i < threads; i++) {
			this.changes.add(new Worker(Role.CHANGES, "clone-events-" + (i + 1) + "-" + name,
					(former != null) ? former.changes.get(i) : null));
		}
		this.announcements = new Worker(Role.ANNOUNCEMENTS, "clone-states-" + name,
				(former != null) ? former.announcements : null);
		this.completions = new Worker(Role.COMPLETIONS, "clone-writes-" + name,
				(former != null) ? former.completions : null);
		this.changes.forEach(Thread::start);
		this.announcements.start();
		this.completions.start();
	}

	/**
	 * Whether the calling thread is one that tells listeners of changes. A write from
	 * there must not wait for the stream: the stream may be waiting for this thread.
	 */
	static boolean isTelling() {
		return Thread.currentThread() instanceof Worker worker && worker.role == Role.CHANGES;
	}

	/**
	 * Whether the calling thread is one that completes futures. It must not wait for room
	 * among the writes: it is the one that makes room.
	 */
	static boolean isCompleting() {
		return Thread.currentThread() instanceof Worker worker && worker.role == Role.COMPLETIONS;
	}

	@Override
	public boolean hasRoom() {
		for (int i = 0; i < this.changes.size(); i++) {
			if (!this.changes.get(i).hasRoom(this.capacity)) {
				return false;
			}
		}
		return true;
	}

	@Override
	public void dispatch(int hash, Delivery delivery) {
		this.changes.get(Math.floorMod(hash ^ (hash >>> 16), this.changes.size())).add(delivery);
	}

	@Override
	public void announce(Runnable announcement) {
		this.announcements.add(announcement);
	}

	@Override
	public void complete(Runnable completion) {
		this.completions.add(completion);
	}

	@Override
	public int queued() {
		return this.changes.stream().mapToInt((worker) -> worker.queue.size()).sum();
	}

	/**
	 * Lets the workers end: after what is in their queues, but without waiting for them
	 * longer than a moment, as a listener may hang.
	 */
	void stop(long timeoutNanos) {
		List<Worker> all = new ArrayList<>(this.changes);
		all.add(this.announcements);
		all.add(this.completions);
		all.forEach((worker) -> worker.add(Worker.END));
		long deadline = System.nanoTime() + timeoutNanos;
		for (Worker worker : all) {
			if (worker != Thread.currentThread() && !worker.joinUntil(deadline)) {
				logger.warn("{} is still busy with a listener of the application", worker.getName());
			}
		}
	}

	/**
	 * What a thread does.
	 */
	private enum Role {

		/** It tells listeners of changes. */
		CHANGES,

		/** It tells what concerns the client itself. */
		ANNOUNCEMENTS,

		/** It completes futures. */
		COMPLETIONS

	}

	/**
	 * A thread and its queue. The queue itself has no bound: what goes into it has one,
	 * see {@link Dispatcher#hasRoom()} and {@link WriteBudget}.
	 */
	private static final class Worker extends Thread {

		static final Runnable END = () -> {
		};

		private final MpscUnboundedAtomicArrayQueue<Runnable> queue = new MpscUnboundedAtomicArrayQueue<>(256);

		private final AgentSleep sleep = new AgentSleep(() -> LockSupport.unpark(this));

		private final AtomicLong bytes = new AtomicLong();

		private final LogLimit log = new LogLimit(10);

		private @Nullable Worker former;

		private final Role role;

		Worker(Role role, String name, @Nullable Worker former) {
			super(name);
			this.role = role;
			setDaemon(true);
			this.former = former;
		}

		boolean hasRoom(int capacity) {
			return this.queue.size() < capacity && this.bytes.get() < MAX_QUEUED_BYTES;
		}

		void add(Runnable work) {
			if (work instanceof Delivery delivery) {
				this.bytes.addAndGet(delivery.weight());
			}
			this.queue.offer(work);
			this.sleep.wakeUp();
		}

		@Override
		public void run() {
			waitForFormer();
			while (true) {
				Runnable work = this.queue.poll();
				if (work == END) {
					return;
				}
				if (work == null) {
					waitForWork();
					continue;
				}
				try {
					work.run();
				}
				catch (Throwable ex) {
					this.log.log(System.nanoTime(),
							(leftOut) -> logger.warn("{}: the application's code failed{}", getName(), leftOut, ex));
				}
				if (work instanceof Delivery delivery) {
					this.bytes.addAndGet(-delivery.weight());
				}
				// Whoever interrupted meant the code that has just run, not what comes
				// next.
				Thread.interrupted();
			}
		}

		private void waitForFormer() {
			while (this.former != null && this.former.isAlive()) {
				try {
					this.former.join();
				}
				catch (InterruptedException ex) {
					logger.debug("{} was interrupted", getName());
				}
			}
			this.former = null;
		}

		private void waitForWork() {
			this.sleep.fallAsleep();
			if (this.queue.isEmpty()) {
				LockSupport.park(this);
			}
			this.sleep.awake();
			// A flag that stays set would keep this thread from waiting.
			Thread.interrupted();
		}

		/**
		 * Waits for its end, also if the calling thread is interrupted: that one must not
		 * go on before the last listener was called.
		 */
		boolean joinUntil(long deadlineNanos) {
			boolean interrupted = false;
			while (isAlive()) {
				long nanos = deadlineNanos - System.nanoTime();
				if (nanos <= 0) {
					break;
				}
				try {
					TimeUnit.NANOSECONDS.timedJoin(this, nanos);
				}
				catch (InterruptedException ex) {
					interrupted = true;
				}
			}
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
			return !isAlive();
		}

	}

}
