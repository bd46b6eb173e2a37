package io.github.clonemap.client;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

import io.github.clonemap.CloneChange;
import io.github.clonemap.CloneConflict;
import io.github.clonemap.CloneNotConnectedException;
import io.github.clonemap.CloneRejectedException;
import io.github.clonemap.CloneState;
import io.github.clonemap.CloneStoppedException;
import io.github.clonemap.CloneTimeoutException;
import io.github.clonemap.ValueCodec;
import io.github.clonemap.WriteOptions.Condition;
import io.github.clonemap.agent.Clock;
import io.github.clonemap.binarystar.BinaryStarRole;
import io.github.clonemap.protocol.FrameWriter;
import io.github.clonemap.protocol.Message;
import io.github.clonemap.protocol.Subtrees;
import io.github.clonemap.protocol.Update;
import io.github.clonemap.protocol.WriteOperation;
import io.github.clonemap.protocol.WriteResult;
import io.github.clonemap.server.PairSettings;
import io.github.clonemap.server.ServerAgent;
import io.github.clonemap.server.ServerListener;
import io.github.clonemap.server.ServerReport;
import io.github.clonemap.server.ServerRole;
import io.github.clonemap.server.ServerSettings;
import io.github.clonemap.server.ServerStates;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A server and its clients in one thread, with a network that can be broken and a clock
 * that is moved by hand. After every step each client is compared with the model:
 * whatever it shows must be the server's state at its sequence.
 */
final class LocalCluster {

	static final Duration SERVER_TIMEOUT = Duration.ofSeconds(3);

	static final Duration PEER_TIMEOUT = Duration.ofSeconds(2);

	private final List<Node> nodes = new ArrayList<>();

	private final List<Operation> operations = new ArrayList<>();

	private final Random random;

	private final ManualClock clock = new ManualClock();

	private final ClusterModel model = new ClusterModel();

	private final LocalNetwork network;

	private final ServerSettings serverSettings;

	private final List<Throwable> failures = new ArrayList<>();

	private final List<Server> servers = new ArrayList<>();

	private final Map<String, Long> submittedNanos = new HashMap<>();

	private final Map<Long, Node> nodesById = new HashMap<>();

	/** What clients of RFC 12 have written last, empty if they removed it. */
	private final Map<String, String> written = new TreeMap<>();

	private long serverAheadMicros;

	private Clock serverClock = new Clock() {

		@Override
		public long nanoTime() {
			return LocalCluster.this.clock.nanoTime();
		}

		@Override
		public long epochMicros() {
			return LocalCluster.this.clock.epochMicros() + LocalCluster.this.serverAheadMicros;
		}

	};

	/**
	 * Whether what a server has promised may be lost: after a partition, or when both
	 * have failed.
	 */
	private boolean promisesMayBeBroken;

	private boolean clockWasSetBack;

	private boolean clocksAreApart;

	private int valueSize;

	private int values;

	private long steps;

	LocalCluster(Random random, ServerSettings serverSettings) {
		this(random, serverSettings, false);
	}

	private LocalCluster(Random random, ServerSettings serverSettings, boolean pair) {
		this.random = random;
		this.serverSettings = serverSettings;
		this.network = new LocalNetwork(random, this.clock, this.model::onFrame);
		this.model.onExpired(this::checkLifetime);
		this.servers.add(new Server(5556, pair ? BinaryStarRole.PRIMARY : null));
		if (pair) {
			this.servers.add(new Server(5566, BinaryStarRole.BACKUP));
			primary().place.join(backup().place);
		}
	}

	/**
	 * A cluster with a pair of servers.
	 */
	static LocalCluster withPair(Random random, ServerSettings serverSettings) {
		return new LocalCluster(random, serverSettings, true);
	}

	Server primary() {
		return this.servers.get(0);
	}

	Server backup() {
		return this.servers.get(1);
	}

	List<Server> servers() {
		return this.servers;
	}

	ClusterModel model() {
		return this.model;
	}

	void promisesMayBeBroken() {
		this.promisesMayBeBroken = true;
		this.model.promisesMayBeBroken();
	}

	/**
	 * The server that is active, the one of the higher epoch if both are.
	 */
	Optional<Server> active() {
		return this.servers.stream()
			.filter((server) -> server.place.isRunning() && server.report().role() == ServerRole.ACTIVE)
			.max(Comparator.comparingInt((server) -> server.report().epoch()));
	}

	ManualClock clock() {
		return this.clock;
	}

	LocalNetwork network() {
		return this.network;
	}

	List<Node> nodes() {
		return this.nodes;
	}

