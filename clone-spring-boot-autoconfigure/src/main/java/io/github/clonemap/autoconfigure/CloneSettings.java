package io.github.clonemap.autoconfigure;

import java.time.Duration;
import java.util.List;

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
					properties.maxEntries(), toInt(properties.maxValueSize()), properties.maxKeyLength());
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
	static PeerEndpoints peer(CloneProperties.Bstar bstar) {
		if (bstar.port() < 1 || bstar.port() > MAX_PORT) {
			throw invalid("clone.server.bstar.port", bstar.port(), "between 1 and " + MAX_PORT);
		}
		return new PeerEndpoints(ServerAddress.toListenOn(bstar.address()), bstar.port(),
				endpoint("clone.server.bstar.peer", bstar.peer(), "the other server's clone.server.bstar.port")
					.requests(),
				endpoint("clone.server.bstar.peer-server", bstar.peerServer(), "the other server's clone.server.port"));
	}

	private static ServerEndpoint endpoint(String name, @Nullable String text, String where) {
		if (text == null) {
			throw invalid(name, "", "set, where clone.server.bstar.role is: tcp://host:port, with " + where);
		}
		try {
			return ServerEndpoint.parse(text);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidConfigurationPropertyValueException(name, text, ex.getMessage() + ".");
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
