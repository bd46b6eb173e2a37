package io.github.clonemap.client;

import java.time.Duration;
import java.util.List;
import java.util.Random;

import io.github.clonemap.CloneChange;
import io.github.clonemap.CloneState;
import io.github.clonemap.WriteOptions.Condition;
import io.github.clonemap.protocol.Update;
import io.github.clonemap.protocol.WriteResult;
import io.github.clonemap.protocol.WriteResult.Status;
import io.github.clonemap.server.ServerSettings;
import io.github.clonemap.server.ServerStates;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every fault, at either server of a pair, at every step of a write's way: before and
 * after it is ordered, replicated, published and acknowledged. A step is the arrival of
 * one message anywhere.
 */
class PairStepTests {

	/**
	 * More than a write's messages: the request, the log, how far the passive server is,
	 * the stream to each client, the acknowledgement.
	 */
	private static final int STEPS = 12;

	/**
	 * How many orders of the messages of different channels.
	 */
	private static final int SEEDS = 2;

	private static final Duration LONG_TTL = Duration.ofMinutes(10);

	private static final Duration SHORT_TTL = Duration.ofSeconds(12);

	@ParameterizedTest
	@EnumSource(Fault.class)
	void atEveryStepOfAWriteNothingIsLostOrDoneTwice(Fault fault) {
		int stepsOfWrite = 0;
		for (int steps = 0; steps <= STEPS; steps++) {
			for (int server = 0; server < 2; server++) {
				for (int seed = 0; seed < SEEDS; seed++) {
					try {
						stepsOfWrite = Math.max(stepsOfWrite, new Scene(fault, server, steps, seed).play());
					}
					catch (Throwable ex) {
						throw new AssertionError(
								fault + " of server " + server + " after " + steps + " messages, seed " + seed, ex);
					}
				}
			}
		}
		assertThat(stepsOfWrite).as("messages of a write").isBetween(5, STEPS - 1);
	}

	/**
	 * What happens to a server.
	 */
	private enum Fault {

		/** Its process is killed; the clients learn that nobody listens there. */
		KILLED {
			@Override
			void strike(LocalCluster cluster, LocalCluster.Server server) {
				server.crash(true);
			}
		},

		/** Its machine is gone; the clients hear nothing. */
		GONE {
			@Override
			void strike(LocalCluster cluster, LocalCluster.Server server) {
				server.crash(false);
			}
		},

		/** It does not run for a while. */
		FROZEN {
			@Override
			void strike(LocalCluster cluster, LocalCluster.Server server) {
				server.place().frozen = true;
			}
		},

		/** It stops in order. */
		STOPPED {
			@Override
			void strike(LocalCluster cluster, LocalCluster.Server server) {
				server.stop();
			}
		},

		/** What it sends to its peer takes long. */
		SLOW {
			@Override
			void strike(LocalCluster cluster, LocalCluster.Server server) {
				server.place().maxPeerDelayNanos = 1_500_000_000L;
			}
		},

		/** The connections between the two break once. */
		DISCONNECTED {
			@Override
			void strike(LocalCluster cluster, LocalCluster.Server server) {
				server.place().breakPeerConnections();
			}
		},

		/** Nothing that it sends reaches its peer. */
		CUT_OFF {
			@Override
			void strike(LocalCluster cluster, LocalCluster.Server server) {
				server.place().cutFromPeer = true;
			}
		},

		/** The two do not hear each other, and half of the clients do not hear one. */
		PARTED {
			@Override
			void strike(LocalCluster cluster, LocalCluster.Server server) {
				cluster.servers().forEach((each) -> each.place().cutFromPeer = true);
				cluster.nodes().get(1).port().cutOff(server.place());
			}
		};

		abstract void strike(LocalCluster cluster, LocalCluster.Server server);

		boolean isPartition() {
			return this == CUT_OFF || this == PARTED;
		}

		boolean isLossOfAServer() {
			return this == KILLED || this == GONE || this == FROZEN || this == STOPPED;
		}

	}

	/**
	 * One write, and one fault.
	 */
	private static final class Scene {

		private final LocalCluster cluster;

