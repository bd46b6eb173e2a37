package io.github.clonemap.autoconfigure;

import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.github.clonemap.binarystar.BinaryStarRole;
import io.github.clonemap.client.EventOverflow;
import io.github.clonemap.client.GapPolicy;
import io.github.clonemap.client.SnailPolicy;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * What can be set under {@code clone}. To be read, not to be created: components are
 * added as the library grows.
 *
 * @param enabled Whether to create the client, its maps and the embedded server.
 * @param servers Comma-separated list of server endpoints, such as tcp://host:port, in
 * order of preference. Without any, the application hosts an embedded server and uses it.
 * @param name Name of the client, for people: it appears in logs and in the names of
 * threads. The application's name unless set.
 * @param writeTimeout Time that a write may take before it fails.
 * @param serverTimeout Silence of the server after which the data is stale and another
 * connection is tried.
 * @param maxInFlight Number of writes that may wait for their acknowledgement.
 * @param startup How the application starts.
 * @param maps Maps to register as beans, by name. With any, the client holds only their
 * subtrees; without, it holds everything.
 * @param events How changes reach listeners.
 * @param gap What happens when updates were missed.
 * @param snail What happens when updates are handed over too late.
 * @param server The embedded server.
 * @since 0.1.0
 */
@ConfigurationProperties("clone")
public record CloneProperties(@DefaultValue("true") boolean enabled, @DefaultValue List<String> servers,
		@Nullable String name, @DefaultValue("5s") Duration writeTimeout, @DefaultValue("3s") Duration serverTimeout,
		@DefaultValue("8192") int maxInFlight, @DefaultValue Startup startup,
		@DefaultValue Map<String, MapProperties> maps, @DefaultValue Events events, @DefaultValue Gap gap,
		@DefaultValue Snail snail, @DefaultValue Server server) {

	/**
	 * How the application starts.
	 *
	 * @param mode What the start of the application does until the data is here.
	 * @param timeout Time to wait for the data.
	 */
	public record Startup(@DefaultValue("wait") StartupMode mode, @DefaultValue("10s") Duration timeout) {

	}

	/**
	 * What the start of the application does until the data is here.
	 */
	public enum StartupMode {

		/**
		 * Waits for the data, then goes on without it.
		 */
		WAIT,

		/**
		 * Goes on at once.
		 */
		ASYNC,

		/**
		 * Waits for the data, then fails.
		 */
		FAIL_FAST

	}

	/**
	 * A map that is a bean.
	 *
	 * @param subtree Part of the key space that the map shows, starting and ending with a
	 * slash, or empty for everything. The map's name between slashes unless set.
	 * @param valueType Type of the values: string, bytes or the name of a class, whose
	 * values are shared as JSON if Jackson is there.
	 * @param ttl Time to live of what is written through this map without another one.
	 */
	public record MapProperties(@Nullable String subtree, @DefaultValue("string") String valueType,
			@Nullable Duration ttl) {

	}

	/**
	 * How changes reach listeners.
	 *
	 * @param enabled Whether to publish changes, changes of the client's state and gaps
	 * as application events.
	 * @param threads Number of threads that call listeners.
	 * @param queueCapacity Number of changes that may wait for each of these threads.
	 * @param overflow What becomes of changes beyond that number.
	 */
	public record Events(@DefaultValue("true") boolean enabled, @DefaultValue("2") int threads,
			@DefaultValue("8192") int queueCapacity, @DefaultValue("block") EventOverflow overflow) {

	}

	/**
	 * What happens when updates were missed.
	 *
	 * @param policy What the client does when it has found a gap in its stream.
	 */
	public record Gap(@DefaultValue("resync") GapPolicy policy) {

	}

	/**
	 * What happens when updates are handed over too late.
	 *
	 * @param maxLatency Age of an update, from its ordering by the server to its
	 * hand-over to the application, above which the client counts as too slow.
	 * @param policy What the client does when it is too slow.
	 */
	public record Snail(@DefaultValue("1s") Duration maxLatency, @DefaultValue("report") SnailPolicy policy) {

	}

	/**
	 * The embedded server.
	 *
	 * @param enabled Whether to host a server in this application. Enabled if no servers
	 * are set, or if it has a role in a pair, unless set.
	 * @param address Address to listen on. Its ports are for trusted networks only.
	 * @param port Port of the requests, or 0 for any free one. The stream of updates has
	 * the third port above it.
	 * @param heartbeat Interval at which a quiet stream is heard.
	 * @param sessionTimeout Silence of a client after which its session ends, and its
	 * ephemeral entries with it.
	 * @param history Number of updates that are kept for clients that were away for a
	 * moment.
	 * @param maxEntries Number of entries above which new keys are refused.
	 * @param maxValueSize Size above which values are refused.
	 * @param maxKeyLength Number of bytes above which keys are refused.
	 * @param maxBytes Size of all entries above which writes that need more are refused.
	 * Half of the heap unless set.
	 * @param bstar The pair of servers that this one belongs to.
	 * @param chp The door for clients in any language.
	 */
	public record Server(@Nullable Boolean enabled, @DefaultValue("127.0.0.1") InetAddress address,
			@DefaultValue("5556") int port, @DefaultValue("500ms") Duration heartbeat,
			@DefaultValue("10s") Duration sessionTimeout, @DefaultValue("65536") int history,
			@DefaultValue("2000000") int maxEntries, @DefaultValue("1MB") DataSize maxValueSize,
			@DefaultValue("255") int maxKeyLength, @Nullable DataSize maxBytes, @DefaultValue Bstar bstar,
			@DefaultValue Chp chp) {

	}

	/**
	 * The door for clients in any language that speak the Clustered Hashmap Protocol (RFC
	 * 12).
	 *
	 * @param enabled Whether to let such clients in. They are not authenticated. Their
	 * updates leave at the first port above the server's, their writes come in at the
	 * second one.
	 */
	public record Chp(@DefaultValue("false") boolean enabled) {

	}

	/**
	 * A pair of servers, of which one is active and the other one has everything (Binary
	 * Star).
	 *
	 * @param role What this server is of a pair. It is alone unless set.
	 * @param address Address on which this server tells its peer what it is. The one of
	 * clone.server.address unless set.
	 * @param port Port on which this server tells its peer what it is.
	 * @param peer Endpoint on which the other server tells what it is, such as
	 * tcp://host:port.
	 * @param peerServer Endpoint of the other server, as clients have it in
	 * clone.servers.
	 * @param peerTimeout Silence of the other server after which it counts as lost. Four
	 * heartbeats unless set.
	 * @param startAlone Whether to become active without having all data of the peer: as
	 * a backup that has never heard an active primary, or when the peer went on without
	 * it.
	 * @param conflictLog File to which writes are appended, one JSON object to a line,
	 * that this server had accepted alone and that are given up after a partition.
	 */
	public record Bstar(@Nullable BinaryStarRole role, @Nullable InetAddress address, @DefaultValue("5003") int port,
			@Nullable String peer, @Nullable String peerServer, @Nullable Duration peerTimeout,
			@DefaultValue("false") boolean startAlone, @Nullable Path conflictLog) {

		/**
		 * Where this server tells its peer what it is.
		 */
		InetAddress addressBeside(InetAddress serverAddress) {
			return (this.address != null) ? this.address : serverAddress;
		}

	}

}
