package io.github.clonemap.autoconfigure;

import java.util.List;

import io.github.clonemap.client.ServerEndpoint;

import org.springframework.boot.autoconfigure.service.connection.ConnectionDetails;

/**
 * Where the client finds its servers. A bean of this type takes the place of
 * {@code clone.servers}; then no embedded server starts unless
 * {@code clone.server.enabled} asks for it.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface CloneConnectionDetails extends ConnectionDetails {

	/**
	 * The endpoints of the servers. Asked for at each start of the client, after the
	 * start of an embedded server.
	 * @return the endpoints, in order of preference, at least one
	 */
	List<ServerEndpoint> getServers();

}
