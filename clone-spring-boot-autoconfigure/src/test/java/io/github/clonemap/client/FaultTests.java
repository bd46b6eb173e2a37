package io.github.clonemap.client;

import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.clonemap.CloneChange;
import io.github.clonemap.CloneChange.Kind;
import io.github.clonemap.CloneChange.Phase;
import io.github.clonemap.CloneNotConnectedException;
import io.github.clonemap.CloneState;
import io.github.clonemap.CloneTimeoutException;
import io.github.clonemap.WriteOptions.Condition;
import io.github.clonemap.protocol.Command;
import io.github.clonemap.protocol.WriteResult.Status;
import io.github.clonemap.server.ServerSettings;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Single faults, and what a client makes of them.
 */
class FaultTests {

	private LocalCluster cluster = cluster(ServerSettings.defaults());

	private LocalCluster.Node writer;

	private LocalCluster.Node reader;

	@BeforeEach
	void twoClientsAreLive() {
		begin();
	}

	@Test
	void aLostBatchIsNoticedWithTheNextOneAndResumed() {
		this.reader.port().cutDown = true;
		this.writer.put("/a");
		this.cluster.run(Duration.ofMillis(100));
		this.reader.port().cutDown = false;
		this.writer.put("/b");
		this.cluster.run(Duration.ofMillis(100));
		assertThat(this.reader.gaps).isOne();
		assertThat(this.reader.follower().resumes()).isOne();
		assertThat(this.reader.shown()).isEqualTo(this.writer.shown()).containsOnlyKeys("/a", "/b");
		assertThat(this.reader.changes()).extracting(CloneChange::key).containsExactly("/a", "/b");
	}

	@Test
	void aLostLastBatchIsNoticedWithTheNextHeartbeat() {
		this.reader.port().cutDown = true;
		this.writer.put("/a");
		this.cluster.run(Duration.ofMillis(100));
		this.reader.port().cutDown = false;
		this.cluster.run(ServerSettings.DEFAULT_HEARTBEAT.plusMillis(100));
		assertThat(this.reader.gaps).isOne();
		assertThat(this.reader.shown()).containsOnlyKeys("/a");
	}

	@Test
	void aClientThatLosesMostOfItsAnswersTellsWhatItHasReadAndGoesOn() {
		this.cluster.setValueSize(60_000);
		for (int i = 0; i < 80; i++) {
			this.writer.put("/" + i);
			this.cluster.run(Duration.ofMillis(20));
		}
		AtomicInteger chunks = new AtomicInteger();
		LocalCluster.Node joiner = this.cluster.join("");
		// What is lost of two answers is all that may be unread.
		joiner.port().losingReplies = (command) -> command == Command.ENTRIES && chunks.get() < 64
				&& chunks.getAndIncrement() % 32 >= 5;
		this.cluster.run(LocalCluster.SERVER_TIMEOUT.plusSeconds(1));
		assertThat(chunks).hasValue(64);
		assertThat(joiner.state()).isEqualTo(CloneState.LIVE);
		assertThat(joiner.shown()).hasSize(80);
	}

	@Test
	void aSilentServerMakesTheDataStaleWithinTheServerTimeoutAndReadsGoOn() {
		this.writer.put("/a");
		this.cluster.run(Duration.ofMillis(100));
		this.cluster.crashServer();
		this.cluster.run(LocalCluster.SERVER_TIMEOUT);
		assertThat(this.reader.state()).isEqualTo(CloneState.STALE);
		assertThat(this.reader.shown()).containsOnlyKeys("/a");
	}

	@Test
	void afterAShortHistoryASnapshotBringsExactlyTheDifferences() {
		this.cluster = cluster(new ServerSettings(Duration.ofMillis(500), Duration.ofSeconds(10), 2, 1000, 1000, 255));
		begin();
		this.writer.put("/kept");
		this.writer.put("/changed");
		this.writer.put("/removed");
		this.cluster.run(Duration.ofMillis(100));
		this.reader.changes().clear();
		this.reader.port().cutDown = true;
		this.writer.put("/changed");
		this.writer.put("/changed");
		this.writer.remove("/removed");
		this.writer.put("/created");
		this.cluster.run(Duration.ofMillis(100));
		this.reader.port().cutDown = false;
		this.cluster.run(Duration.ofSeconds(1));
		assertThat(this.reader.follower().snapshots()).isEqualTo(2);
		assertThat(this.reader.changes()).allMatch((change) -> change.phase() == Phase.RESYNC);
		assertThat(this.reader.changes()).extracting((change) -> change.key() + " " + change.kind())
			.containsExactlyInAnyOrder("/changed UPDATED", "/removed REMOVED", "/created CREATED");
	}

	@Test
	void anAcknowledgementThatIsLostIsAskedForAgainAndTheWriteIsAppliedOnce() {
		LocalCluster.Operation write = this.writer.put("/a");
		this.writer.port().cutDown = true;
		this.cluster.run(Duration.ofMillis(100));
		assertThat(write.call().future()).isNotDone();
		this.writer.port().cutDown = false;
		this.cluster.run(Duration.ofSeconds(2));
		assertThat(write.result().status()).isEqualTo(Status.APPLIED);
		assertThat(this.cluster.serverReport().updates()).isOne();
	}

	@Test
	void aWriteWithoutAServerIsNotSentAndSaysSo() {
		this.cluster.crashServer();
		this.cluster.run(LocalCluster.SERVER_TIMEOUT.plusSeconds(1));
		LocalCluster.Operation write = this.writer.put("/a");
		this.cluster.run(Duration.ofSeconds(6));
		assertThatExceptionOfType(CompletionException.class).isThrownBy(write::result)
			.withCauseInstanceOf(CloneNotConnectedException.class);
	}

