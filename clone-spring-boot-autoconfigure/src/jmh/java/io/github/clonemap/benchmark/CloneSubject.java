package io.github.clonemap.benchmark;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

import io.github.clonemap.CloneChange;
import io.github.clonemap.CloneMap;
import io.github.clonemap.ValueCodec;
import io.github.clonemap.agent.Clock;
import io.github.clonemap.client.ClientReport;
import io.github.clonemap.client.ClientSettings;
import io.github.clonemap.client.ClientTimers;
import io.github.clonemap.client.CloneClient;
import io.github.clonemap.client.ServerEndpoint;
import io.github.clonemap.client.ValueCodecs;
import io.github.clonemap.server.CloneServer;
import io.github.clonemap.server.ServerReport;
import io.github.clonemap.server.ServerSettings;
import io.github.clonemap.zeromq.ZmqClientSockets;
import io.github.clonemap.zeromq.ZmqServerSockets;
import org.jspecify.annotations.Nullable;

/**
 * Our servers and clients, with the settings that an application has that sets none.
 */
public final class CloneSubject {

	private static final Duration PATIENCE = Duration.ofSeconds(120);

	private CloneSubject() {
	}

	/**
	 * Starts a server on any free port of this machine.
	 * @return the server
	 */
	public static CloneServer startServer() {
		ServerSettings settings = ServerSettings.defaults();
		CloneServer server = new CloneServer(settings,
				ZmqServerSockets.factory("127.0.0.1", 0, settings.maxValueSize()), Clock.system());
		server.start();
		return server;
	}

	/**
	 * Creates a client.
	 * @param name its name
	 * @param serverTimeout after how much silence it tries the next server
	 * @param codecs the codecs of its values
	 * @return the client, not started
	 */
	public static CloneClient newClient(String name, Duration serverTimeout, ValueCodecs codecs) {
		ClientSettings defaults = ClientSettings.defaults();
		return new CloneClient(
				new ClientSettings(name, defaults.subtrees(), Duration.ofSeconds(30), serverTimeout,
						defaults.maxInFlight(), defaults.eventThreads(), defaults.eventQueueCapacity()),
				codecs, ZmqClientSockets.factory(), Clock.system());
	}

	/**
	 * Starts a client and waits until it has all data.
	 * @param client the client
	 * @param ports where the servers listen
	 * @return the client
	 * @throws InterruptedException if the calling thread is interrupted
	 */
	public static CloneClient start(CloneClient client, int... ports) throws InterruptedException {
		begin(client, ports);
		awaitLive(client);
		return client;
	}

	static Service serve() {
		CloneServer server = startServer();
		return new Service() {

			@Override
			public int port() {
				return server.port();
			}

			@Override
			public long updates() {
				ServerReport report = server.report();
				return (report != null) ? report.updates() : 0;
			}

			@Override
			public void close() {
				server.close();
			}

		};
	}

	static Source write(int port) throws InterruptedException {
		CloneClient client = newClient("writer");
		AtomicLong failed = new AtomicLong();
		client.setTimers(new ClientTimers() {

			@Override
			public void onWritten(WriteOutcome outcome, long nanos) {
				if (outcome != WriteOutcome.ACKNOWLEDGED) {
					failed.incrementAndGet();
				}
			}

		});
		return new CloneSource(start(client, port), failed);
	}

	static Sink read(int port, int count, Sink.@Nullable Seen seen) throws InterruptedException {
		List<CloneClient> clients = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			CloneClient client = newClient("reader-" + i);
			if (seen != null) {
				map(client).addListener((change) -> {
					if (change.phase() == CloneChange.Phase.LIVE && change.value() != null) {
						seen.onUpdate(change.value());
					}
				});
			}
			begin(client, port);
			clients.add(client);
		}
		for (CloneClient client : clients) {
			awaitLive(client);
		}
		return new CloneSink(clients);
	}

	static Sink readWithoutListener(int port, Load load, Sink.@Nullable Seen seen) throws InterruptedException {
		CloneClient client = newClient("reader");
		if (seen != null) {
			client.setTimers(new MapWatch(map(client), load, seen));
		}
		return new CloneSink(List.of(start(client, port)));
	}

	private static CloneClient newClient(String name) {
		return newClient(name, ClientSettings.DEFAULT_SERVER_TIMEOUT, ValueCodecs.BASIC);
	}

	private static void begin(CloneClient client, int... ports) {
		List<ServerEndpoint> servers = new ArrayList<>();
		for (int port : ports) {
			servers.add(new ServerEndpoint("127.0.0.1", port));
		}
		client.start(servers);
	}

	private static void awaitLive(CloneClient client) throws InterruptedException {
		if (!client.awaitLive(PATIENCE)) {
			throw new IllegalStateException("A client is not live: " + client.report());
		}
	}

	private static CloneMap<byte[]> map(CloneClient client) {
		return client.map("all", "", ValueCodec.BYTES, null);
	}

	private static final class CloneSource implements Source {

		private final CloneClient client;

		private final CloneMap<byte[]> map;

		private final AtomicLong failed;

		CloneSource(CloneClient client, AtomicLong failed) {
			this.client = client;
			this.map = map(client);
			this.failed = failed;
		}

		@Override
		public void put(String key, byte[] value) {
			this.map.putAsync(key, value);
		}

		@Override
		public void putAndWait(String key, byte[] value) {
			this.map.put(key, value);
		}

		@Override
		public long failed() {
			return this.failed.get();
		}

		@Override
		public void close() {
			this.client.close();
		}

	}

	private static final class CloneSink implements Sink {

		private final List<CloneClient> clients;

		CloneSink(List<CloneClient> clients) {
			this.clients = clients;
		}

		@Override
		public long updates() {
			return this.clients.stream().mapToLong((client) -> client.report().updates()).sum();
		}

		@Override
		public long lost() {
			return this.clients.stream().map(CloneClient::report).mapToLong(ClientReport::gaps).sum();
		}

		@Override
		public List<? extends Map<String, byte[]>> maps() {
			return this.clients.stream().map(CloneSubject::map).toList();
		}

		@Override
		public void close() {
			this.clients.forEach(CloneClient::close);
		}

	}

	/**
	 * Looks for new values at the moment at which a batch has become visible, on the very
	 * thread that made it so: polling the map would take a core from those who are
	 * measured. The writer takes the keys in turn, so the next new one is known.
	 */
	private static final class MapWatch implements ClientTimers {

		private final String[] keys;

		private final CloneMap<byte[]> map;

		private final Sink.Seen seen;

		private long lastNanos;

		private int next;

		MapWatch(CloneMap<byte[]> map, Load load, Sink.Seen seen) {
			this.map = map;
			this.keys = Values.keys(load.active());
			this.seen = seen;
		}

		@Override
		public void onHandedOver(long ageNanos) {
			byte[] value = this.map.get(this.keys[this.next]);
			while (value != null && Values.intendedNanos(value) > this.lastNanos) {
				this.seen.onUpdate(value);
				this.lastNanos = Values.intendedNanos(value);
				this.next = (this.next + 1) % this.keys.length;
				value = this.map.get(this.keys[this.next]);
			}
		}

	}

}
