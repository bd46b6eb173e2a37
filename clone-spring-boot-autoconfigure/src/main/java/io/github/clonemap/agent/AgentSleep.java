package io.github.clonemap.agent;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Whether an agent sleeps, and how to end that. The agent says that it is about to sleep
 * and then looks at its mailboxes once more; whoever puts something into one looks here
 * afterwards. One of the two always sees the other, and a system call is spent only on an
 * agent that sleeps.
 *
 * @since 0.1.0
 */
public final class AgentSleep {

	private final AtomicBoolean asleep = new AtomicBoolean();

	private final Runnable alarm;

	/**
	 * Creates the sleep of an agent.
	 * @param alarm ends the wait of the agent, now or the next one; called by any thread
	 */
	public AgentSleep(Runnable alarm) {
		this.alarm = alarm;
	}

	/**
	 * The agent is about to wait and will look at its mailboxes first.
	 */
	public void fallAsleep() {
		this.asleep.set(true);
	}

	/**
	 * The agent does not wait any more.
	 */
	public void awake() {
		if (this.asleep.getPlain()) {
			this.asleep.set(false);
		}
	}

	/**
	 * Ends the agent's wait, if it waits. May be called by any thread.
	 */
	public void wakeUp() {
		if (this.asleep.get() && this.asleep.compareAndSet(true, false)) {
			this.alarm.run();
		}
	}

}