	List<Operation> operations() {
		return this.operations;
	}

	boolean isServerUp() {
		return primary().isUp();
	}

	ServerReport serverReport() {
		return primary().report();
	}

	/**
	 * The next server will think that it is earlier than it is, so that its sequences may
	 * begin below those of its predecessor.
	 */
	void setServerClockBack() {
		this.clockWasSetBack = true;
		this.serverClock = new Clock() {

			@Override
			public long nanoTime() {
				return LocalCluster.this.clock.nanoTime();
			}

			@Override
			public long epochMicros() {
				return 1_000_000 + LocalCluster.this.clock.nanoTime() / 1000;
			}

		};
	}

	/**
	 * The server's clock jumps, as that of a virtual machine may that was frozen.
	 */
	void shiftServerClock(Duration by) {
		this.serverAheadMicros += by.toNanos() / 1000;
	}

	/**
	 * From now on everybody has a clock that began elsewhere and runs too fast or too
	 * slow.
	 */
	void setClocksApart() {
		this.clocksAreApart = true;
		this.servers.forEach((server) -> server.clock.setApart());
	}

	/**
	 * How long something may seem to take whose clock runs too slow.
	 */
	private long tolerated(Duration duration) {
		return duration.toNanos() + (this.clocksAreApart ? duration.toNanos() / 25 : 0);
	}

	/**
	 * From now on values have so many characters.
	 */
	void setValueSize(int valueSize) {
		this.valueSize = valueSize;
	}

	/**
	 * Somebody who is no client of this cluster greets a server.
	 */
	void greet(Server server, Message.Hello hello) {
		server.place.hearStranger(hello.command(), hello.toBytes(new FrameWriter(64)));
	}

	/**
	 * From now on servers have a door for clients of RFC 12, and there is one.
	 */
	void openDoors() {
		this.servers.forEach((server) -> server.place.hasChpDoor = true);
	}

	/**
	 * A client of RFC 12 writes to both servers. Nobody answers it.
	 */
	void writeThroughDoors(String key, boolean removal) {
		String value = removal ? "" : nextValue();
		this.written.put(key, value);
		byte[] id = ByteBuffer.allocate(16).putLong(8, this.random.nextLong()).array();
		byte[][] frames = { key.getBytes(), new byte[8], id, new byte[0], value.getBytes() };
		this.servers.forEach((server) -> server.place.write(frames));
	}

	void startServer() {
		primary().start();
	}

	void crashServer() {
		primary().crash(false);
	}

	Node join(String... subtrees) {
		return join(UnaryOperator.identity(), subtrees);
	}

	Node join(UnaryOperator<ClientSettings> settings, String... subtrees) {
		Node node = new Node(Subtrees.covering(List.of(subtrees)), settings);
		this.nodes.add(node);
		this.nodesById.put(node.agent.clientId(), node);
		return node;
	}

	/**
	 * One step: time goes by, some messages arrive, everybody has a turn.
	 */
	void step(long nanos) {
		this.steps++;
		this.clock.advance(nanos);
		turn();
		while (this.network.deliver(1 + this.random.nextInt(8)) > 0) {
			turn();
		}
		this.nodes.forEach(Node::check);
		if (this.servers.size() == 1 && isServerUp()) {
			this.model.checkNothingOverdue(serverReport().serverId(), this.serverClock.epochMicros());
		}
		// What fails inside a callback is caught by the code that calls it.
		if (!this.failures.isEmpty()) {
			throw new AssertionError(this.failures.get(0));
		}
	}

	/**
	 * A single message arrives, and everybody has a turn before and after it: no time
	 * goes by.
	 * @return whether there was one
	 */
	boolean deliverOne() {
		turn();
		boolean delivered = this.network.deliver(1) > 0;
		turn();
		this.nodes.forEach(Node::check);
		return delivered;
	}

	private void guard(Runnable check) {
		try {
			check.run();
		}
		catch (Throwable ex) {
			this.failures.add(ex);
		}
	}

	/**
	 * Lets time go by in small steps.
	 */
	void run(Duration duration) {
		for (long left = duration.toNanos(); left > 0; left -= 20_000_000) {
			step(20_000_000);
		}
	}

