package io.github.clonemap.autoconfigure;

import java.time.Duration;
import java.util.List;

import io.github.clonemap.client.ServerEndpoint;

/**
 * No server has handed over its data in time, and {@code clone.startup.mode} is
 * {@code fail-fast}.
 *
 * @since 0.1.0
 */
public final class CloneStartupException extends RuntimeException {

	private final transient List<ServerEndpoint> servers;

	private final Duration timeout;

	CloneStartupException(List<ServerEndpoint> servers, Duration timeout) {
		super("No data from " + servers + " within " + timeout);
		this.servers = List.copyOf(servers);
		this.timeout = timeout;
	}

	/**
	 * The servers that were tried.
	 * @return where they should listen
	 */
	public List<ServerEndpoint> getServers() {
		return this.servers;
	}

	/**
	 * How long the application has waited.
	 * @return the time-out
	 */
	public Duration getTimeout() {
		return this.timeout;
	}

}
