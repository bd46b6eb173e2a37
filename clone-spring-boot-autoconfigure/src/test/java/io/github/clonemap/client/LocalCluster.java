package io.github.clonemap.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.UnaryOperator;

import io.github.clonemap.CloneChange;
import io.github.clonemap.CloneNotConnectedException;
import io.github.clonemap.CloneRejectedException;
import io.github.clonemap.CloneState;
import io.github.clonemap.CloneStoppedException;
import io.github.clonemap.ValueCodec;
import io.github.clonemap.WriteOptions.Condition;
import io.github.clonemap.agent.Clock;
import io.github.clonemap.protocol.Subtrees;
import io.github.clonemap.protocol.Update;
import io.github.clonemap.protocol.WriteOperation;
import io.github.clonemap.protocol.WriteResult;
import io.github.clonemap.server.ServerAgent;
import io.github.clonemap.server.ServerReport;
import io.github.clonemap.server.ServerSettings;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A server and its clients in one thread, with a network that can be broken and a clock
 * that is moved by hand. After every step each client is compared with the model:
 * whatever it shows must be the server's state at its sequence.
 */
final class LocalCluster {

	static final Duration SERVER_TIMEOUT = Duration.ofSeconds(3);

	private static final List<ServerEndpoint> SERVERS = List.of(new ServerEndpoint("localhost", 5556));

	private final List<Node> nodes = new ArrayList<>();

	private final List<Operation> operations = new ArrayList<>();

	private final Random random;

	private final ManualClock clock = new ManualClock();

	private final ClusterModel model = new ClusterModel();

	private final LocalNetwork network;

	private final ServerSettings serverSettings;

	private final List<Throwable> failures = new ArrayList<>();

	private ServerAgent server;

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

	private boolean clockWasSetBack;

	private int values;

	LocalCluster(Random random, ServerSettings serverSettings) {
		this.random = random;
		this.serverSettings = serverSettings;
		this.network = new LocalNetwork(random, this.clock, this.model::onFrame);
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
		return this.server != null;
	}

	ServerReport serverReport() {
		return this.server.report();
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

	void startServer() {
		this.server = new ServerAgent(this.serverSettings, this.network.serverTransport(), this.serverClock,
				this.random.nextLong(1, Long.MAX_VALUE));
		this.server.onSubscribed(Subtrees.ALL.topic());
		this.network.serverStarted(this.server);
	}

	void crashServer() {
		this.server = null;
		this.network.serverCrashed();
	}

	Node join(String... subtrees) {
		return join(UnaryOperator.identity(), subtrees);
	}

	Node join(UnaryOperator<ClientSettings> settings, String... subtrees) {
		Node node = new Node(Subtrees.covering(List.of(subtrees)), settings);
		this.nodes.add(node);
		return node;
	}

	/**
	 * One step: time goes by, some messages arrive, everybody has a turn.
	 */
	void step(long nanos) {
		this.clock.advance(nanos);
		turn();
		while (this.network.deliver(1 + this.random.nextInt(8)) > 0) {
			turn();
		}
		this.nodes.forEach(Node::check);
		if (this.server != null) {
			this.model.checkNothingOverdue(this.server.report().serverId(), this.serverClock.epochMicros());
		}
		// What fails inside a callback is caught by the code that calls it.
		if (!this.failures.isEmpty()) {
			throw new AssertionError(this.failures.get(0));
		}
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
			node.port.cutUp = false;
			node.port.cutDown = false;
			node.room = Integer.MAX_VALUE;
		}
		if (!isServerUp()) {
			startServer();
		}
		run(Duration.ofSeconds(20));
		long committed = serverReport().sequence();
		for (Node node : this.nodes) {
			assertThat(node.agent.state()).as("state of %s", node).isEqualTo(CloneState.LIVE);
			assertThat(node.replica.sequence()).as("sequence of %s", node).isEqualTo(committed);
			assertThat(node.told).as("what the listener of %s was told", node).isEqualTo(node.shown());
			assertThat(node.heard).as("what later listeners of %s were told", node)
				.allMatch((heard) -> heard.equals(node.shown()));
		}
		this.operations.forEach(Operation::checkEnded);
	}

	private void turn() {
		if (this.server != null) {
			this.server.onTick(this.clock.nanoTime());
			this.server.flush();
		}
		for (Node node : this.nodes) {
			node.agent.onTick(this.clock.nanoTime());
			node.agent.flush();
		}
	}

	String nextValue() {
		return "value-" + ++this.values;
	}

	/**
	 * A client of the cluster.
	 */
	final class Node implements Dispatcher, ClientListener {

		private final Subtrees subtrees;

		private final Replica replica;

		private final ClientAgent agent;

		private final LocalNetwork.ClientPort port;

		private final WriteBudget budget = new WriteBudget(10_000, 1 << 30);

		private final Map<String, String> told = new TreeMap<>();

		private final Map<String, Long> toldSequences = new HashMap<>();

