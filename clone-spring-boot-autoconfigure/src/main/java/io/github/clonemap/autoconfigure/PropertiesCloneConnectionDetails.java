package io.github.clonemap.autoconfigure;

import java.util.List;

import io.github.clonemap.client.ServerEndpoint;
import io.github.clonemap.server.CloneServer;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;

/**
 * The servers of {@code clone.servers}; without any, the embedded server, whose port is
 * known only once it has started and may be another one after a restart, and the other
 * one of its pair: only one of the two is active.
 */
final class PropertiesCloneConnectionDetails implements CloneConnectionDetails {

	private final List<ServerEndpoint> configured;

	private final CloneProperties.Server properties;

	private final @Nullable CloneServer embedded;

	PropertiesCloneConnectionDetails(CloneProperties properties, @Nullable CloneServer embedded) {
		this.configured = properties.servers().stream().map((text) -> parse(text, properties.servers())).toList();
		this.properties = properties.server();
		this.embedded = embedded;
		if (this.configured.isEmpty() && embedded == null) {
			throw new InvalidConfigurationPropertyValueException("clone.servers", "",
					"There is no server: set it to where one listens, or let the application host one by not "
							+ "setting clone.server.enabled to false.");
		}
	}

	private static ServerEndpoint parse(String text, List<String> all) {
		try {
			return ServerEndpoint.parse(text);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidConfigurationPropertyValueException("clone.servers", String.join(",", all),
					ex.getMessage() + ".");
		}
	}

	@Override
	public List<ServerEndpoint> getServers() {
		if (this.configured.isEmpty() && this.embedded != null) {
			ServerEndpoint own = new ServerEndpoint(ServerAddress.toConnectTo(this.properties.address()),
					this.embedded.port());
			CloneProperties.Bstar bstar = this.properties.bstar();
			return (bstar.role() != null) ? List.of(own, CloneSettings.peerServer(bstar)) : List.of(own);
		}
		return this.configured;
	}

}