	/**
	 * All faults end; then everybody must come to the same state.
	 */
	void healAndConverge() {
		this.network.dropPercent = 0;
		this.network.duplicatePercent = 0;
		this.network.maxDelayNanos = 0;
		for (Node node : this.nodes) {
			node.port.heal();
			node.room = Integer.MAX_VALUE;
		}
		for (Server server : this.servers) {
			server.place.frozen = false;
			server.place.cutFromPeer = false;
			server.place.maxPeerDelayNanos = 0;
			if (!server.isUp()) {
				server.start();
			}
		}
		long healedNanos = this.clock.nanoTime();
		run(Duration.ofSeconds(20));
		Server active = active().orElseThrow(() -> new AssertionError("no server is active"));
		long committed = active.report().sequence();
		if (this.servers.size() > 1) {
			checkPair(active);
		}
		ServerStates.entries(active.agent).values().forEach((entry) -> checkIsNotOver(entry, healedNanos));
		for (Node node : this.nodes) {
			assertThat(node.agent.state()).as("state of %s", node).isEqualTo(CloneState.LIVE);
			assertThat(node.replica.sequence()).as("sequence of %s", node).isEqualTo(committed);
			assertThat(node.told).as("what the listener of %s was told", node).isEqualTo(node.shown());
			assertThat(node.heard).as("what later listeners of %s were told", node)
				.allMatch((heard) -> heard.equals(node.shown()));
		}
		this.operations.forEach(Operation::checkEnded);
		if (!this.promisesMayBeBroken) {
			Map<String, Update> entries = ServerStates.entries(active.agent);
			this.written.forEach((key, value) -> assertThat(entries.get(key))
				.as("%s, last written through a door as %s", key, value)
				.matches((entry) -> (entry != null) ? value.equals(new String(entry.value())) : value.isEmpty()));
		}
	}

	/**
	 * The results of all writes to some keys can be explained by one order, which keeps
	 * to time.
	 */
	void checkLinearizable(List<String> keys) {
		for (String key : keys) {
			List<LinearizabilityChecker.Operation> history = this.operations.stream()
				.filter((operation) -> operation.operation.key().equals(key))
				.map(Operation::toHistory)
				.filter(Objects::nonNull)
				.toList();
			assertThat(LinearizabilityChecker.isLinearizable(history)).as("%s: %s", key, history).isTrue();
		}
	}

	/**
	 * Each value that a client was told to be written is there, or was replaced or
	 * removed later in the order that has stayed, or was reported as a conflict.
	 */
	void checkNothingWasLostSilently(List<String> keys) {
		Map<String, Update> entries = ServerStates.entries(active().orElseThrow().agent);
		for (Operation operation : this.operations) {
			WriteResult result = operation.acknowledgedPut();
			String key = operation.operation.key();
			boolean isHidden = this.operations.stream()
				.anyMatch((other) -> other.outcome == LinearizabilityChecker.Outcome.UNKNOWN
						&& other.called >= operation.called && other.operation.key().equals(key));
			if (result == null || !keys.contains(key) || isHidden) {
				// A write with an unknown outcome may have come later.
				continue;
			}
			String value = new String(operation.operation.value());
			Update entry = entries.get(key);
			boolean isThere = entry != null
					&& (new String(entry.value()).equals(value) || entry.sequence() > result.sequence());
			boolean isReported = this.servers.stream()
				.flatMap((server) -> server.reported.stream())
				.anyMatch((conflict) -> conflict.sequence() == result.sequence());
			boolean isRemoved = this.operations.stream().anyMatch((other) -> other.removes(key, result.sequence()));
			assertThat(isThere || isReported || isRemoved || this.model.isFollowedBy(result.sequence(), key))
				.as("%s %s (%d) is there, was followed by another one, or was reported: %s", operation.operation, value,
						result.sequence(), entry)
				.isTrue();
		}
	}

	/**
	 * No entry ends before its lifetime is over, by any clock, or its writer has been
	 * silent for as long as a session lasts, or has left: not even because of a failover.
	 */
	private void checkLifetime(Update entry, Update expiry, long serverId) {
		long nowNanos = this.clock.nanoTime();
		Long submitted = this.submittedNanos.get(new String(entry.value()));
		boolean over = entry.ttlMillis() > 0 && submitted != null
				&& tolerated(Duration.ofNanos(nowNanos - submitted)) >= entry.ttlMillis() * 1_000_000
				&& (this.clocksAreApart
						|| expiry.serverTimeMicros() - entry.serverTimeMicros() >= entry.ttlMillis() * 1000);
		assertThat(over || (entry.isEphemeral() && mayHaveEnded(entry.writerId(), serverId)))
			.as("%s ended early by %s", entry, expiry)
			.isTrue();
	}