		private final Fault fault;

		private final LocalCluster.Server server;

		private final int steps;

		Scene(Fault fault, int server, int steps, int seed) {
			ServerSettings settings = new ServerSettings(Duration.ofMillis(500), Duration.ofSeconds(10), 100, 1000,
					1 << 16, 255);
			this.cluster = LocalCluster.withPair(new Random(100L * seed + steps), settings);
			this.fault = fault;
			this.server = this.cluster.servers().get(server);
			this.steps = steps;
			if (fault.isPartition()) {
				this.cluster.promisesMayBeBroken();
			}
		}

		int play() {
			this.cluster.primary().start();
			this.cluster.backup().start();
			LocalCluster.Node writer = this.cluster.join("");
			LocalCluster.Node reader = this.cluster.join("");
			this.cluster.run(Duration.ofSeconds(1));
			assertThat(this.cluster.primary().report().inSync()).isTrue();
			LocalCluster.Operation ephemeral = reader.put("/ephemeral", Condition.NONE, 0, 0, true);
			LocalCluster.Operation lasting = reader.put("/lasting", Condition.NONE, 0, LONG_TTL.toMillis(), false);
			reader.put("/fleeting", Condition.NONE, 0, SHORT_TTL.toMillis(), false);
			LocalCluster.Operation counter = writer.put("/counter");
			LocalCluster.Operation removed = writer.put("/removed");
			this.cluster.run(Duration.ofMillis(200));
			LocalCluster.Operation changed = writer.put("/counter", Condition.SEQUENCE, counter.result().sequence(), 0,
					false);
			LocalCluster.Operation created = writer.put("/created", Condition.ABSENT, 0, 0, false);
			LocalCluster.Operation removal = writer.remove("/removed");
			int delivered = 0;
			while (delivered < this.steps && this.cluster.deliverOne()) {
				delivered++;
			}
			this.fault.strike(this.cluster, this.server);
			this.cluster.run(Duration.ofSeconds(7));
			if (this.fault.isLossOfAServer()) {
				assertThat(writer.state()).as("the writer goes on with one server").isEqualTo(CloneState.LIVE);
				assertThat(reader.state()).as("the reader goes on with one server").isEqualTo(CloneState.LIVE);
			}
			this.cluster.healAndConverge();
			if (this.fault.isPartition()) {
				this.cluster.checkNothingWasLostSilently(List.of("/created"));
				return delivered;
			}
			this.cluster.checkLinearizable(List.of("/counter", "/created", "/removed"));
			assertThat(removed.result().status()).isEqualTo(Status.APPLIED);
			checkPut(changed);
			checkPut(created);
			checkRemoval(removal);
			checkPut(ephemeral);
			checkPut(lasting);
			for (LocalCluster.Node node : List.of(writer, reader)) {
				assertThat(node.changes()).filteredOn((change) -> change.kind() == CloneChange.Kind.EXPIRED)
					.extracting(CloneChange::key)
					.containsExactly("/fleeting");
			}
			// The session goes on, and so do its counters.
			LocalCluster.Operation next = writer.put("/counter");
			this.cluster.run(Duration.ofMillis(200));
			checkPut(next);
			assertThat(next.result().entry().sequence()).isEqualTo(changed.result().sequence());
			return delivered;
		}

		/**
		 * It was acknowledged, and it is what the active server has.
		 */
		private void checkPut(LocalCluster.Operation put) {
			WriteResult result = put.result();
			assertThat(result.status()).isEqualTo(Status.APPLIED);
			Update entry = ServerStates.entries(this.cluster.active().orElseThrow().agent())
				.get(put.call().operation().key());
			assertThat(entry).as("%s", put.call().operation()).isNotNull();
			assertThat(entry.sequence()).isEqualTo(result.sequence());
			assertThat(entry.value()).isEqualTo(put.call().operation().value());
		}

		private void checkRemoval(LocalCluster.Operation removal) {
			assertThat(removal.result().status()).isEqualTo(Status.APPLIED);
			assertThat(ServerStates.entries(this.cluster.active().orElseThrow().agent())).doesNotContainKey("/removed");
		}

	}

}
