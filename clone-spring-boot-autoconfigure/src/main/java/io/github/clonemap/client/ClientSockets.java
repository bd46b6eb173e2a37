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
	 * The thread for everything else but what may be called by any thread. Asked for
	 * again when that thread was given up.
	 * @param work what it is to do
	 * @return a thread that has not started yet
	 */
	Thread newThread(Runnable work);

	/**
	 * Does input and output.
	 * @param timeoutNanos how long to wait for some at most; 0 or less for not at all
	 */
	void await(long timeoutNanos);

	/**
	 * Hands over what has come, a bounded amount of it.
	 * @param handler hears what has come
	 * @return whether there may be more
	 */
	boolean drain(Handler handler);

	/**
	 * Gives up the thread if input has brought it into something that does not end. May
	 * be called by any thread.
	 * @param nowNanos the time now
	 * @return whether it was given up
	 */
	boolean abandonIfStuck(long nowNanos);

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