	private boolean mayHaveEnded(long clientId, long serverId) {
		Node writer = this.nodesById.get(clientId);
		if (!this.nodes.contains(writer) || writer.state() == CloneState.STOPPED) {
			return true;
		}
		Server server = this.servers.stream()
			.filter((each) -> each.isUp() && each.report().serverId() == serverId)
			.findFirst()
			.orElseThrow();
		// What is published now was ordered a moment ago.
		long untilNanos = this.clock.nanoTime() - PEER_TIMEOUT.multipliedBy(2).toNanos();
		long sinceNanos = this.clock.nanoTime() - this.serverSettings.sessionTimeout().toNanos() / 25 * 24;
		return writer.port.answeredNanos(server.place).subSet(sinceNanos, untilNanos).isEmpty();
	}

	/**
	 * Some time after all faults have ended nothing is left that should have ended.
	 */
	private void checkIsNotOver(Update entry, long healedNanos) {
		Long submitted = this.submittedNanos.get(new String(entry.value()));
		if (entry.ttlMillis() > 0 && submitted != null) {
			// Each copy of an entry that is on its way adds a moment to its time.
			long lived = this.clock.nanoTime() - Math.max(submitted, healedNanos);
			assertThat(lived).as("time that %s has lived", entry)
				.isLessThan(tolerated(Duration.ofMillis(entry.ttlMillis())) + 5_000_000_000L);
		}
		if (entry.isEphemeral() && this.serverSettings.sessionTimeout().compareTo(Duration.ofSeconds(10)) <= 0) {
			assertThat(this.nodes).as("nodes, one of which is the writer of %s", entry)
				.contains(this.nodesById.get(entry.writerId()));
		}
	}

	/**
	 * The passive server is the active one's image.
	 */
	private void checkPair(Server active) {
		Server passive = this.servers.get(1 - this.servers.indexOf(active));
		assertThat(passive.report().role()).as("role of the other server").isEqualTo(ServerRole.PASSIVE);
		assertThat(active.report().inSync()).as("in sync, says the active one").isTrue();
		assertThat(passive.report().inSync()).as("in sync, says the passive one").isTrue();
		assertThat(active.report().replicaLag()).isZero();
		assertThat(passive.report().sequence()).isEqualTo(active.report().sequence());
		assertThat(passive.report().sessions()).isEqualTo(active.report().sessions());
		assertThat(sequences(ServerStates.entries(passive.agent)))
			.isEqualTo(sequences(ServerStates.entries(active.agent)));
	}

	private static Map<String, Long> sequences(Map<String, Update> entries) {
		Map<String, Long> sequences = new TreeMap<>();
		entries.forEach((key, update) -> sequences.put(key, update.sequence()));
		return sequences;
	}

	private void turn() {
		for (Server server : this.servers) {
			if (server.place.isRunning()) {
				server.agent.onTick(server.clock.nanoTime());
				server.agent.flush();
			}
		}
		for (Node node : this.nodes) {
			node.agent.onTick(node.clock.nanoTime());
			node.agent.flush();
		}
	}

	String nextValue() {
		String value = "value-" + ++this.values;
		value += ".".repeat(Math.max(0, this.valueSize - value.length()));
		this.submittedNanos.put(value, this.clock.nanoTime());
		return value;
	}

	/**
	 * The clock of a machine.
	 */
	final class LocalClock implements Clock {

		private final Supplier<Clock> base;

		private long aheadNanos;

		private long aheadMicros;

		private long driftPercent;

		LocalClock(Supplier<Clock> base) {
			this.base = base;
		}

		/**
		 * It begins anywhere, also below zero, and gains or loses.
		 */
		private void setApart() {
			this.aheadNanos = LocalCluster.this.random.nextLong(-1L << 50, 1L << 50);
			this.aheadMicros = LocalCluster.this.random.nextLong(-1_000_000_000_000L, 1_000_000_000_000L);
			this.driftPercent = LocalCluster.this.random.nextInt(-1, 2);
		}

		/**
		 * Somebody sets it.
		 */
		void jump(Duration by) {
			this.aheadMicros += by.toNanos() / 1000;
		}

		@Override
		public long nanoTime() {
			long nanos = this.base.get().nanoTime();
			return this.aheadNanos + nanos + nanos / 100 * this.driftPercent;
		}

		@Override
		public long epochMicros() {
			long nanos = this.base.get().nanoTime();
			return this.aheadMicros + this.base.get().epochMicros() + nanos / 100_000 * this.driftPercent;
		}

	}

	/**
	 * A server of the cluster.
	 */
	final class Server implements ServerListener {

		private final BinaryStarRole role;

		private final LocalNetwork.Place place;

		private final ServerEndpoint endpoint;

