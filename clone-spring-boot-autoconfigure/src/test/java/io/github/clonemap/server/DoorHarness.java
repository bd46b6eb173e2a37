package io.github.clonemap.server;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

import io.github.clonemap.agent.Clock;
import io.github.clonemap.binarystar.BinaryStarRole;
import io.github.clonemap.client.ManualClock;
import io.github.clonemap.protocol.Command;
import io.github.clonemap.protocol.FrameWriter;
import io.github.clonemap.protocol.Message;

/**
 * One server with a door for clients of RFC 12, or two that are a pair, between a clock
 * that is moved by hand and a network that can be cut.
 */
final class DoorHarness {

	static final Duration HEARTBEAT = Duration.ofMillis(500);

	static final Duration PEER_TIMEOUT = Duration.ofSeconds(2);

	final ManualClock clock = new ManualClock();

	final List<Server> servers = new ArrayList<>();

	private final Deque<Runnable> network = new ArrayDeque<>();

	private int routes;

	/** Whether what the passive server says gets lost, and what it is told. */
	boolean cut;

	static DoorHarness alone() {
		DoorHarness harness = new DoorHarness();
		harness.servers.add(harness.new Server(1, null));
		return harness;
	}

	/**
	 * A pair whose first server is active, and whose second one is in sync.
	 */
	static DoorHarness pair() {
		DoorHarness harness = new DoorHarness();
		harness.servers.add(harness.new Server(1, BinaryStarRole.PRIMARY));
		harness.servers.add(harness.new Server(2, BinaryStarRole.BACKUP));
		for (int i = 0; i < 20; i++) {
			harness.run(HEARTBEAT);
			if (i > 4 && harness.first().report().role() != ServerRole.ACTIVE) {
				harness.first().ask(harness.newRoute(), "");
			}
		}
		return harness;
	}

	Server first() {
		return this.servers.get(0);
	}

	Server second() {
		return this.servers.get(1);
	}

	Route newRoute() {
		return new Route(ByteBuffer.allocate(4).putInt(++this.routes + 100).array());
	}

	void turn() {
		for (Server server : this.servers) {
			server.turn();
		}
		for (int i = this.network.size(); i > 0; i--) {
			this.network.removeFirst().run();
		}
	}

	/**
	 * Turns until all that is on its way has arrived.
	 */
	void settle() {
		// Ordered, told to the peer, acknowledged by it, committed.
		for (int i = 0; i < 4; i++) {
			turn();
		}
	}

	void run(Duration duration) {
		for (long left = duration.toNanos(); left > 0; left -= 50_000_000) {
			this.clock.advance(50_000_000);
			settle();
		}
	}

	static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	/**
	 * A message to clients.
	 */
	record Told(String key, long sequence, String uuid, String properties, String value) {

		static Told of(byte[][] frames) {
			return new Told(text(frames[0]), ByteBuffer.wrap(frames[1]).getLong(), text(frames[2]), text(frames[3]),
					text(frames[4]));
		}

		private static String text(byte[] frame) {
			return new String(frame, StandardCharsets.UTF_8);
		}

	}

	/**
	 * A server and what it says.
	 */
	final class Server implements ServerTransport {

		final List<Told> published = new ArrayList<>();

		final Map<Route, List<Told>> answers = new HashMap<>();

		/** How many messages each client takes until it is full. */
		final Map<Route, Integer> room = new HashMap<>();

		final List<Route> gone = new ArrayList<>();

		final ServerAgent agent;

		private final Route route;

		boolean dead;

		Server(long id, BinaryStarRole role) {
			this.route = new Route(new byte[] { (byte) id });
			ServerSettings settings = new ServerSettings(HEARTBEAT, Duration.ofSeconds(10), 1000, 100_000, 1 << 16,
					255);
			Clock clock = DoorHarness.this.clock;
			this.agent = new ServerAgent(settings,
					(role != null) ? new PairSettings(role, PEER_TIMEOUT, role == BinaryStarRole.PRIMARY) : null, this,
					clock, id, new Random(id), ServerListener.NONE);
		}

		private Server peer() {
			return (this == first()) ? second() : first();
		}

		void turn() {
			if (!this.dead) {
				this.agent.onTick(DoorHarness.this.clock.nanoTime());
				this.agent.flush();
			}
		}

		ServerReport report() {
			return this.agent.report();
		}

		void ask(Route route, String subtree) {
			if (!this.dead) {
				this.agent.onRequest(route, bytes("ICANHAZ?"), bytes(subtree));
			}
		}

		void set(String key, String uuid, String properties, String value) {
			if (!this.dead) {
				this.agent
					.onChpWrite(new byte[][] { bytes(key), new byte[8], bytes(uuid), bytes(properties), bytes(value) });
			}
		}

		void say(Route route, Message message) {
			this.agent.onRequest(route, message.command().frame(), message.toBytes(new FrameWriter(64)));
		}

		List<Told> answers(Route route) {
			return this.answers.getOrDefault(route, List.of());
		}

		/**
		 * Takes the updates that were published.
		 */
		List<Told> updates() {
			List<Told> updates = this.published.stream().filter((one) -> !one.key().equals("HUGZ")).toList();
			this.published.clear();
			return updates;
		}

		Map<String, String> entries() {
			Map<String, String> entries = new TreeMap<>();
			ServerStates.entries(this.agent).forEach((key, entry) -> entries.put(key, new String(entry.value())));
			return entries;
		}

		@Override
		public boolean hasChpDoor() {
			return true;
		}

		@Override
		public Delivery sendChp(Route route, byte[][] frames) {
			if (this.gone.contains(route)) {
				return Delivery.GONE;
			}
			int left = this.room.getOrDefault(route, Integer.MAX_VALUE);
			if (left == 0) {
				return Delivery.FULL;
			}
			this.room.put(route, left - 1);
			this.answers.computeIfAbsent(route, (key) -> new ArrayList<>()).add(Told.of(frames));
			return Delivery.SENT;
		}

		@Override
		public void publishChp(byte[][] frames) {
			this.published.add(Told.of(frames));
		}

		@Override
		public void reply(Route route, Command command, byte[] body) {
			if (DoorHarness.this.servers.size() > 1 && route.equals(peer().route)) {
				toPeer(() -> peer().agent.onPeerReply(command.frame(), body));
			}
		}

		@Override
		public void publish(byte[] frame) {
			// Native clients have tests of their own.
		}

		@Override
		public void publishState(byte[] frame) {
			toPeer(() -> peer().agent.onPeerState(frame));
		}

		@Override
		public void sendToPeer(Command command, byte[] body) {
			toPeer(() -> peer().agent.onRequest(this.route, command.frame(), body));
		}

		private void toPeer(Runnable delivery) {
			if (!DoorHarness.this.cut && !this.dead) {
				DoorHarness.this.network.addLast(() -> {
					if (!DoorHarness.this.cut && !peer().dead) {
						delivery.run();
					}
				});
			}
		}

	}

}
