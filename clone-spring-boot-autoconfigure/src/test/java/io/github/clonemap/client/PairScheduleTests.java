package io.github.clonemap.client;

import java.time.Duration;
import java.util.List;
import java.util.Random;

import io.github.clonemap.WriteOptions.Condition;
import io.github.clonemap.server.ServerSettings;
import org.junit.jupiter.api.Test;

/**
 * Random schedules of a pair of servers and its clients, with every fault that a single
 * server or the network between the two can have, and the promises checked after every
 * step. The number of schedules is {@code -Dclone.test.schedules}, the first seed
 * {@code -Dclone.test.seed}; a failure tells its seed.
 */
class PairScheduleTests {

	/**
	 * Entries of these end by themselves, so nobody can tell who saw what in which order.
	 */
	private static final List<String> FLEETING = List.of("/t/1", "/t/2", "/t/in/3");

	private static final List<String> KEYS = List.of("/a/1", "/a/2", "/b/1");

	private static final List<String[]> SUBTREES = List.of(new String[] { "" }, new String[] { "" },
			new String[] { "/a/" }, new String[] { "/a/", "/t/in/" });

	@Test
	void nothingIsLostWithOneServerOfAPairThatIsInSync() {
		run(false);
	}

	@Test
	void afterAPartitionAllMeetAgainAndNothingIsLostSilently() {
		run(true);
	}

	/**
	 * A server that stopped in order lost its peer meanwhile, and promised alone what was
	 * gone with it a moment later.
	 */
	@Test
	void aServerThatStopsPromisesNothingAlone() {
		new Schedule(20_189_492_759_501L, true).run();
	}

	private static void run(boolean partitions) {
		int schedules = Integer.getInteger("clone.test.schedules", 300);
		long seed = Long.getLong("clone.test.seed", System.nanoTime());
		for (int i = 0; i < schedules; i++) {
			try {
				new Schedule(seed + i, partitions).run();
			}
			catch (Throwable ex) {
				throw new AssertionError(
						"Schedule failed, run it again with -Dclone.test.schedules=1 -Dclone.test.seed=" + (seed + i),
						ex);
			}
		}
	}

	/**
	 * One schedule.
	 */
	private static final class Schedule {

		private final Random random;

		private final LocalCluster cluster;

		private final boolean partitions;

		private long lastFaultNanos;

		Schedule(long seed, boolean partitions) {
			this.random = new Random(seed);
			this.partitions = partitions;
			ServerSettings settings = new ServerSettings(Duration.ofMillis(500), Duration.ofSeconds(10),
					List.of(0, 4, 50, 1000).get(this.random.nextInt(4)), 1000, 1 << 20, 255);
			this.cluster = LocalCluster.withPair(this.random, settings);
		}

		void run() {
			if (this.partitions) {
				this.cluster.promisesMayBeBroken();
			}
			this.cluster.primary().start();
			this.cluster.backup().start();
			this.cluster.join("");
			int steps = 100 + this.random.nextInt(300);
			for (int i = 0; i < steps; i++) {
				act();
				this.cluster.step((this.random.nextInt(8) == 0) ? this.random.nextLong(800_000_000L)
						: this.random.nextLong(30_000_000L));
			}
			this.cluster.healAndConverge();
			if (this.partitions) {
				this.cluster.checkNothingWasLostSilently(KEYS);
			}
			else {
				this.cluster.checkLinearizable(KEYS);
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
