package io.github.clonemap.agent;

/**
 * An object with one thread: the only one that touches its sockets and its state.
 *
 * @since 0.1.0
 */
public interface Agent {

	/**
	 * The agent's name, which its thread gets.
	 * @return the name
	 */
	String roleName();

	/**
	 * One turn: do all that is due, then wait until something comes or is due.
	 */
	void turn();

	/**
	 * The last thing on the agent's thread, also after a turn that threw something: close
	 * what it owns.
	 */
	void onClose();

	/**
	 * Ends the wait of a turn that is under way. Called by any thread.
	 */
	void wakeUp();

	/**
	 * Gives up a turn that is caught in something that does not end, as a library that
	 * input has brought into an endless loop. If it ends after all, it must not touch the
	 * agent any more. Called by another thread now and then.
	 * @param nowNanos the time now
	 * @return whether the turn was given up, so that another thread shall go on
	 */
	default boolean abandonIfStuck(long nowNanos) {
		return false;
	}

}
