package io.github.clonemap.server;

import org.jspecify.annotations.Nullable;

/**
 * A network with sockets: what a server needs of it, and a way to wait for something to
 * come. Made by the thread that starts the server, then used by the server's agent only,
 * except for {@link #wakeUp()}.
 *
 * @since 0.1.0
 */
public interface ServerSockets extends ServerTransport, AutoCloseable {

	/**
	 * The port of the requests, P; the stream has P+3.
	 * @return the port that is bound
	 */
	int port();

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
	 * What is wrong with the sockets, so that nobody can be served. May be called by any
	 * thread.
	 * @return what, or {@code null} if they work
	 */
	default @Nullable String trouble() {
		return null;
	}

	/**
	 * How many times dead sockets have been replaced. May be called by any thread.
	 * @return the number
	 */
	default int renewals() {
		return 0;
	}

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
	 * Opens the sockets of a server.
	 */
	@FunctionalInterface
	interface Factory {

		/**
		 * Binds the sockets.
		 * @return the sockets
		 * @throws ServerBindException if a port is not free or the address is not one of
		 * this machine
		 */
		ServerSockets bind();

	}

}
