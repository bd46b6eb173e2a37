package io.github.clonemap.agent;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs an agent on a platform thread of its own, which nobody interrupts: an interrupt in
 * the middle of a socket call breaks the socket.
 * <p>
 * All methods may be called by any thread; {@link #start()} once.
 *
 * @since 0.1.0
 */
public final class AgentThread {

	private static final Logger logger = LoggerFactory.getLogger(AgentThread.class);

	private static final long WATCH_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

	private final Agent agent;

	private final ThreadFactory threads;

	private final Thread watch;

	private volatile Thread thread;

	private volatile boolean running = true;

	private volatile @Nullable Throwable failure;

	/**
	 * Creates the thread.
	 * @param agent the agent
	 * @param threads makes the thread, and another one if that is given up
	 */
	public AgentThread(Agent agent, ThreadFactory threads) {
		this.agent = agent;
		this.threads = threads;
		this.thread = newThread();
		this.watch = new Thread(this::watch, agent.roleName() + "-watch");
		this.watch.setDaemon(true);
	}

	private Thread newThread() {
		Thread thread = this.threads.newThread(this::run);
		thread.setName(this.agent.roleName());
		thread.setDaemon(true);
		return thread;
	}

	/**
	 * Starts the thread.
	 */
	public void start() {
		this.thread.start();
		this.watch.start();
	}

	/**
	 * Whether the agent still does its turns.
	 * @return whether it is alive
	 */
	public boolean isAlive() {
		return this.thread.isAlive();
	}

	/**
	 * What ended the agent before it was stopped.
	 * @return the error, or {@code null} if there was none
	 */
	public @Nullable Throwable failure() {
		return this.failure;
	}

	/**
	 * Ends the agent after the turn that is under way. May be called by the agent itself.
	 */
	public void end() {
		this.running = false;
		this.agent.wakeUp();
	}

	/**
	 * Ends the agent after the turn that is under way, and waits for that.
	 * @param timeoutNanos how long to wait at most
	 * @return whether it has ended
	 */
	public boolean stop(long timeoutNanos) {
		end();
		boolean interrupted = false;
		long deadline = System.nanoTime() + timeoutNanos;
		try {
			while (isAlive() || this.watch.isAlive()) {
				long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
				if (left <= 0) {
					logger.warn("{} did not end in time", this.agent.roleName());
					return false;
				}
				LockSupport.unpark(this.watch);
				try {
					(isAlive() ? this.thread : this.watch).join(left);
				}
				catch (InterruptedException ex) {
					interrupted = true;
				}
			}
			return true;
		}
		finally {
			if (interrupted) {
				Thread.currentThread().interrupt();
			}
		}
	}

	private void run() {
		try {
			while (this.running && isCurrent()) {
				this.agent.turn();
			}
		}
		catch (Throwable ex) {
			if (isCurrent()) {
				this.failure = ex;
				logger.error("{} ended by an error", this.agent.roleName(), ex);
			}
		}
		finally {
			if (isCurrent()) {
				close();
				LockSupport.unpark(this.watch);
			}
		}
	}

	/**
	 * Whether the calling thread is the agent's, and not one that was given up.
	 */
	private boolean isCurrent() {
		return Thread.currentThread() == this.thread;
	}

	private void watch() {
		while (this.thread.isAlive()) {
			if (this.agent.abandonIfStuck(System.nanoTime())) {
				logger.error("{} is caught in an endless loop: another thread goes on", this.agent.roleName());
				Thread next = newThread();
				this.thread = next;
				next.start();
			}
			LockSupport.parkNanos(this, WATCH_NANOS);
		}
	}

	private void close() {
		try {
			this.agent.onClose();
		}
		catch (Throwable ex) {
			logger.error("{} could not be closed", this.agent.roleName(), ex);
			this.failure = (this.failure != null) ? this.failure : ex;
		}
	}

}