		private final List<CloneConflict> reported = new ArrayList<>();

		private final LocalClock clock = new LocalClock(() -> LocalCluster.this.serverClock);

		private ServerAgent agent;

		Server(int port, BinaryStarRole role) {
			this.endpoint = new ServerEndpoint("localhost", port);
			this.role = role;
			this.place = LocalCluster.this.network.place(this.endpoint);
		}

		LocalNetwork.Place place() {
			return this.place;
		}

		LocalClock clock() {
			return this.clock;
		}

		ServerAgent agent() {
			return this.agent;
		}

		ServerReport report() {
			return this.agent.report();
		}

		List<CloneConflict> conflicts() {
			return this.reported;
		}

		boolean isUp() {
			return this.agent != null;
		}

		void start() {
			PairSettings pair = (this.role != null) ? new PairSettings(this.role, PEER_TIMEOUT, false) : null;
			this.agent = new ServerAgent(LocalCluster.this.serverSettings, pair, this.place, this.clock,
					LocalCluster.this.random.nextLong(1, Long.MAX_VALUE), LocalCluster.this.random, this);
			this.agent.onSubscribed(Subtrees.ALL.topic());
			this.place.started(this.agent);
		}

		void crash(boolean refuses) {
			this.agent = null;
			this.place.refuses = refuses;
			this.place.crashed();
		}

		/**
		 * Stops in order, as its thread does it.
		 */
		void stop() {
			this.agent.beginStop();
			for (int i = 0; i < 50 && !this.agent.isReadyToStop(); i++) {
				step(20_000_000);
			}
			this.agent.onStop();
			LocalCluster.this.network.deliver(100);
			crash(true);
		}

		@Override
		public void onRoleChanged(ServerRole from, ServerRole to, int epoch) {
			if (to == ServerRole.ACTIVE) {
				guard(() -> LocalCluster.this.model.onActive(this.agent.report().serverId(),
						ServerStates.sequence(this.agent), ServerStates.entries(this.agent)));
			}
		}

		@Override
		public void onConflicts(List<CloneConflict> conflicts) {
			this.reported.addAll(conflicts);
			guard(() -> assertThat(LocalCluster.this.promisesMayBeBroken).as("writes are lost: %s", conflicts)
				.isTrue());
		}

		@Override
		public String toString() {
			return this.role + " server";
		}

	}

	/**
	 * A client of the cluster.
	 */
	final class Node implements Dispatcher, ClientListener {

		private final Subtrees subtrees;

		private final Replica replica;

		private final ClientAgent agent;

		private final LocalNetwork.ClientPort port;

		private final LocalClock clock = new LocalClock(() -> LocalCluster.this.clock);

		private final WriteBudget budget = new WriteBudget(10_000, 1 << 30);

		private final Map<String, String> told = new TreeMap<>();

		private final Map<String, Long> toldSequences = new HashMap<>();

		private final Map<String, Update> shadow = new TreeMap<>();

		private final List<CloneChange<String>> changes = new ArrayList<>();

		private final List<Map<String, String>> heard = new ArrayList<>();

		private ClusterModel.Order shadowOrder;

		private int shadowIndex;

		private long highestSequence;

		private final ChangeListeners listeners;

		private final Listening<?> listening = new Listening<>(reader(), this::onChange);

		/**
		 * How many changes may still be handed over; forgotten when there is room again.
		 */
		private int room = Integer.MAX_VALUE;

		int gaps;

		/** What gaps were found: the last sequence before each, and the last inside. */
		final List<long[]> gapRanges = new ArrayList<>();

		final List<Duration> croaks = new ArrayList<>();

		Node(Subtrees subtrees, UnaryOperator<ClientSettings> change) {
			this.subtrees = subtrees;
			this.port = LocalCluster.this.network.client();
			if (LocalCluster.this.clocksAreApart) {
				this.clock.setApart();
			}
			ClientSettings settings = new ClientSettings("node" + LocalCluster.this.nodes.size(), subtrees,
					Duration.ofSeconds(5), SERVER_TIMEOUT, 1000, 1, 100);
			settings = change.apply(settings);
			this.replica = new Replica(subtrees);
			ClockOffset offset = new ClockOffset();
			this.listeners = new ChangeListeners();
			this.listeners.add(this.listening);
			List<ServerEndpoint> endpoints = LocalCluster.this.servers.stream()
				.map((server) -> server.endpoint)
				.toList();
			this.agent = new ClientAgent(settings, endpoints, this.port, this.clock, LocalCluster.this.random,
					new ClientAgent.Surroundings(this.replica, this.listeners, this, offset, ClientTimers.NONE, this));
			this.port.setHandler(this.agent);
		}

