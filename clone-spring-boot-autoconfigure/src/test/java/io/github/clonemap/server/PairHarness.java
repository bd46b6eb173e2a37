package io.github.clonemap.server;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Predicate;

import io.github.clonemap.CloneConflict;
import io.github.clonemap.binarystar.BinaryStarRole;
import io.github.clonemap.client.ManualClock;
import io.github.clonemap.protocol.Command;
import io.github.clonemap.protocol.FrameReader;
import io.github.clonemap.protocol.FrameWriter;
import io.github.clonemap.protocol.MalformedMessageException;
import io.github.clonemap.protocol.Message;
import io.github.clonemap.protocol.Message.Hello;
import io.github.clonemap.protocol.Message.Write;
import io.github.clonemap.protocol.Reply.Ack;
import io.github.clonemap.protocol.StreamBatch;
import io.github.clonemap.protocol.Subtrees;
import io.github.clonemap.protocol.Update;
import io.github.clonemap.protocol.WriteOperation;
import io.github.clonemap.protocol.WriteResult;

/**
 * Two servers of a pair, a clock that is moved by hand, and between the two a wire that
 * tests can look at, and lose messages on.
 */
final class PairHarness {

	static final Duration HEARTBEAT = Duration.ofMillis(500);

	static final Duration PEER_TIMEOUT = Duration.ofSeconds(2);

	static final int MAX_VALUE_SIZE = 1 << 20;

	final ManualClock clock = new ManualClock();

	final Place primary = new Place(BinaryStarRole.PRIMARY, 0xA000);

	final Place backup = new Place(BinaryStarRole.BACKUP, 0xB000);

	/** Everything that went from one server to the other, lost or not. */
	final List<Message> wire = new ArrayList<>();

	/** What is lost on the way. */
	Predicate<Message> losing = (message) -> false;

	private int routes;

	PairHarness() {
		this.primary.peer = this.backup;
		this.backup.peer = this.primary;
	}

	/**
	 * Both run, and the backup has everything.
	 */
	static PairHarness inSync() {
		PairHarness pair = new PairHarness();
		pair.primary.start();
		pair.backup.start();
		pair.run(Duration.ofSeconds(1));
		return pair;
	}

	/**
	 * What went over the wire since this was asked last.
	 */
	<T extends Message> List<T> take(Class<T> type) {
		List<T> taken = this.wire.stream().filter(type::isInstance).map(type::cast).toList();
		this.wire.clear();
		return taken;
	}

	/**
	 * Messages arrive and both have their turns until nothing more happens at this
	 * instant.
	 */
	void settle() {
		boolean busy = true;
		while (busy) {
			this.primary.turn();
			this.backup.turn();
			boolean delivered = this.primary.deliver();
			busy = this.backup.deliver() || delivered;
		}
	}

	void run(Duration duration) {
		for (long left = duration.toMillis(); left > 0; left -= 20) {
			this.clock.advance(Duration.ofMillis(20));
			settle();
		}
	}

	Client client(Place place, long id) {
		return new Client(place, id);
	}

	/**
	 * A server.
	 */
	final class Place implements ServerTransport, ServerListener {

		final List<CloneConflict> conflicts = new ArrayList<>();

		final List<Update> published = new ArrayList<>();

		final List<StreamBatch> batches = new ArrayList<>();

		private final Map<Route, List<Message>> replies = new HashMap<>();

		private final Deque<Runnable> outbox = new ArrayDeque<>();

		private final BinaryStarRole role;

		private final Route peerRoute;

		private long lastId;

		private Place peer;

		/** {@code null} while it is down. */
		ServerAgent agent;

		boolean frozen;

		boolean startsAlone;

		Place(BinaryStarRole role, long firstId) {
			this.role = role;
			this.lastId = firstId;
			this.peerRoute = new Route(new byte[] { 9, (byte) role.ordinal() });
		}

		void start() {
			start(PairHarness.this.clock);
		}

		void start(ManualClock clock) {
			ServerSettings settings = new ServerSettings(HEARTBEAT, Duration.ofSeconds(10), 1000, 100_000,
					MAX_VALUE_SIZE, 255);
			this.agent = new ServerAgent(settings, new PairSettings(this.role, PEER_TIMEOUT, this.startsAlone), this,
					clock, ++this.lastId, new Random(this.lastId), this);
			this.agent.onSubscribed(Subtrees.ALL.topic());
			this.outbox.clear();
			this.peer.outbox.clear();
		}

		void crash() {
			this.agent = null;
			this.outbox.clear();
			this.peer.outbox.clear();
		}

