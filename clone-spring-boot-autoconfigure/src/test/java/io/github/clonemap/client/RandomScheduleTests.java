package io.github.clonemap.client;

import java.time.Duration;
import java.util.List;
import java.util.Random;

import io.github.clonemap.WriteOptions.Condition;
import io.github.clonemap.server.ServerSettings;
import org.junit.jupiter.api.Test;

/**
 * Random schedules of joins, leaves, writes, conditional writes, lifetimes, bad input and
 * faults, with the promises checked after every step. The number of schedules is
 * {@code -Dclone.test.schedules}, the first seed {@code -Dclone.test.seed}; a failure
 * tells its seed.
 */
class RandomScheduleTests {

	private static final List<String> KEYS = List.of("/a/1", "/a/2", "/a/in/1", "/b/1", "/b/2", "/c/1", "plain");

	private static final List<String[]> SUBTREES = List.of(new String[] { "" }, new String[] { "" },
			new String[] { "/a/" }, new String[] { "/a/in/" }, new String[] { "/a/", "/b/" },
			new String[] { "/b/", "/b/", "/a/in/" });

	@Test
	void everyClientIsAlwaysAPrefixOfTheServer() {
		Schedules.run((seed) -> new Schedule(seed).run());
	}

	/**
	 * One schedule.
	 */
	private static final class Schedule {

		private final Random random;

		private final LocalCluster cluster;

		private final boolean crashes;

		Schedule(long seed) {
			this.random = new Random(seed);
			// A short history makes some of those who return take a snapshot.
			ServerSettings settings = new ServerSettings(Duration.ofMillis(500), Duration.ofSeconds(10),
					List.of(0, 4, 50, 1000).get(this.random.nextInt(4)), 1000, 1 << 20, 255);
			this.cluster = new LocalCluster(this.random, settings);
			this.crashes = this.random.nextBoolean();
		}

		void run() {
			if (this.random.nextInt(4) == 0) {
				this.cluster.setServerClockBack();
			}
			this.cluster.startServer();
			this.cluster.join("");
			int steps = 50 + this.random.nextInt(250);
			for (int i = 0; i < steps; i++) {
				act();
				this.cluster.step(this.random.nextInt(10) == 0 ? this.random.nextLong(800_000_000L)
						: this.random.nextLong(30_000_000L));
			}
			this.cluster.healAndConverge();
		}

		private void act() {
			int choice = this.random.nextInt(105);
			if (choice < 60) {
				write();
			}
			else if (choice < 66 && this.cluster.nodes().size() < 6) {
				this.cluster.join(SUBTREES.get(this.random.nextInt(SUBTREES.size())));
			}
			else if (choice < 68 && this.cluster.nodes().size() > 1) {
				node().leave(this.random.nextBoolean());
			}
			else if (choice < 76) {
				breakNetwork();
			}
			else if (choice < 80) {
				LocalNetwork.ClientPort port = node().port();
				port.cutUp = this.random.nextBoolean();
				port.cutDown = this.random.nextBoolean();
			}
			else if (choice < 86) {
				this.cluster.nodes().forEach((node) -> {
					node.port().cutUp = false;
					node.port().cutDown = false;
				});
			}
			else if (choice < 88) {
				node().setRoomForChanges(this.random.nextInt(5));
			}
			else if (choice < 92) {
				this.cluster.nodes().forEach((node) -> node.setRoomForChanges(Integer.MAX_VALUE));
			}
			else if (choice >= 104) {
				node().listen();
			}
			else if (choice >= 102) {
				node().putBad(this.random.nextBoolean());
			}
			else if (choice >= 100) {
				this.cluster.network().sendGarbage();
			}
			else if (choice < 94 && this.crashes) {
				if (this.cluster.isServerUp()) {
					this.cluster.crashServer();
				}
				else {
					this.cluster.startServer();
				}
			}
		}

		private void breakNetwork() {
			LocalNetwork network = this.cluster.network();
			boolean broken = this.random.nextBoolean();
			network.dropPercent = broken ? this.random.nextInt(30) : 0;
			network.duplicatePercent = broken ? this.random.nextInt(30) : 0;
			network.maxDelayNanos = this.random.nextBoolean() ? 1 + this.random.nextLong(300_000_000L) : 0;
		}

		private void write() {
			int burst = (this.random.nextInt(5) == 0) ? 20 : 1;
			for (int i = 0; i < burst; i++) {
				LocalCluster.Node node = node();
				String key = KEYS.get(this.random.nextInt(KEYS.size()));
				long ttl = (this.random.nextInt(4) == 0) ? 1 + this.random.nextInt(2000) : 0;
				boolean ephemeral = this.random.nextInt(5) == 0;
				long known = node.sequenceOf(key);
				switch (this.random.nextInt(6)) {
					case 0 -> node.remove(key);
					case 1 -> node.put(key, Condition.ABSENT, 0, ttl, ephemeral);
					case 2 -> node.put(key, Condition.PRESENT, 0, ttl, ephemeral);
					case 3 -> node.put(key, (known > 0) ? Condition.SEQUENCE : Condition.ABSENT, known, ttl, ephemeral);
					default -> node.put(key, Condition.NONE, 0, ttl, ephemeral);
				}
			}
		}

		private LocalCluster.Node node() {
			return this.cluster.nodes().get(this.random.nextInt(this.cluster.nodes().size()));
		}

	}

}
