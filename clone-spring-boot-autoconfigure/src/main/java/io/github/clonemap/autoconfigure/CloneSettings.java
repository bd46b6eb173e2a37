package io.github.clonemap.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.github.clonemap.InvalidSettingException;
import io.github.clonemap.client.ClientSettings;
import io.github.clonemap.client.ServerEndpoint;
import io.github.clonemap.protocol.Subtrees;
import io.github.clonemap.server.PairSettings;
import io.github.clonemap.server.ServerSettings;
import io.github.clonemap.zeromq.PeerEndpoints;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.unit.DataSize;

/**
 * Turns properties into the settings of the engine. The engine checks them, and names
 * each as its property is named; what is left to do is to say so in Boot's words, which
 * its failure analyzer understands.
 */
final class CloneSettings {

	private static final int MAX_PORT = 65_535;

	/**
	 * Not a {@link ServerEndpoint}: it has one port only, and another one by default.
	 */
	private static final Pattern STATE_ENDPOINT = Pattern.compile("tcp://[^\\s/]+:(\\d{1,5})");

	private CloneSettings() {
	}

	static ClientSettings client(CloneProperties properties, String applicationName) {
		String name = (properties.name() != null) ? properties.name() : applicationName;
		try {
			return new ClientSettings(name, subtrees(properties), properties.writeTimeout(), properties.serverTimeout(),
					properties.maxInFlight(), properties.events().threads(), properties.events().queueCapacity(),
					properties.events().overflow(), properties.gap().policy(), properties.snail().maxLatency(),
					properties.snail().policy());
		}
		catch (InvalidSettingException ex) {
			throw invalid("clone." + ex.getName(), ex.getValue(), ex.getRule());
		}
	}

	/**
	 * What the client holds: what its maps show, or everything if there are none.
	 */
	private static Subtrees subtrees(CloneProperties properties) {
		if (properties.maps().isEmpty()) {
			return Subtrees.ALL;
		}
		List<String> subtrees = CloneMapDefinition.subtrees(properties.maps());
		try {
			return Subtrees.covering(subtrees);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidConfigurationPropertyValueException("clone.maps", subtrees, ex.getMessage() + ".");
		}
	}

	static ServerSettings server(CloneProperties.Server properties) {
		if (properties.port() < 0 || properties.port() > ServerEndpoint.MAX_PORT) {
			throw invalid("clone.server.port", properties.port(), "between 0 and " + ServerEndpoint.MAX_PORT);
		}
		try {
			return new ServerSettings(properties.heartbeat(), properties.sessionTimeout(), properties.history(),
					properties.maxEntries(), toInt(properties.maxValueSize()), properties.maxKeyLength(),
					(properties.maxBytes() != null) ? properties.maxBytes().toBytes()
							: ServerSettings.DEFAULT_MAX_BYTES);
		}
		catch (InvalidSettingException ex) {
			throw invalid("clone.server." + ex.getName(), ex.getValue(), ex.getRule());
		}
	}

	/**
	 * The settings of one of a pair.
	 * @return the settings, {@code null} for a server that is alone
	 */
	static @Nullable PairSettings pair(CloneProperties.Server properties) {
		CloneProperties.Bstar bstar = properties.bstar();
		if (bstar.role() == null) {
			return null;
		}
		Duration peerTimeout = (bstar.peerTimeout() != null) ? bstar.peerTimeout()
				: properties.heartbeat().multipliedBy(PairSettings.DEFAULT_PEER_TIMEOUT_HEARTBEATS);
		if (peerTimeout.compareTo(properties.heartbeat().multipliedBy(2)) < 0) {
			throw invalid("clone.server.bstar.peer-timeout", peerTimeout,
					"at least two of clone.server.heartbeat, which is " + properties.heartbeat());
		}
		try {
			return new PairSettings(bstar.role(), peerTimeout, bstar.startAlone());
		}
		catch (InvalidSettingException ex) {
			throw invalid("clone.server." + ex.getName(), ex.getValue(), ex.getRule());
		}
	}

	/**
	 * Where the two servers of a pair find each other.
	 */
	static PeerEndpoints peer(CloneProperties.Server properties) {
		CloneProperties.Bstar bstar = properties.bstar();
		int port = properties.port();
		if (bstar.port() < 1 || bstar.port() > MAX_PORT) {
			throw invalid("clone.server.bstar.port", bstar.port(), "between 1 and " + MAX_PORT);
		}
		if (port != 0 && bstar.port() >= port && bstar.port() <= port + ServerEndpoint.STREAM_PORT_OFFSET) {
			throw invalid("clone.server.bstar.port", bstar.port(), "outside of " + port + " to "
					+ (port + ServerEndpoint.STREAM_PORT_OFFSET) + ", the ports of clone.server.port");
		}
		return new PeerEndpoints(ServerAddress.toListenOn(bstar.addressBeside(properties.address())), bstar.port(),
				peerState(bstar), peerServer(bstar));
	}

	private static String peerState(CloneProperties.Bstar bstar) {
		String name = "clone.server.bstar.peer";
		if (bstar.peer() == null) {
			throw invalid(name, "",
					"set where clone.server.bstar.role is, as tcp://host:port with the other server's "
							+ "clone.server.bstar.port" + ((bstar.peerServer() == null)
									? "; and so must clone.server.bstar.peer-server, with its clone.server.port" : ""));
		}
		Matcher matcher = STATE_ENDPOINT.matcher(bstar.peer().trim());
		if (!matcher.matches() || Integer.parseInt(matcher.group(1)) < 1
				|| Integer.parseInt(matcher.group(1)) > MAX_PORT) {
			throw invalid(name, bstar.peer(), "tcp://host:port with the other server's clone.server.bstar.port, such "
					+ "as tcp://localhost:5003");
		}
		return matcher.group();
	}

	/**
	 * Where the other server of a pair takes requests.
	 */
	static ServerEndpoint peerServer(CloneProperties.Bstar bstar) {
		String name = "clone.server.bstar.peer-server";
		if (bstar.peerServer() == null) {
			throw invalid(name, "", "set where clone.server.bstar.role is, as tcp://host:port with the other server's "
					+ "clone.server.port");
		}
		try {
			return ServerEndpoint.parse(bstar.peerServer());
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidConfigurationPropertyValueException(name, bstar.peerServer(), ex.getMessage() + ".");
		}
	}

	/**
	 * A size beyond the range of an int is far beyond what the engine allows: it will say
	 * so about the nearest int, too.
	 */
	private static int toInt(DataSize size) {
		return (int) Math.max(-1, Math.min(Integer.MAX_VALUE, size.toBytes()));
	}

	private static InvalidConfigurationPropertyValueException invalid(String name, Object value, String rule) {
		return new InvalidConfigurationPropertyValueException(name, value, "It must be " + rule + ".");
	}

}
