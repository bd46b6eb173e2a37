package io.github.clonemap.client;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.github.clonemap.WriteOptions.Condition;
import io.github.clonemap.protocol.Message;
import io.github.clonemap.protocol.Sequence;
import io.github.clonemap.server.ServerRole;
import io.github.clonemap.server.ServerSettings;
import org.junit.jupiter.api.Test;

/**
 * Random schedules of a pair of servers and its clients, with every fault that a single
 * server or the network between the two can have, and the promises checked after every
 * step. The number of schedules is {@code -Dclone.test.schedules}, the first seed
 * {@code -Dclone.test.seed}, what all of them shall have
 * {@code -Dclone.test.extras=CLOCKS,DOOR} (see {@link Extra}); a failure tells its seed.
 */
class PairScheduleTests {

	/**
	 * Entries of these end by themselves, so nobody can tell who saw what in which order.
	 */
	private static final List<String> FLEETING = List.of("/t/1", "/t/2", "/t/in/3");

	/**
	 * Values of which each is a part of a copy by itself, and more of them than leave in
	 * one turn.
	 */
	private static final int LARGE_VALUE = 70_000;

	private static final int LARGE_STORE = 20;

	private static final List<String> KEYS = List.of("/a/1", "/a/2", "/b/1");

	private static final List<String[]> SUBTREES = List.of(new String[] { "" }, new String[] { "" },
			new String[] { "/a/" }, new String[] { "/a/", "/t/in/" });

	@Test
	void nothingIsLostWithOneServerOfAPairThatIsInSync() {
		Schedules.run((seed) -> new Schedule(seed, false, extras(seed)).run());
	}

	@Test
	void afterAPartitionAllMeetAgainAndNothingIsLostSilently() {
		Schedules.run((seed) -> new Schedule(seed, true, extras(seed)).run());
	}

	/**
	 * A server that stopped in order lost its peer meanwhile, and promised alone what was
	 * gone with it a moment later.
	 */
	@Test
	void aServerThatStopsPromisesNothingAlone() {
		new Schedule(20_189_492_759_501L, true, Set.of()).run();
	}

	/**
	 * A client lost most chunks of its answers, and asked again for ever: what it had not
	 * read left no room for another answer.
	 */
	@Test
	void whatAClientHasLostLeavesRoomForAnotherAnswer() {
		new Schedule(7_964_547_007_117L, true, Set.of(Extra.COPIES)).run();
	}

	/**
	 * What makes a schedule harder, each in one of six, or what
	 * {@code -Dclone.test.extras} says.
	 */
	private static Set<Extra> extras(long seed) {
		String wanted = System.getProperty("clone.test.extras");
		if (wanted != null) {
			return Stream.of(wanted.split(",")).map(Extra::valueOf).collect(Collectors.toSet());
		}
		Random random = new Random(~seed);
		return Stream.of(Extra.values())
			.filter((extra) -> random.nextInt(Extra.values().length) == 0)
			.collect(Collectors.toSet());
	}

	/**
	 * What not every schedule has.
	 */
	private enum Extra {

		/** Everybody has a clock of its own, which is wrong, and is set at times. */
		CLOCKS,

		/** Strangers greet servers, with sequences and ids that they do not have. */
		STRANGERS,

		/**
		 * A copy has many parts, and the server that gets it fails in the middle of them.
		 */
		COPIES,

		/** Whole batches of the stream do not come to clients. */
		GAPS,

		/** A client of RFC 12 writes to both servers. */
		DOOR,

		/** Entries live long enough to see failovers. */
		LIFETIMES

	}

	/**
	 * One schedule.
	 */
	private static final class Schedule {

		private final Random random;

		private final LocalCluster cluster;

		private final boolean partitions;

		private final Set<Extra> extras;

		private long lastFaultNanos;

		Schedule(long seed, boolean partitions, Set<Extra> extras) {
			this.random = new Random(seed);
			this.partitions = partitions;
			this.extras = extras;
			ServerSettings settings = new ServerSettings(Duration.ofMillis(500), Duration.ofSeconds(10),
					List.of(0, 4, 50, 1000).get(this.random.nextInt(4)), 1000, 1 << 20, 255);
			this.cluster = LocalCluster.withPair(this.random, settings);
		}

