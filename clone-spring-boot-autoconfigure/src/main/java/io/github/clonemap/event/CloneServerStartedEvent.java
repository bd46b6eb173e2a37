package io.github.clonemap.event;

import org.springframework.context.ApplicationEvent;

/**
 * The embedded server listens. Published by the thread that starts the application, at
 * each start, before the client connects.
 *
 * @since 0.1.0
 */
public final class CloneServerStartedEvent extends ApplicationEvent {

	private final int port;

	/**
	 * Creates the event.
	 * @param source the server
	 * @param port the port of its requests
	 */
	public CloneServerStartedEvent(Object source, int port) {
		super(source);
		this.port = port;
	}

	/**
	 * The port of the server's requests, also where {@code clone.server.port} is 0.
	 * @return the port
	 */
	public int getPort() {
		return this.port;
	}

	@Override
	public String toString() {
		return "CloneServerStartedEvent[port=" + this.port + "]";
	}

}