		private final Map<String, Update> shadow = new TreeMap<>();

		private final List<CloneChange<String>> changes = new ArrayList<>();

		private final List<Map<String, String>> heard = new ArrayList<>();

		private long shadowServer;

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
			ClientSettings settings = new ClientSettings("node" + LocalCluster.this.nodes.size(), subtrees,
					Duration.ofSeconds(5), SERVER_TIMEOUT, 1000, 1, 100);
			settings = change.apply(settings);
			this.replica = new Replica(subtrees);
			ClockOffset offset = new ClockOffset();
			this.listeners = new ChangeListeners();
			this.listeners.add(this.listening);
			this.agent = new ClientAgent(settings, SERVERS, this.port, LocalCluster.this.clock,
					LocalCluster.this.random,
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

		Operation remove(String key) {
			return submit(new WriteOperation(WriteOperation.Kind.REMOVE, key, null, Condition.NONE, 0, 0, false, true));
		}

		private Operation submit(WriteOperation operation) {
			WriteCall<WriteResult> call = new WriteCall<>(operation, Function.identity(), this.budget,
					LocalCluster.this.clock.nanoTime(), 5_000_000_000L, false, true);
			assertThat(this.budget.acquire(call.weight(), 0)).isTrue();
			Operation submitted = new Operation(this, call);
			LocalCluster.this.operations.add(submitted);
			this.agent.onWrite(call);
			return submitted;
		}

		Map<String, String> shown() {
			Map<String, String> shown = new TreeMap<>();
			this.replica.entries().forEach((key, entry) -> shown.put(key, new String(entry.value())));
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
			if (this.replica.serverId() != this.shadowServer) {
				this.shadowServer = this.replica.serverId();
				this.shadow.clear();
				this.shadowIndex = 0;
			}
			List<Update> updates = LocalCluster.this.model.updates(this.shadowServer);
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
			this.replica.entries().forEach((key, entry) -> shown.put(key, entry.sequence()));
			assertThat(shown).as("what %s shows at %d (%s)", this, sequence, state()).isEqualTo(expected);
			if (state() == CloneState.LIVE) {
				assertThat(LocalCluster.this.clock.nanoTime() - this.port.lastDeliveryNanos)
					.as("silence that %s calls LIVE", this)
					.isLessThanOrEqualTo(SERVER_TIMEOUT.toNanos());
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
			if (last != null && !LocalCluster.this.clockWasSetBack) {
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

		private boolean orphaned;

		Operation(Node node, WriteCall<WriteResult> call) {
			this.node = node;
			this.call = call;
			call.future().whenComplete((result, failure) -> guard(() -> {
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
		 * Promises 2 (applied once: the model sees to that) and 6.
		 */
		private void checkResult(WriteResult result) {
			WriteOperation operation = this.call.operation();
			switch (result.status()) {
				case APPLIED -> checkApplied(result, operation);
				case CONDITION_FAILED -> {
					assertNeverApplied();
					assertThat(switch (operation.condition()) {
						case ABSENT -> result.sequence() > 0;
						case PRESENT -> result.sequence() == 0;
						case SEQUENCE -> result.sequence() != operation.expectedSequence();
						case NONE -> false;
					}).as("%s had reason to fail: %s", operation, result).isTrue();
				}
				case UNCHANGED -> assertThat(operation.kind()).isNotEqualTo(WriteOperation.Kind.PUT);
				case REJECTED -> throw new AssertionError("A rejection is a failure of the future");
			}
		}

		private void checkApplied(WriteResult result, WriteOperation operation) {
			if (operation.kind() != WriteOperation.Kind.PUT) {
				return;
			}
			Update update = LocalCluster.this.model.put(new String(operation.value()));
			assertThat(update).as("%s is in the server's order", operation).isNotNull();
			assertThat(update.sequence()).isEqualTo(result.sequence());
			Update before = LocalCluster.this.model.before(LocalCluster.this.model.serverOf(update), update.sequence())
				.get(operation.key());
			long sequenceBefore = (before != null) ? before.sequence() : 0;
			assertThat((result.entry() != null) ? result.entry().sequence() : 0).as("entry before %s", update)
				.isEqualTo(sequenceBefore);
			assertThat(switch (operation.condition()) {
				case NONE -> true;
				case ABSENT -> before == null;
				case PRESENT -> before != null;
				case SEQUENCE -> sequenceBefore == operation.expectedSequence();
			}).as("%s was applied although its condition did not hold: %s", operation, before).isTrue();
		}

		private void assertNeverApplied() {
			byte[] value = this.call.operation().value();
			if (value != null) {
				assertThat(LocalCluster.this.model.put(new String(value)))
					.as("%s ended without being applied", this.call.operation())
					.isNull();
			}
		}

		void checkEnded() {
			assertThat(this.orphaned || this.call.future().isDone()).as("%s has ended", this.call.operation()).isTrue();
		}

	}

}