	@Test
	void aWriteThatWasSentToALostServerHasAnUnknownOutcome() {
		this.writer.port().cutDown = true;
		LocalCluster.Operation write = this.writer.put("/a");
		this.cluster.run(Duration.ofMillis(100));
		this.cluster.crashServer();
		this.cluster.startServer();
		this.writer.port().cutDown = false;
		this.cluster.run(Duration.ofSeconds(8));
		assertThatExceptionOfType(CompletionException.class).isThrownBy(write::result)
			.withCauseInstanceOf(CloneTimeoutException.class);
		assertThat(this.writer.state()).isEqualTo(CloneState.LIVE);
		assertThat(this.writer.shown()).isEmpty();
	}

	@Test
	void anotherServersEntryWithTheSameSequenceIsADifference() {
		this.cluster = cluster(ServerSettings.defaults());
		this.cluster.setServerClockBack();
		begin();
		LocalCluster.Operation first = this.writer.put("/a");
		this.cluster.run(Duration.ofMillis(100));
		this.writer.port().cutUp = true;
		this.reader.port().cutUp = true;
		this.cluster.crashServer();
		this.cluster.startServer();
		LocalCluster.Node other = this.cluster.join("");
		LocalCluster.Operation second = other.put("/a");
		this.cluster.run(Duration.ofMillis(100));
		assertThat(second.result().sequence()).isEqualTo(first.result().sequence());
		this.reader.port().cutUp = false;
		this.cluster.run(Duration.ofSeconds(5));
		assertThat(this.reader.changes()).extracting(CloneChange::kind).containsExactly(Kind.CREATED, Kind.UPDATED);
		assertThat(this.reader.shown()).isEqualTo(other.shown());
	}

	@Test
	void ephemeralEntriesEndWithADeadClientAfterTheSessionTimeout() {
		this.writer.put("/mine", Condition.NONE, 0, 0, true);
		this.cluster.run(Duration.ofMillis(100));
		this.writer.leave(false);
		this.cluster.run(ServerSettings.DEFAULT_SESSION_TIMEOUT.minusSeconds(4));
		assertThat(this.reader.shown()).containsOnlyKeys("/mine");
		this.cluster.run(Duration.ofSeconds(5));
		assertThat(this.reader.shown()).isEmpty();
		assertThat(this.reader.changes()).extracting(CloneChange::kind).containsExactly(Kind.CREATED, Kind.EXPIRED);
	}

	@Test
	void ephemeralEntriesEndAtOnceWithAClientThatCloses() {
		this.writer.put("/mine", Condition.NONE, 0, 0, true);
		this.cluster.run(Duration.ofMillis(100));
		this.writer.leave(true);
		this.cluster.run(Duration.ofMillis(100));
		assertThat(this.reader.changes()).extracting(CloneChange::kind).containsExactly(Kind.CREATED, Kind.EXPIRED);
	}

	@Test
	void ofManyContendersExactlyOneWins() {
		LocalCluster.Operation[] writes = new LocalCluster.Operation[20];
		for (int i = 0; i < writes.length; i++) {
			writes[i] = ((i % 2 == 0) ? this.writer : this.reader).put("/a", Condition.ABSENT, 0, 0, false);
		}
		this.cluster.run(Duration.ofSeconds(1));
		assertThat(writes).filteredOn((write) -> write.result().status() == Status.APPLIED).hasSize(1);
	}

	@Test
	void aListenerThatComesInTheMiddleOfADifferenceHearsEachEntryOnce() {
		for (int i = 0; i < 4; i++) {
			this.writer.put("/" + i);
		}
		this.cluster.run(Duration.ofMillis(100));
		LocalCluster.Node joiner = this.cluster.join("");
		joiner.setRoomForChanges(2);
		this.cluster.run(Duration.ofMillis(100));
		Map<String, String> heard = joiner.listen();
		this.cluster.run(Duration.ofMillis(100));
		joiner.setRoomForChanges(Integer.MAX_VALUE);
		this.cluster.run(Duration.ofMillis(200));
		assertThat(heard).isEqualTo(joiner.shown()).hasSize(4);
	}

	@Test
	void aSlowNetworkIsNotFilledWithRepetitions() {
		this.cluster.network().maxDelayNanos = 0;
		this.writer.port().stopped = true;
		this.writer.put("/a");
		this.cluster.run(Duration.ofSeconds(2));
		assertThat(this.writer.port().sent("WRITE")).isOne();
	}

	@Test
	void listenersWithoutRoomHoldTheStreamUpAndTheDataIsCalledStale() {
		this.reader.setRoomForChanges(0);
		this.writer.put("/a");
		this.cluster.run(LocalCluster.SERVER_TIMEOUT.plusMillis(200));
		assertThat(this.reader.state()).isEqualTo(CloneState.STALE);
		assertThat(this.reader.shown()).isEmpty();
		this.reader.setRoomForChanges(Integer.MAX_VALUE);
		this.cluster.run(Duration.ofMillis(700));
		assertThat(this.reader.state()).isEqualTo(CloneState.LIVE);
		assertThat(this.reader.shown()).containsOnlyKeys("/a");
	}

	private void begin() {
		this.cluster.startServer();
		this.writer = this.cluster.join("");
		this.reader = this.cluster.join("");
		this.cluster.run(Duration.ofMillis(100));
		assertThat(this.writer.state()).isEqualTo(CloneState.LIVE);
		assertThat(this.reader.state()).isEqualTo(CloneState.LIVE);
	}

	private static LocalCluster cluster(ServerSettings settings) {
		return new LocalCluster(new Random(1), settings);
	}

}
