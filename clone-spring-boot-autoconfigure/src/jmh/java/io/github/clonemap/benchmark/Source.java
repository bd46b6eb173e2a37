package io.github.clonemap.benchmark;

/**
 * A writer's end. For one thread.
 */
interface Source extends AutoCloseable {

	/**
	 * Sends an update, now or with the next {@link #flush()}; waits if there is no room.
	 */
	void put(String key, byte[] value) throws Exception;

	/**
	 * Sends what has gathered. Called before the writer waits for something.
	 */
	default void flush() throws Exception {
	}

	/**
	 * Sends an update, and waits until it is back.
	 */
	void putAndWait(String key, byte[] value) throws Exception;

	/**
	 * How many updates failed; what cannot fail by itself is seen by the readers.
	 */
	default long failed() {
		return 0;
	}

}
