package io.github.clonemap.server;

import org.jspecify.annotations.Nullable;

/**
 * A server could not listen where it should.
 *
 * @since 0.1.0
 */
public final class ServerBindException extends RuntimeException {

	private final String endpoint;

	private final boolean inUse;

	/**
	 * Creates the exception.
	 * @param endpoint where it should listen
	 * @param inUse whether somebody else listens there
	 * @param cause what the network said, or {@code null}
	 */
	public ServerBindException(String endpoint, boolean inUse, @Nullable Throwable cause) {
		super("The server cannot listen on " + endpoint + (inUse ? ": the port is in use" : ""), cause);
		this.endpoint = endpoint;
		this.inUse = inUse;
	}

	/**
	 * Where the server should listen.
	 * @return the endpoint, such as {@code tcp://127.0.0.1:5556}
	 */
	public String getEndpoint() {
		return this.endpoint;
	}

	/**
	 * Whether somebody else listens there.
	 * @return whether the port is in use, as opposed to an address that is not this
	 * machine's
	 */
	public boolean isInUse() {
		return this.inUse;
	}

}
