package io.github.clonemap.client;

import java.time.Duration;
import java.util.Random;

import io.github.clonemap.CloneState;
import io.github.clonemap.server.ServerSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The hand-over from snapshot to stream: the Guide's race between two sockets. Whatever
 * is written while somebody joins is there when the join is through.
 */
class HandOverTests {

	private static final int JOINS = Integer.getInteger("clone.test.joins", 3000);

	private final long seed = Long.getLong("clone.test.seed", System.nanoTime());

	private final Random random = new Random(this.seed);

	private final LocalCluster cluster = new LocalCluster(this.random, ServerSettings.defaults());

	@Test
	void nothingIsLostThatIsWrittenDuringAJoin() {
		this.cluster.startServer();
		LocalCluster.Node writer = this.cluster.join("");
		stepUntilLive(writer);
		this.cluster.network().maxDelayNanos = 20_000_000;
		for (int i = 0; i < JOINS; i++) {
			LocalCluster.Node joiner = this.cluster.join((i % 2 == 0) ? "" : "/a/");
			int before = this.random.nextInt(20);
			for (int step = 0; step < before; step++) {
				this.cluster.step(this.random.nextInt(5_000_000));
			}
			String key = "/a/" + this.random.nextInt(10);
			LocalCluster.Operation write = writer.put(key);
			while (!write.call().future().isDone() || joiner.state() != CloneState.LIVE
					|| joiner.sequence() < write.result().sequence()) {
				this.cluster.step(this.random.nextInt(5_000_000));
			}
			assertThat(joiner.shown()).as("join %d of seed %d", i, this.seed)
				.containsEntry(key, new String(write.call().operation().value()));
			joiner.leave(true);
		}
	}

	@Test
	void theKeyOfAnEntryIsNotMadeAnewByTheNextUpdate() {
		this.cluster.startServer();
		LocalCluster.Node reader = this.cluster.join("");
		stepUntilLive(reader);
		stepUntilVisible(reader.put("/a/1"));
		ReplicaEntry first = reader.replica().get("/a/1");
		stepUntilVisible(reader.put("/a/1"));
		assertThat(reader.replica().get("/a/1")).isNotSameAs(first);
		assertThat(reader.replica().get("/a/1").key()).isSameAs(first.key());
	}

	@ParameterizedTest
	@CsvSource({ "150,65536", "20,900000" })
	void aSnapshotThatIsLargerThanWhatMayBeUnreadComesWithoutAPause(int entries, int size) {
		this.cluster.startServer();
		LocalCluster.Node writer = this.cluster.join("");
		stepUntilLive(writer);
		for (int i = 0; i < entries; i++) {
			stepUntilVisible(writer.putLarge("/a/" + i, size));
		}
		long start = this.cluster.clock().nanoTime();
		LocalCluster.Node joiner = this.cluster.join("");
		while (joiner.state() != CloneState.LIVE) {
			this.cluster.step(1_000_000);
			assertThat(Duration.ofNanos(this.cluster.clock().nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
		}
		assertThat(joiner.shown()).hasSize(entries);
		assertThat(this.cluster.serverReport().snapshots()).isEqualTo(2);
		assertThat(this.cluster.serverReport().malformed()).isEmpty();
	}

	private void stepUntilVisible(LocalCluster.Operation write) {
		while (!write.call().future().isDone()) {
			this.cluster.step(1_000_000);
		}
	}

	private void stepUntilLive(LocalCluster.Node node) {
		while (node.state() != CloneState.LIVE) {
			this.cluster.step(1_000_000);
		}
	}

}