		CloneState state() {
			return this.agent.state();
		}

		long sequence() {
			return this.replica.sequence();
		}

		LocalNetwork.ClientPort port() {
			return this.port;
		}

		LocalClock clock() {
			return this.clock;
		}

		long clientId() {
			return this.agent.clientId();
		}

		Replica replica() {
			return this.replica;
		}

		SnailWatch snail() {
			return this.agent.snail();
		}

		StreamFollower follower() {
			return this.agent.follower();
		}

		List<CloneChange<String>> changes() {
			return this.changes;
		}

		/**
		 * Leaves no listener but one of some subtree, or none at all.
		 */
		void listenOnlyTo(@Nullable String subtree) {
			this.listening.close();
			this.listeners.remove(this.listening);
			if (subtree != null) {
				this.listeners.add(new Listening<>(new EntryReader<>("part", subtree, ValueCodec.STRING, () -> {
				}), (change) -> {
				}));
			}
		}

		void setRoomForChanges(int room) {
			this.room = room;
		}

		/**
		 * One more listener, which must hear a story without contradictions, too.
		 */
		Map<String, String> listen() {
			Map<String, String> heard = new TreeMap<>();
			this.heard.add(heard);
			this.listeners.add(new Listening<>(reader(), (change) -> guard(() -> {
				String before = (change.value() != null) ? heard.put(change.key(), change.value())
						: heard.remove(change.key());
				assertThat(change.previousValue()).as("previous value of %s at a listener of %s", change, this)
					.isEqualTo(before);
			})));
			return heard;
		}

		private EntryReader<String> reader() {
			return new EntryReader<>("all", "", ValueCodec.STRING, () -> {
				throw new IllegalStateException("a value that was not written here");
			});
		}

		/**
		 * The application closes, or, if not in order, dies.
		 */
		void leave(boolean inOrder) {
			if (inOrder) {
				this.agent.onStop("the client stops");
				// As with a lingering socket: what can still arrive, does.
				LocalCluster.this.network.deliver(100);
			}
			else {
				LocalCluster.this.operations.stream()
					.filter((operation) -> operation.node == this)
					.forEach((operation) -> operation.orphaned = true);
			}
			this.port.disconnect();
			LocalCluster.this.nodes.remove(this);
		}

		Operation put(String key, Condition condition, long expected, long ttlMillis, boolean ephemeral) {
			String value = nextValue();
			return submit(new WriteOperation(WriteOperation.Kind.PUT, key, value.getBytes(), condition, expected,
					ttlMillis, ephemeral, true));
		}

		/**
		 * A write that no server may accept.
		 */
		Operation putBad(boolean badKey) {
			byte[] value = badKey ? nextValue().getBytes() : new byte[0];
			return submit(new WriteOperation(WriteOperation.Kind.PUT, badKey ? "HUGZ" : "/a/1", value, Condition.NONE,
					0, 0, false, true));
		}

		Operation put(String key) {
			return put(key, Condition.NONE, 0, 0, false);
		}

		Operation putLarge(String key, int size) {
			byte[] value = (nextValue() + "x".repeat(size)).getBytes();
			return submit(new WriteOperation(WriteOperation.Kind.PUT, key, value, Condition.NONE, 0, 0, false, true));
		}

		Operation remove(String key) {
			return submit(new WriteOperation(WriteOperation.Kind.REMOVE, key, null, Condition.NONE, 0, 0, false, true));
		}

		private Operation submit(WriteOperation operation) {
			WriteCall<WriteResult> call = new WriteCall<>(operation, Function.identity(), this.budget,
					this.clock.nanoTime(), 5_000_000_000L, false, true);
			assertThat(this.budget.acquire(call.weight(), 0)).isTrue();
			Operation submitted = new Operation(this, call);
			LocalCluster.this.operations.add(submitted);
			this.agent.onWrite(call);
			return submitted;
		}

		Map<String, String> shown() {
			Map<String, String> shown = new TreeMap<>();
			this.replica.entries().forEach((entry) -> shown.put(entry.key(), new String(entry.value())));
			return shown;
		}

		long sequenceOf(String key) {
			ReplicaEntry entry = this.replica.get(key);
			return (entry != null) ? entry.sequence() : 0;
		}

