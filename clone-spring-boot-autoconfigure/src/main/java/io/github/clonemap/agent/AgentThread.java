package io.github.clonemap.agent;

import java.util.concurrent.TimeUnit;

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

	private final Agent agent;

	private final Thread thread;

	private volatile boolean running = true;

	private volatile @Nullable Throwable failure;

	/**
	 * Creates the thread.
	 * @param agent the agent
	 */
	public AgentThread(Agent agent) {
		this.agent = agent;
		this.thread = new Thread(this::run, agent.roleName());
		this.thread.setDaemon(true);
	}

	/**
	 * Starts the thread.
	 */
	public void start() {
		this.thread.start();
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
			while (this.thread.isAlive()) {
				long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
				if (left <= 0) {
					logger.warn("{} did not end in time", this.agent.roleName());
					return false;
				}
				try {
					this.thread.join(left);
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
			while (this.running) {
				this.agent.turn();
			}
		}
		catch (Throwable ex) {
			this.failure = ex;
			logger.error("{} ended by an error", this.agent.roleName(), ex);
		}
		finally {
			close();
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