		void run() {
			if (this.partitions) {
				this.cluster.promisesMayBeBroken();
			}
			begin();
			this.cluster.primary().start();
			this.cluster.backup().start();
			fill(this.cluster.join(""));
			int steps = 100 + this.random.nextInt(300);
			for (int i = 0; i < steps; i++) {
				act();
				this.extras.forEach(this::act);
				this.cluster.step((this.random.nextInt(8) == 0) ? this.random.nextLong(800_000_000L)
						: this.random.nextLong(30_000_000L));
			}
			this.cluster.nodes().forEach((node) -> node.port().losing = (frame) -> false);
			this.cluster.healAndConverge();
			if (this.partitions) {
				this.cluster.checkNothingWasLostSilently(KEYS);
			}
			else {
				this.cluster.checkLinearizable(KEYS);
			}
		}

		private void begin() {
			if (this.extras.contains(Extra.CLOCKS)) {
				this.cluster.setClocksApart();
			}
			if (this.extras.contains(Extra.DOOR)) {
				this.cluster.openDoors();
			}
		}

		private void fill(LocalCluster.Node node) {
			if (this.extras.contains(Extra.COPIES)) {
				this.cluster.setValueSize(LARGE_VALUE);
				for (int i = 0; i < LARGE_STORE; i++) {
					node.put("/large/" + i);
				}
				this.cluster.setValueSize(0);
			}
		}

		private void act(Extra extra) {
			if (this.random.nextInt(5) > 0) {
				return;
			}
			switch (extra) {
				case CLOCKS -> setAClock();
				case STRANGERS -> greet();
				case COPIES -> failInTheMiddleOfACopy();
				case GAPS -> {
					int percent = this.random.nextBoolean() ? this.random.nextInt(100) : 0;
					node().port().losing = (frame) -> this.random.nextInt(100) < percent;
				}
				case DOOR ->
					this.cluster.writeThroughDoors("/door/" + this.random.nextInt(3), this.random.nextInt(5) == 0);
				case LIFETIMES -> {
					boolean ephemeral = this.random.nextInt(3) == 0;
					node().put("/life/" + this.random.nextInt(20), Condition.NONE, 0,
							ephemeral ? 0 : 3000 + this.random.nextInt(7000), ephemeral);
				}
			}
		}

		private void setAClock() {
			Duration by = Duration.ofMillis(this.random.nextLong(-10_000, 10_000))
				.multipliedBy((this.random.nextInt(4) == 0) ? 1000 : 1);
			if (this.random.nextBoolean()) {
				server().clock().jump(by);
			}
			else {
				node().clock().jump(by);
			}
		}

		private void greet() {
			LocalCluster.Server server = server();
			if (!server.isUp()) {
				return;
			}
			long clientId = this.random.nextBoolean() ? node().clientId() : this.random.nextLong(1, 20);
			int epoch = Sequence.epoch(server.report().sequence())
					+ List.of(0, 0, 1, 3, 5000).get(this.random.nextInt(5));
			long sequence = Math.min(Long.MAX_VALUE, Sequence.startOf(epoch) + this.random.nextLong(1L << 47));
			LocalCluster.Server other = server();
			long serverId = (other.isUp() && this.random.nextBoolean()) ? other.report().serverId()
					: this.random.nextLong(Long.MAX_VALUE);
			this.cluster.greet(server, new Message.Hello(Message.VERSION, clientId, "stranger", sequence, serverId,
					1 + this.random.nextInt(100)));
		}

		/**
		 * What follows lacks something, so it may fail again without any loss.
		 */
		private void failInTheMiddleOfACopy() {
			LocalCluster.Server copying = server();
			if (!copying.isUp() || copying.place().frozen || copying.report().role() == ServerRole.ACTIVE
					|| copying.report().inSync()) {
				return;
			}
			LocalCluster.Server active = this.cluster.servers().get((copying == this.cluster.primary()) ? 1 : 0);
			if (!active.isUp() || active.place().frozen || active.report().role() != ServerRole.ACTIVE
					|| active.report().inSync()) {
				return;
			}
			for (int i = this.random.nextInt(40); i > 0; i--) {
				this.cluster.deliverOne();
			}
			if (active.report().inSync()) {
				return;
			}
			this.lastFaultNanos = this.cluster.clock().nanoTime();
			switch (this.random.nextInt(3)) {
				case 0 -> copying.crash(this.random.nextBoolean());
				case 1 -> copying.place().frozen = true;
				default -> copying.place().breakPeerConnections();
			}
		}