		/**
		 * Promises 1, 4 and 5.
		 */
		void check() {
			long sequence = this.replica.sequence();
			assertThat(sequence).as("sequence of %s", this).isGreaterThanOrEqualTo(this.highestSequence);
			this.highestSequence = sequence;
			ClusterModel.Order order = LocalCluster.this.model.order(this.replica.serverId(), sequence);
			if (order != this.shadowOrder) {
				this.shadowOrder = order;
				this.shadow.clear();
				this.shadowIndex = 0;
				order.base().forEach((key, update) -> {
					if (this.subtrees.contains(key)) {
						this.shadow.put(key, update);
					}
				});
			}
			List<Update> updates = order.updates();
			for (; this.shadowIndex < updates.size()
					&& updates.get(this.shadowIndex).sequence() <= sequence; this.shadowIndex++) {
				Update update = updates.get(this.shadowIndex);
				if (this.subtrees.contains(update.key())) {
					ClusterModel.apply(update, this.shadow);
				}
			}
			Map<String, Long> expected = new TreeMap<>();
			this.shadow.forEach((key, update) -> expected.put(key, update.sequence()));
			Map<String, Long> shown = new TreeMap<>();
			this.replica.entries().forEach((entry) -> shown.put(entry.key(), entry.sequence()));
			assertThat(shown).as("what %s shows at %d (%s)", this, sequence, state()).isEqualTo(expected);
			if (state() == CloneState.LIVE) {
				assertThat(LocalCluster.this.clock.nanoTime() - this.port.lastDeliveryNanos)
					.as("silence that %s calls LIVE", this)
					.isLessThanOrEqualTo(tolerated(SERVER_TIMEOUT));
			}
		}

		private void onChange(CloneChange<String> change) {
			guard(() -> check(change));
		}

		private void check(CloneChange<String> change) {
			this.changes.add(change);
			String before = (change.value() != null) ? this.told.put(change.key(), change.value())
					: this.told.remove(change.key());
			assertThat(change.previousValue()).as("previous value of %s at %s", change, this).isEqualTo(before);
			assertThat(change.kind() == CloneChange.Kind.CREATED).as("%s at %s is new", change, this)
				.isEqualTo(before == null);
			Long last = this.toldSequences.put(change.key(), change.sequence());
			if (last != null && !LocalCluster.this.clockWasSetBack && !LocalCluster.this.promisesMayBeBroken) {
				assertThat(change.sequence()).as("order of %s at %s", change, this).isGreaterThan(last);
			}
		}

		@Override
		public void onGap(long applied, long before) {
			this.gaps++;
			this.gapRanges.add(new long[] { applied, before });
		}

		@Override
		public void onSnail(Duration latency, Duration error) {
			this.croaks.add(latency);
		}

		@Override
		public boolean hasRoom() {
			return this.room > 0;
		}

		@Override
		public void dispatch(int hash, Delivery delivery) {
			this.room--;
			delivery.run();
		}

		@Override
		public void announce(Runnable announcement) {
			announcement.run();
		}

		@Override
		public void complete(Runnable completion) {
			completion.run();
		}

		@Override
		public void flush() {
			// Nothing waits.
		}

		@Override
		public int queued() {
			return 0;
		}

		@Override
		public String toString() {
			return "node with " + this.subtrees.paths();
		}

	}

	/**
	 * A write of the application, and what came of it.
	 */
	final class Operation {

		private final Node node;

		private final WriteCall<WriteResult> call;

		/** What was called for: a call forgets it when its time is over. */
		private final WriteOperation operation;

		private final long called = LocalCluster.this.steps;

		private final String expectedValue;

		private long returned = Long.MAX_VALUE;

		private LinearizabilityChecker.Outcome outcome;

		private boolean orphaned;

		Operation(Node node, WriteCall<WriteResult> call) {
			this.node = node;
			this.call = call;
			this.operation = call.operation();
			ReplicaEntry known = node.replica.get(call.operation().key());
			this.expectedValue = (known != null) ? new String(known.value()) : null;
			call.future().whenComplete((result, failure) -> guard(() -> {
				this.returned = LocalCluster.this.steps;
				if (failure == null) {
					this.outcome = (result.status() == WriteResult.Status.APPLIED)
							? LinearizabilityChecker.Outcome.APPLIED : LinearizabilityChecker.Outcome.NOT_APPLIED;
				}
				else if (failure instanceof CloneTimeoutException) {
					this.outcome = LinearizabilityChecker.Outcome.UNKNOWN;
				}
				if (failure == null) {
					checkResult(result);
				}
				else if (failure instanceof CloneNotConnectedException || failure instanceof CloneStoppedException
						|| failure instanceof CloneRejectedException) {
					assertNeverApplied();
				}
			}));
		}

		WriteCall<WriteResult> call() {
			return this.call;
		}

