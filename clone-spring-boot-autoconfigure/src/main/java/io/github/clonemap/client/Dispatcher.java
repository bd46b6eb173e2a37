package io.github.clonemap.client;

/**
 * Takes work that belongs to the application off the agent's thread. Called by the agent.
 */
interface Dispatcher {

	/**
	 * Whether each queue of changes has room. The agent takes nothing from the stream
	 * while one has not, so no queue grows further than by one batch.
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
	 * How many changes wait.
	 */
	int queued();

	/**
	 * A change for a listener.
	 */
	interface Delivery extends Runnable {

		/**
		 * About how many bytes it keeps in memory.
		 */
		int weight();

	}

}
