package io.github.clonemap.client;

/**
 * A network with sockets: what a client needs of it, and a way to wait for something to
 * come. Made by the thread that starts the client, then used by the client's agent only,
 * except for {@link #wakeUp()}.
 *
 * @since 0.1.0
 */
public interface ClientSockets extends ClientTransport, AutoCloseable {

	/**
	 * Waits until something has come.
	 * @param timeoutNanos how long to wait at most; 0 or less for not at all
	 * @param withStream whether messages of the stream end the wait
	 */
	void await(long timeoutNanos, boolean withStream);

	/**
	 * Hands over what has come, a bounded amount of it.
	 * @param handler hears what has come
	 * @return whether there may be more
	 */
	boolean drain(Handler handler);

	/**
	 * Ends a wait, now or the next one. May be called by any thread.
	 */
	void wakeUp();

	/**
	 * Closes all sockets.
	 */
	@Override
	void close();

	/**
	 * Makes the sockets of a client.
	 */
	@FunctionalInterface
	interface Factory {

		/**
		 * Makes sockets that are not connected yet.
		 * @return the sockets
		 */
		ClientSockets open();

	}

}