		WriteResult result() {
			return this.call.future().join();
		}

		/**
		 * The result, if it is that of a put that was applied.
		 */
		WriteResult acknowledgedPut() {
			boolean succeeded = this.call.future().isDone() && !this.call.future().isCompletedExceptionally();
			return (succeeded && result().status() == WriteResult.Status.APPLIED
					&& this.operation.kind() == WriteOperation.Kind.PUT) ? result() : null;
		}

		/**
		 * Whether it was acknowledged as the removal of a key after some sequence, which
		 * nobody may have published: the server that took over just did not have it.
		 */
		private boolean removes(String key, long sequence) {
			boolean succeeded = this.call.future().isDone() && !this.call.future().isCompletedExceptionally();
			return succeeded && this.operation.kind() == WriteOperation.Kind.REMOVE && this.operation.key().equals(key)
					&& result().status() == WriteResult.Status.APPLIED && result().sequence() > sequence;
		}

		/**
		 * The operation as its caller saw it.
		 */
		LinearizabilityChecker.Operation toHistory() {
			String value = (this.operation.value() != null) ? new String(this.operation.value()) : null;
			LinearizabilityChecker.Condition condition = switch (this.operation.condition()) {
				case NONE -> LinearizabilityChecker.Condition.NONE;
				case ABSENT -> LinearizabilityChecker.Condition.ABSENT;
				case PRESENT -> LinearizabilityChecker.Condition.PRESENT;
				case SEQUENCE -> LinearizabilityChecker.Condition.VALUE;
			};
			if (this.returned == Long.MAX_VALUE || this.outcome == LinearizabilityChecker.Outcome.UNKNOWN) {
				return new LinearizabilityChecker.Operation(this.called, Long.MAX_VALUE, value, condition,
						this.expectedValue, LinearizabilityChecker.Outcome.UNKNOWN, null, 0);
			}
			if (this.outcome == null) {
				// It was never sent.
				return null;
			}
			Update before = result().entry();
			return new LinearizabilityChecker.Operation(this.called, this.returned, value, condition,
					this.expectedValue, this.outcome, (before != null) ? new String(before.value()) : null,
					result().sequence());
		}

		/**
		 * Promises 2 (applied once: the model sees to that) and 6.
		 */
		private void checkResult(WriteResult result) {
			switch (result.status()) {
				case APPLIED -> checkApplied(result);
				case CONDITION_FAILED -> {
					assertNeverApplied();
					assertThat(switch (this.operation.condition()) {
						case ABSENT -> result.sequence() > 0;
						case PRESENT -> result.sequence() == 0;
						case SEQUENCE -> result.sequence() != this.operation.expectedSequence();
						case NONE -> false;
					}).as("%s had reason to fail: %s", this.operation, result).isTrue();
				}
				case UNCHANGED -> assertThat(this.operation.kind()).isNotEqualTo(WriteOperation.Kind.PUT);
				case REJECTED -> throw new AssertionError("A rejection is a failure of the future");
			}
		}

		private void checkApplied(WriteResult result) {
			if (this.operation.kind() != WriteOperation.Kind.PUT) {
				return;
			}
			Update update = LocalCluster.this.model.put(new String(this.operation.value()));
			if (LocalCluster.this.servers.size() > 1) {
				// What a server had from the other one was not in its own stream.
				return;
			}
			assertThat(update).as("%s is in the server's order", this.operation).isNotNull();
			assertThat(update.sequence()).isEqualTo(result.sequence());
			Update before = LocalCluster.this.model.before(update).get(this.operation.key());
			long sequenceBefore = (before != null) ? before.sequence() : 0;
			assertThat((result.entry() != null) ? result.entry().sequence() : 0).as("entry before %s", update)
				.isEqualTo(sequenceBefore);
			assertThat(switch (this.operation.condition()) {
				case NONE -> true;
				case ABSENT -> before == null;
				case PRESENT -> before != null;
				case SEQUENCE -> sequenceBefore == this.operation.expectedSequence();
			}).as("%s was applied although its condition did not hold: %s", this.operation, before).isTrue();
		}

		private void assertNeverApplied() {
			byte[] value = this.operation.value();
			if (value != null && !LocalCluster.this.promisesMayBeBroken) {
				assertThat(LocalCluster.this.model.put(new String(value)))
					.as("%s ended without being applied", this.operation)
					.isNull();
			}
		}

		void checkEnded() {
			assertThat(this.orphaned || this.call.future().isDone()).as("%s has ended", this.operation).isTrue();
		}

	}

}
