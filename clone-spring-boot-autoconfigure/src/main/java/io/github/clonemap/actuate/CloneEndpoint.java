package io.github.clonemap.actuate;

import java.util.List;

import io.github.clonemap.CloneMap;
import io.github.clonemap.CloneStoppedException;
import io.github.clonemap.client.ClientReport;
import io.github.clonemap.client.CloneClient;
import io.github.clonemap.server.CloneServer;
import io.github.clonemap.server.ServerReport;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.OperationResponseBody;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * {@link Endpoint @Endpoint} that shows how the client, its maps and the embedded server
 * are doing: numbers, never keys or values.
 *
 * @since 0.1.0
 */
@Endpoint(id = "clone", defaultAccess = Access.READ_ONLY)
public class CloneEndpoint {

	private final CloneClient client;

	private final List<TypedMap> maps;

	private final @Nullable CloneServer server;

	/**
	 * Creates the endpoint.
	 * @param client the client
	 * @param maps its maps
	 * @param server the embedded server, or {@code null} if there is none
	 */
	public CloneEndpoint(CloneClient client, List<TypedMap> maps, @Nullable CloneServer server) {
		this.client = client;
		this.maps = List.copyOf(maps);
		this.server = server;
	}

	/**
	 * Shows the reports of this moment.
	 * @return the reports
	 */
	@ReadOperation
	public CloneDescriptor reports() {
		return new CloneDescriptor(this.client.report(), this.maps.stream().map(MapDescriptor::of).toList(),
				(this.server != null) ? this.server.report() : null);
	}

	/**
	 * A map with the type of its values, which the map itself does not tell.
	 *
	 * @param map the map
	 * @param valueType the type of its values
	 */
	public record TypedMap(CloneMap<?> map, Class<?> valueType) {

	}

	/**
	 * What the endpoint shows.
	 *
	 * @param client the numbers of the client
	 * @param maps its maps
	 * @param server the numbers of the embedded server, {@code null} if there is none or
	 * if it does not run
	 */
	public record CloneDescriptor(ClientReport client, List<MapDescriptor> maps,
			@Nullable ServerReport server) implements OperationResponseBody {

	}

	/**
	 * What the endpoint shows of a map.
	 *
	 * @param name its name
	 * @param subtree the part of the key space that it shows
	 * @param valueType the type of its values
	 * @param entries how many entries it has, {@code null} if it was stopped by a policy
	 * and shows none
	 */
	public record MapDescriptor(String name, String subtree, String valueType, @Nullable Integer entries) {

		static MapDescriptor of(TypedMap typed) {
			CloneMap<?> map = typed.map();
			return new MapDescriptor(map.name(), map.subtree(), typed.valueType().getTypeName(), size(map));
		}

		private static @Nullable Integer size(CloneMap<?> map) {
			try {
				return map.size();
			}
			catch (CloneStoppedException ex) {
				return null;
			}
		}

	}

}
