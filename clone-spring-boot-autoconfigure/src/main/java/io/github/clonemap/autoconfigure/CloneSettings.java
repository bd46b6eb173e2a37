package io.github.clonemap.autoconfigure;

import java.util.List;

import io.github.clonemap.InvalidSettingException;
import io.github.clonemap.client.ClientSettings;
import io.github.clonemap.client.ServerEndpoint;
import io.github.clonemap.protocol.Subtrees;
import io.github.clonemap.server.ServerSettings;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.unit.DataSize;

/**
 * Turns properties into the settings of the engine. The engine checks them, and names
 * each as its property is named; what is left to do is to say so in Boot's words, which
 * its failure analyzer understands.
 */
final class CloneSettings {

	private CloneSettings() {
	}

	static ClientSettings client(CloneProperties properties, String applicationName) {
		String name = (properties.name() != null) ? properties.name() : applicationName;
		try {
			return new ClientSettings(name, subtrees(properties), properties.writeTimeout(), properties.serverTimeout(),
					properties.maxInFlight(), properties.events().threads(), properties.events().queueCapacity());
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