		private void act() {
			int choice = this.random.nextInt(100);
			if (choice < 60) {
				write();
			}
			else if (choice < 64 && this.cluster.nodes().size() < 5) {
				this.cluster.join(SUBTREES.get(this.random.nextInt(SUBTREES.size())));
			}
			else if (choice < 66 && this.cluster.nodes().size() > 1) {
				node().leave(this.random.nextBoolean());
			}
			else if (choice < 70) {
				boolean broken = this.random.nextBoolean();
				LocalNetwork network = this.cluster.network();
				network.dropPercent = broken ? this.random.nextInt(20) : 0;
				network.duplicatePercent = broken ? this.random.nextInt(20) : 0;
				network.maxDelayNanos = this.random.nextBoolean() ? 1 + this.random.nextLong(300_000_000L) : 0;
			}
			else if (choice < 72) {
				node().port().cutOff(server().place());
			}
			else if (choice < 76) {
				this.cluster.nodes().forEach((node) -> node.port().heal());
			}
			else if (choice < 80) {
				server().place().maxPeerDelayNanos = this.random.nextBoolean() ? 1 + this.random.nextLong(200_000_000L)
						: 0;
			}
			else if (choice < 82 && isCalm()) {
				server().place().breakPeerConnections();
				this.lastFaultNanos = this.cluster.clock().nanoTime();
			}
			else if (choice < 90) {
				failOrRecover();
			}
			else if (choice < 93 && this.partitions) {
				boolean cut = this.random.nextInt(3) > 0;
				this.cluster.servers()
					.forEach((server) -> server.place().cutFromPeer = cut && this.random.nextInt(4) > 0);
			}
		}

		/**
		 * One server fails, but only while the other one has everything; or one comes
		 * back.
		 */
		private void failOrRecover() {
			for (LocalCluster.Server server : this.cluster.servers()) {
				if (!server.isUp()) {
					server.start();
					this.lastFaultNanos = this.cluster.clock().nanoTime();
					return;
				}
				if (server.place().frozen) {
					server.place().frozen = false;
					this.lastFaultNanos = this.cluster.clock().nanoTime();
					return;
				}
			}
			LocalCluster.Server server = server();
			boolean inSync = this.cluster.servers().stream().allMatch((each) -> each.report().inSync());
			// What a server has promised alone is lost with it, and nobody could tell
			// what.
			if (!inSync || !isCalm()) {
				return;
			}
			this.lastFaultNanos = this.cluster.clock().nanoTime();
			switch (this.random.nextInt(3)) {
				case 0 -> server.crash(this.random.nextBoolean());
				case 1 -> server.place().frozen = true;
				default -> server.stop();
			}
		}

		private void write() {
			int burst = (this.random.nextInt(5) == 0) ? 10 : 1;
			for (int i = 0; i < burst; i++) {
				LocalCluster.Node node = node();
				if (this.random.nextInt(3) == 0) {
					String key = FLEETING.get(this.random.nextInt(FLEETING.size()));
					node.put(key, Condition.NONE, 0, this.random.nextBoolean() ? 1 + this.random.nextInt(4000) : 0,
							this.random.nextInt(3) == 0);
					continue;
				}
				String key = KEYS.get(this.random.nextInt(KEYS.size()));
				long known = node.sequenceOf(key);
				switch (this.random.nextInt(6)) {
					case 0 -> node.remove(key);
					case 1 -> node.put(key, Condition.ABSENT, 0, 0, false);
					case 2 -> node.put(key, Condition.PRESENT, 0, 0, false);
					case 3 -> node.put(key, (known > 0) ? Condition.SEQUENCE : Condition.ABSENT, known, 0, false);
					default -> node.put(key, Condition.NONE, 0, 0, false);
				}
			}
		}

		/**
		 * Two faults at once are more than a pair can bear.
		 */
		private boolean isCalm() {
			return this.cluster.clock().nanoTime() - this.lastFaultNanos > LocalCluster.PEER_TIMEOUT.toNanos();
		}

		private LocalCluster.Server server() {
			return this.cluster.servers().get(this.random.nextInt(2));
		}

		private LocalCluster.Node node() {
			return this.cluster.nodes().get(this.random.nextInt(this.cluster.nodes().size()));
		}

	}

}
