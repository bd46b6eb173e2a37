package io.github.clonemap.client;

import org.jspecify.annotations.Nullable;

/**
 * Takes work that belongs to the application off the agent's thread. Called by the agent,
 * which ends each turn with {@link #flush()}.
 */
interface Dispatcher {

	/**
	 * Whether each queue of changes has room. The agent takes nothing from the stream
	 * while one has not, so no queue grows further than by one batch. Queues whose
	 * changes are conflated always have.
	 */
	boolean hasRoom();

	/**
	 * Hands a change over: those with the same hash run one after the other, in order.
	 */
	void dispatch(int hash, Delivery delivery);

	/**
	 * Hands over what concerns the client itself; all of it runs in order.
	 */
	void announce(Runnable announcement);

	/**
	 * Hands over the completion of a future, with all that depends on it.
	 */
	void complete(Runnable completion);

	/**
	 * Wakes the threads that have something to do. Once for all that was handed over in a
	 * turn: a thread that is woken by the first of many takes the processor from the
	 * agent, where there are few, and sleeps again before the second.
	 */
	void flush();

	/**
	 * How many changes wait.
	 */
	int queued();

	/**
	 * Looks after the threads from time to time.
	 * @return for how long at least some change of the stream has waited for its
	 * listener, in nanoseconds
	 */
	default long onTick(long nowNanos) {
		return 0;
	}

	/**
	 * A change for a listener.
	 */
	interface Delivery extends Runnable {

		/**
		 * About how many bytes it keeps in memory.
		 */
		int weight();

		/**
		 * Who is told.
		 */
		Listening<?> listening();

		/**
		 * Which key has changed.
		 */
		String key();

		/**
		 * Whether it came in the stream.
		 */
		boolean isLive();

		/**
		 * This change and the next one of the same key for the same listener as one.
		 * @return the change, or {@code null} if the two together changed nothing
		 */
		@Nullable Delivery conflatedWith(Delivery newer);

	}

}
