package io.github.clonemap.client;

import java.time.Duration;
import java.util.Random;

import io.github.clonemap.CloneState;
import io.github.clonemap.WriteOptions.Condition;
import io.github.clonemap.server.ServerSettings;
import org.junit.jupiter.api.BeforeEach;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients that are too slow, and others that only look so, in a whole cluster.
 */
class SnailTests {

	private final LocalCluster cluster = new LocalCluster(new Random(1), ServerSettings.defaults());

	private LocalCluster.Node writer;

	@BeforeEach
	void begin() {
		this.cluster.shiftServerClock(Duration.ofHours(-5));
		this.cluster.startServer();
		this.writer = this.cluster.join("");
		this.cluster.run(Duration.ofSeconds(2));
	}

	@Test
	void aListenerThatDoesNotKeepUpMakesASnailAndIsReportedOnce() {
		LocalCluster.Node reader = join(SnailPolicy.REPORT);
		beLate(reader);
		assertThat(reader.croaks).singleElement()
			.satisfies((latency) -> assertThat(latency).isBetween(millis(1900), millis(2200)));
		assertThat(reader.state()).isEqualTo(CloneState.LIVE);
		beLate(reader);
		assertThat(reader.croaks).hasSize(1);
		assertThat(reader.snail().croaks()).isGreaterThan(1);
		this.cluster.run(Duration.ofSeconds(11));
		beLate(reader);
		assertThat(reader.croaks).hasSize(2);
		assertThat(this.writer.croaks).isEmpty();
	}

	@Test
	void aSnailThatStopsIsStoppedAndShowsNothing() {
		LocalCluster.Node reader = join(SnailPolicy.STOP);
		reader.put("/mine", Condition.NONE, 0, 0, true);
		this.cluster.run(millis(100));
		beLate(reader);
		assertThat(reader.state()).isEqualTo(CloneState.STOPPED);
		assertThat(reader.croaks).hasSize(1);
		assertThat(reader.replica().withheld()).contains("clone.snail.max-latency", "clone.snail.policy");
		// It has said goodbye.
		assertThat(this.writer.shown()).containsOnlyKeys("/late");
		LocalCluster.Operation write = reader.put("/a");
		this.cluster.run(millis(100));
		assertThat(write.call().future()).isCompletedExceptionally();
		assertThat(this.writer.shown()).containsOnlyKeys("/late");
	}

	@ParameterizedTest
	@NullSource
	@ValueSource(strings = "/elsewhere/")
	void whereNobodyListensTheLocalCopyIsJudged(@Nullable String heard) {
		LocalCluster.Node reader = join(SnailPolicy.REPORT);
		reader.listenOnlyTo(heard);
		reader.setRoomForChanges(0);
		this.writer.put("/nobody/listens/1");
		this.cluster.run(Duration.ofSeconds(2));
		reader.setRoomForChanges(Integer.MAX_VALUE);
		this.cluster.run(millis(100));
		assertThat(reader.croaks).hasSize(1);
	}

	@Test
	void aClockThatJumpsEndsNobody() {
		LocalCluster.Node reader = join(SnailPolicy.STOP);
		for (int seconds : new int[] { -20, 5, -5, 20, -2, -3_600, 3_600 }) {
			// What it had to synchronize is excused for long enough.
			this.cluster.run(Duration.ofSeconds(30));
			this.cluster.shiftServerClock(Duration.ofSeconds(seconds));
			for (int i = 0; i < 5; i++) {
				this.writer.put("/a");
				this.cluster.run(millis(500));
			}
		}
		assertThat(reader.croaks).isEmpty();
		assertThat(reader.state()).isEqualTo(CloneState.LIVE);
	}

	@Test
	void oldEntriesMakeNoSnail() {
		this.writer.put("/a");
		this.writer.put("/b");
		this.cluster.run(Duration.ofSeconds(5));
		LocalCluster.Node reader = join(SnailPolicy.STOP);
		assertThat(reader.changes()).hasSize(2);
		reader.port().cutDown = true;
		this.writer.put("/a");
		this.cluster.run(millis(2500));
		reader.port().cutDown = false;
		this.cluster.run(Duration.ofSeconds(2));
		assertThat(reader.changes()).hasSize(3);
		assertThat(reader.croaks).isEmpty();
		assertThat(reader.state()).isEqualTo(CloneState.LIVE);
	}

	@Test
	void whatComesLateBecauseOfANewListenerMakesNoSnail() {
		for (int i = 0; i < 20; i++) {
			this.writer.put("/" + i);
		}
		LocalCluster.Node reader = join(SnailPolicy.STOP);
		reader.setRoomForChanges(10);
		reader.listen();
		this.cluster.run(millis(100));
		// The new one has heard half of it; meanwhile the stream waits.
		this.writer.put("/late");
		this.cluster.run(Duration.ofSeconds(2));
		reader.setRoomForChanges(Integer.MAX_VALUE);
		this.cluster.run(Duration.ofSeconds(2));
		assertThat(reader.shown()).containsKey("/late");
		assertThat(reader.croaks).isEmpty();
		assertThat(reader.state()).isEqualTo(CloneState.LIVE);
	}

	private LocalCluster.Node join(SnailPolicy policy, String... subtrees) {
		LocalCluster.Node node = this.cluster.join((settings) -> settings(settings, policy),
				(subtrees.length > 0) ? subtrees : new String[] { "" });
		this.cluster.run(Duration.ofSeconds(2));
		assertThat(node.state()).isEqualTo(CloneState.LIVE);
		return node;
	}

	/**
	 * Hands an update over two seconds after it was ordered.
	 */
	private void beLate(LocalCluster.Node node) {
		node.setRoomForChanges(0);
		this.writer.put("/late");
		this.cluster.run(Duration.ofSeconds(2));
		assertThat(node.state()).isEqualTo(CloneState.LIVE);
		node.setRoomForChanges(Integer.MAX_VALUE);
		this.cluster.run(millis(100));
	}

	private static Duration millis(long millis) {
		return Duration.ofMillis(millis);
	}

	private static ClientSettings settings(ClientSettings settings, SnailPolicy policy) {
		return new ClientSettings(settings.name(), settings.subtrees(), settings.writeTimeout(),
				settings.serverTimeout(), settings.maxInFlight(), settings.eventThreads(),
				settings.eventQueueCapacity(), settings.eventOverflow(), settings.gapPolicy(),
				settings.snailMaxLatency(), policy);
	}

}
