package io.github.clonemap.client;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.github.clonemap.agent.AgentSleep;
import io.github.clonemap.agent.LogLimit;
import org.jctools.queues.atomic.MpscUnboundedAtomicArrayQueue;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that runs code of the application, and its queue. The queue itself has no
 * bound: what goes into it has one, see {@link Dispatcher#hasRoom()},
 * {@link DispatchThreads#announce} and {@link WriteBudget}.
 */
class DispatchWorker extends Thread {

	private static final Logger logger = LoggerFactory.getLogger(DispatchWorker.class);

	private static final Runnable END = () -> {
	};

	private final MpscUnboundedAtomicArrayQueue<Runnable> queue = new MpscUnboundedAtomicArrayQueue<>(256);

	private final LogLimit log = new LogLimit(10);

	private final AgentSleep sleep = new AgentSleep(() -> LockSupport.unpark(this));

	private @Nullable DispatchWorker former;

	private boolean ending;

	/**
	 * Creates the thread.
	 * @param name its name
	 * @param former its predecessor, which may still be busy: the new one waits for it,
	 * so that a listener is not called twice at once
	 */
	DispatchWorker(String name, @Nullable DispatchWorker former) {
		super(name);
		this.former = former;
		setDaemon(true);
	}

	/**
	 * Adds work, which {@link #flush()} lets begin. May be called by any thread.
	 */
	void add(Runnable work) {
		this.queue.offer(work);
	}

	/**
	 * Wakes the thread if it sleeps and there is work. May be called by any thread.
	 */
	void flush() {
		if (queued() > 0) {
			this.sleep.wakeUp();
		}
	}

	/**
	 * Lets the thread end after what it has.
	 */
	void end() {
		add(END);
		flush();
	}

	/**
	 * How much waits.
	 */
	int queued() {
		return this.queue.size();
	}

	/**
	 * What is to be done next.
	 * @return the work, or {@code null} if there is none
	 */
	protected @Nullable Runnable next() {
		return this.queue.poll();
	}

	protected void perform(Runnable work) {
		try {
			work.run();
		}
		catch (Throwable ex) {
			this.log.log(System.nanoTime(),
					(leftOut) -> logger.warn("{}: the application's code failed{}", getName(), leftOut, ex));
		}
		// Whoever interrupted meant the code that has just run, not what comes next.
		Thread.interrupted();
	}

	@Override
	public void run() {
		waitForFormer();
		while (true) {
			Runnable work = next();
			if (work == END) {
				this.ending = true;
			}
			else if (work != null) {
				perform(work);
			}
			else if (this.ending) {
				return;
			}
			else {
				waitForWork();
			}
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
		if (queued() == 0) {
			LockSupport.park(this);
		}
		this.sleep.awake();
		// A flag that stays set would keep this thread from waiting.
		Thread.interrupted();
	}

	/**
	 * Waits for its end, also if the calling thread is interrupted: that one must not go
	 * on before the last listener was called.
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
