package io.github.clonemap.client;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a server listens: the port of its requests, P. Its stream has P+3.
 *
 * @param host a name or an address; IPv6 in brackets
 * @param port the port
 * @since 0.1.0
 */
public record ServerEndpoint(String host, int port) {

	/**
	 * How far the port of the stream lies above that of the requests.
	 */
	public static final int STREAM_PORT_OFFSET = 3;

	/**
	 * The highest port that leaves room for the stream's.
	 */
	public static final int MAX_PORT = 65_535 - STREAM_PORT_OFFSET;

	private static final Pattern PATTERN = Pattern
		.compile("tcp://([A-Za-z0-9._-]+|\\[[0-9A-Fa-f:.%a-z]+])(?::(\\d{1,5}))?");

	private static final int DEFAULT_PORT = 5556;

	/**
	 * Checks the port.
	 */
	public ServerEndpoint {
		if (port < 1 || port > MAX_PORT) {
			throw new IllegalArgumentException("port " + port + " is not between 1 and " + MAX_PORT);
		}
	}

	/**
	 * Reads an endpoint.
	 * @param text such as {@code tcp://localhost:5556}
	 * @return the endpoint
	 * @throws IllegalArgumentException if it is none
	 */
	public static ServerEndpoint parse(String text) {
		Matcher matcher = PATTERN.matcher(text.trim());
		if (!matcher.matches()) {
			throw new IllegalArgumentException(
					"'" + text + "' is not an endpoint: write tcp://host:port, such as tcp://localhost:5556");
		}
		try {
			return new ServerEndpoint(matcher.group(1),
					(matcher.group(2) != null) ? Integer.parseInt(matcher.group(2)) : DEFAULT_PORT);
		}
		catch (IllegalArgumentException ex) {
			throw new IllegalArgumentException("'" + text + "' is not an endpoint: " + ex.getMessage(), ex);
		}
	}

	/**
	 * The endpoint of the requests.
	 * @return such as {@code tcp://localhost:5556}
	 */
	public String requests() {
		return "tcp://" + this.host + ":" + this.port;
	}

	/**
	 * The endpoint of the stream.
	 * @return such as {@code tcp://localhost:5559}
	 */
	public String stream() {
		return "tcp://" + this.host + ":" + (this.port + STREAM_PORT_OFFSET);
	}

	@Override
	public String toString() {
		return requests();
	}

}