		long id() {
			return this.lastId;
		}

		ServerReport report() {
			return this.agent.report();
		}

		/**
		 * The sequence of each key.
		 */
		Map<String, Long> entries() {
			Map<String, Long> sequences = new TreeMap<>();
			ServerStates.entries(this.agent).forEach((key, update) -> sequences.put(key, update.sequence()));
			return sequences;
		}

		boolean runs() {
			return this.agent != null && !this.frozen;
		}

		void turn() {
			if (runs()) {
				this.agent.onTick(PairHarness.this.clock.nanoTime());
				this.agent.flush();
			}
		}

		boolean deliver() {
			boolean any = false;
			while (this.peer.runs() && !this.outbox.isEmpty()) {
				this.outbox.removeFirst().run();
				any = true;
			}
			return any;
		}

		/**
		 * Somebody says something to this server.
		 */
		void hear(Route route, Message message) {
			this.agent.onRequest(route, message.command().frame(), bytes(message));
		}

		/**
		 * The peer, or who pretends to be it, answers on the connection that was made to
		 * it.
		 */
		void hearFromPeer(Message message) {
			this.agent.onPeerReply(message.command().frame(), bytes(message));
		}

		@Override
		public void reply(Route route, Command command, byte[] body) {
			if (route.equals(this.peer.peerRoute)) {
				send(command, body, () -> this.peer.agent.onPeerReply(command.frame(), body));
			}
			else {
				this.replies.computeIfAbsent(route, (key) -> new ArrayList<>()).add(read(command, body));
			}
		}

		@Override
		public void publishState(byte[] frame) {
			send(Command.PEER, frame, () -> this.peer.agent.onPeerState(frame));
		}

		@Override
		public void sendToPeer(Command command, byte[] body) {
			send(command, body, () -> this.peer.agent.onRequest(this.peerRoute, command.frame(), body));
		}

		private void send(Command command, byte[] body, Runnable delivery) {
			Message message = read(command, body);
			PairHarness.this.wire.add(message);
			if (this.peer.agent != null && !PairHarness.this.losing.test(message)) {
				this.outbox.addLast(delivery);
			}
		}

		@Override
		public void publish(byte[] frame) {
			try {
				FrameReader reader = new FrameReader(frame, 1);
				StreamBatch batch = StreamBatch.read(reader);
				this.batches.add(batch);
				for (int i = 0; i < batch.count(); i++) {
					this.published.add(Update.read(reader, Update::new));
				}
			}
			catch (MalformedMessageException ex) {
				throw new AssertionError(ex);
			}
		}

		@Override
		public void onConflicts(List<CloneConflict> conflicts) {
			this.conflicts.addAll(conflicts);
		}

	}

	private static byte[] bytes(Message message) {
		return message.toBytes(new FrameWriter(64));
	}

	private static Message read(Command command, byte[] body) {
		try {
			return Message.read(command, body, Update::new);
		}
		catch (MalformedMessageException ex) {
			throw new AssertionError(ex);
		}
	}

	/**
	 * A client, played by the test.
	 */
	final class Client {

		private final long id;

		private Place place;

		Route route = new Route(ByteBuffer.allocate(4).putInt(++PairHarness.this.routes).array());

		private long counter;

		private Client(Place place, long id) {
			this.place = place;
			this.id = id;
		}

		void turnTo(Place place) {
			this.place = place;
			this.route = new Route(ByteBuffer.allocate(4).putInt(++PairHarness.this.routes).array());
		}

		void hello() {
			hello(0, 0);
		}

		void hello(long lastSequence, long lastServerId) {
			this.place.hear(this.route,
					new Hello(Message.VERSION, this.id, "c" + this.id, lastSequence, lastServerId, this.counter + 1));
		}

		void write(WriteOperation... operations) {
			this.counter += operations.length;
			writeAs(this.counter - operations.length + 1, operations);
		}

		void writeAs(long first, WriteOperation... operations) {
			this.place.hear(this.route, new Write(first - 1, first, List.of(operations)));
		}

		List<WriteResult> results() {
			return take(Ack.class).stream().flatMap((ack) -> ack.results().stream()).toList();
		}

		/**
		 * Takes the messages of a type that came.
		 */
		<T extends Message> List<T> take(Class<T> type) {
			List<Message> all = this.place.replies.getOrDefault(this.route, new ArrayList<>());
			List<T> taken = all.stream().filter(type::isInstance).map(type::cast).toList();
			all.removeAll(taken);
			return taken;
		}

	}

}
