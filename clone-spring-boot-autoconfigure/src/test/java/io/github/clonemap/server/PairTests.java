package io.github.clonemap.server;

import java.time.Duration;
import java.util.List;

import io.github.clonemap.CloneConflict;
import io.github.clonemap.CloneWriter;
import io.github.clonemap.protocol.FrameWriter;
import io.github.clonemap.protocol.LogRecord;
import io.github.clonemap.protocol.Message;
import io.github.clonemap.protocol.Message.Bye;
import io.github.clonemap.protocol.Message.Hello;
import io.github.clonemap.protocol.Message.Sync;
import io.github.clonemap.protocol.PeerMessage.Copied;
import io.github.clonemap.protocol.PeerMessage.Copy;
import io.github.clonemap.protocol.PeerMessage.Follow;
import io.github.clonemap.protocol.PeerMessage.HandOver;
import io.github.clonemap.protocol.PeerMessage.Log;
import io.github.clonemap.protocol.PeerMessage.Peer;
import io.github.clonemap.protocol.Reply.Ack;
import io.github.clonemap.protocol.Reply.End;
import io.github.clonemap.protocol.Reply.Entries;
import io.github.clonemap.protocol.Reply.Passive;
import io.github.clonemap.protocol.Reply.Welcome;
import io.github.clonemap.protocol.Sequence;
import io.github.clonemap.protocol.Subtrees;
import io.github.clonemap.protocol.Update;
import io.github.clonemap.protocol.WriteResult;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the two servers of a pair say to each other, message by message.
 */
class PairTests {

	private static final Route STRANGER = new Route(new byte[] { 7 });

	private PairHarness pair = PairHarness.inSync();

	@Test
	void thePrimaryIsActiveAndTheBackupHasEverything() {
		assertThat(this.pair.primary.report().role()).isEqualTo(ServerRole.ACTIVE);
		assertThat(this.pair.backup.report().role()).isEqualTo(ServerRole.PASSIVE);
		assertThat(this.pair.primary.report().inSync()).isTrue();
		assertThat(this.pair.backup.report().inSync()).isTrue();
		assertThat(this.pair.primary.report().replicaLag()).isZero();
	}

	@Test
	void nothingIsWelcomedPublishedOrAcknowledgedThatThePeerDoesNotHave() {
		PairHarness.Client client = joined(1);
		this.pair.losing = (message) -> message instanceof Copied;
		client.write(ServerHarness.put("/a", "1"));
		PairHarness.Client newcomer = this.pair.client(this.pair.primary, 2);
		newcomer.hello();
		this.pair.run(Duration.ofSeconds(1));
		assertThat(this.pair.backup.entries()).containsKey("/a");
		assertThat(client.take(Ack.class)).isEmpty();
		assertThat(newcomer.take(Welcome.class)).isEmpty();
		assertThat(this.pair.primary.published).isEmpty();
		assertThat(this.pair.primary.report().replicaLag()).isOne();
		this.pair.losing = (message) -> false;
		this.pair.run(Duration.ofSeconds(1));
		assertThat(client.results()).hasSize(1);
		assertThat(newcomer.take(Welcome.class)).hasSize(1);
		assertThat(this.pair.primary.published).hasSize(1);
	}

	@Test
	void aSnapshotShowsNothingAsCommittedThatThePeerDoesNotHave() {
		PairHarness.Client client = joined(1);
		this.pair.losing = (message) -> message instanceof Log;
		client.write(ServerHarness.put("/a", "1"));
		this.pair.settle();
		this.pair.primary.hear(client.route, new Sync(1, Subtrees.ALL, 0, 0, 100));
		this.pair.run(Duration.ofMillis(400));
		assertThat(client.take(Entries.class)).isNotEmpty();
		assertThat(client.take(End.class)).isEmpty();
		this.pair.losing = (message) -> false;
		this.pair.run(Duration.ofSeconds(2));
		assertThat(client.take(End.class)).hasSize(1);
	}

	@Test
	void aBatchThatIsLostIsAskedForAgain() {
		PairHarness.Client client = joined(1);
		this.pair.losing = (message) -> message instanceof Log;
		client.write(ServerHarness.put("/a", "1"));
		this.pair.settle();
		this.pair.losing = (message) -> false;
		this.pair.take(Message.class);
		this.pair.run(PairHarness.HEARTBEAT.multipliedBy(3));
		List<Message> wire = this.pair.take(Message.class);
		assertThat(wire).filteredOn(Follow.class::isInstance)
			.hasSize(1)
			.allMatch((follow) -> ((Follow) follow).followedId() == this.pair.primary.id());
		assertThat(wire).as("no copy is needed").noneMatch(Copy.class::isInstance);
		assertThat(this.pair.backup.entries()).isEqualTo(this.pair.primary.entries()).containsKey("/a");
		assertThat(client.results()).hasSize(1);
		assertThat(this.pair.backup.report().inSync()).isTrue();
	}

	@Test
	void aPassiveServerThatWasAwayForLongResumesFromItsLastBatch() {
		PairHarness.Client client = joined(1);
		this.pair.losing = (message) -> true;
		this.pair.run(PairHarness.PEER_TIMEOUT.plusMillis(100));
		assertThat(this.pair.primary.report().inSync()).isFalse();
		client.write(ServerHarness.put("/a", "1"));
		this.pair.settle();
		assertThat(client.results()).as("the active server goes on alone").hasSize(1);
		this.pair.losing = (message) -> false;
		this.pair.take(Message.class);
		this.pair.run(Duration.ofSeconds(2));
		assertThat(this.pair.wire).noneMatch(Copy.class::isInstance);
		assertThat(this.pair.backup.entries()).isEqualTo(this.pair.primary.entries()).containsKey("/a");
		assertThat(this.pair.backup.report().inSync()).isTrue();
	}

	@Test
	void aPassiveServerThatWasAwayForTooLongGetsACopy() {
		PairHarness.Client client = joined(1);
		this.pair.losing = (message) -> true;
		this.pair.run(PairHarness.PEER_TIMEOUT.plusMillis(100));
		for (int i = 0; i < 40; i++) {
			client.write(ServerHarness.put("/k" + i % 4, PairHarness.MAX_VALUE_SIZE));
			this.pair.settle();
		}
		this.pair.losing = (message) -> false;
		this.pair.take(Message.class);
		this.pair.run(Duration.ofSeconds(2));
		assertThat(this.pair.take(Copy.class)).isNotEmpty();
		assertThat(this.pair.backup.report().inSync()).isTrue();
		assertThat(this.pair.backup.entries()).isEqualTo(this.pair.primary.entries()).hasSize(4);
	}

	@Test
	void nobodyWaitsForAPeerThatWasStartedAnew() {
		PairHarness.Client client = joined(1);
		this.pair.losing = (message) -> message instanceof Follow;
		this.pair.backup.crash();
		this.pair.backup.start();
		this.pair.clock.advance(Duration.ofMillis(1));
		client.write(ServerHarness.put("/a", "1"));
		this.pair.settle();
		assertThat(client.results()).hasSize(1);
	}

	@Test
	void aCopyOfManyPartsIsExactAlthoughEverythingChangesMeanwhile() {
		this.pair = new PairHarness();
		this.pair.primary.start();
		this.pair.backup.start();
		this.pair.settle();
		this.pair.backup.crash();
		this.pair.run(PairHarness.PEER_TIMEOUT.plusMillis(100));
		PairHarness.Client client = joined(1);
		for (int i = 0; i < 200; i++) {
			client.write(ServerHarness.put("/k" + i, 20_000));
		}
		this.pair.settle();
		this.pair.backup.start();
		for (int i = 0; i < 60; i++) {
			this.pair.clock.advance(Duration.ofMillis(1));
			this.pair.primary.turn();
			this.pair.backup.turn();
			this.pair.primary.deliver();
			this.pair.backup.deliver();
			client.write(ServerHarness.put("/k" + (i * 7) % 200, "new"), ServerHarness.remove("/k" + (i * 11) % 200),
					ServerHarness.put("/n" + i, "x"), ServerHarness.putEphemeral("/k" + (199 - i), "e"));
			if (i % 5 == 0) {
				this.pair.client(this.pair.primary, 100 + i).hello();
			}
		}
		this.pair.run(Duration.ofSeconds(2));
		assertThat(this.pair.take(Copy.class).size()).as("parts").isGreaterThan(15);
		assertThat(this.pair.backup.report().inSync()).isTrue();
		assertThat(this.pair.backup.entries()).isEqualTo(this.pair.primary.entries());
		assertThat(this.pair.backup.report().sessions()).isEqualTo(this.pair.primary.report().sessions());
		assertThat(this.pair.backup.agent.state().ephemeralKeys(1))
			.containsExactlyInAnyOrderElementsOf(this.pair.primary.agent.state().ephemeralKeys(1));
		assertThat(this.pair.backup.report().sequence()).isEqualTo(this.pair.primary.report().sequence());
		// The session stands where it stood.
		this.pair.primary.crash();
		this.pair.run(PairHarness.PEER_TIMEOUT.plusMillis(100));
		client.turnTo(this.pair.backup);
		client.hello();
		this.pair.settle();
		assertThat(client.take(Welcome.class)).extracting(Welcome::lastCounter).containsExactly(440L);
	}

	@Test
	void aBackupThatBeganAloneAndEmptyGivesWayToThePrimaryThatHasTheData() {
		PairHarness.Client client = joined(1);
		client.write(ServerHarness.put("/a", "1"));
		this.pair.settle();
		this.pair.losing = (message) -> true;
		this.pair.backup.crash();
		this.pair.backup.startsAlone = true;
		this.pair.backup.start();
		this.pair.run(PairHarness.PEER_TIMEOUT.plusMillis(100));
		PairHarness.Client lost = this.pair.client(this.pair.backup, 2);
		lost.hello();
		lost.write(ServerHarness.put("/b", "2"));
		this.pair.settle();
		assertThat(lost.results()).hasSize(1);
		this.pair.losing = (message) -> false;
		this.pair.run(Duration.ofSeconds(2));
		assertThat(this.pair.primary.report().role()).isEqualTo(ServerRole.ACTIVE);
		assertThat(this.pair.backup.entries()).isEqualTo(this.pair.primary.entries()).containsOnlyKeys("/a");
		assertThat(this.pair.primary.conflicts).isEmpty();
		assertThat(this.pair.backup.conflicts).extracting(CloneConflict::key).containsExactly("/b");
	}

	@Test
	void aCopyIsAskedForOnce() {
		assertThat(this.pair.take(Follow.class)).hasSize(1);
	}

	@Test
	void aPartOfACopyThatIsLostIsNotForgotten() {
		this.pair.backup.crash();
		PairHarness.Client client = joined(1);
		for (int i = 0; i < 20; i++) {
			client.write(ServerHarness.put("/k" + i, 20_000));
		}
		this.pair.settle();
		this.pair.losing = (message) -> message instanceof Copy part && part.chunk() == 1 && part.attempt() == 1;
		this.pair.backup.start();
		this.pair.run(Duration.ofMillis(300));
		assertThat(this.pair.backup.report().entries()).isZero();
		assertThat(this.pair.primary.report().inSync()).as("it does not have all parts").isFalse();
		assertThat(this.pair.primary.report().replicaLag()).as("nobody knows").isEqualTo(-1);
		this.pair.run(Duration.ofSeconds(3));
		assertThat(this.pair.backup.entries()).isEqualTo(this.pair.primary.entries()).hasSize(20);
		assertThat(this.pair.backup.report().inSync()).isTrue();
	}

	@Test
	void whatWasOrderedDuringACopyMayBeMoreThanIsOnItsWayAtOnce() {
		this.pair.backup.crash();
		PairHarness.Client client = joined(1);
		for (int i = 0; i < 100; i++) {
			client.write(ServerHarness.put("/k" + i, 60_000));
		}
		this.pair.settle();
		this.pair.run(PairHarness.PEER_TIMEOUT.plusMillis(100));
		this.pair.take(Message.class);
		this.pair.backup.start();
		while (this.pair.wire.stream().noneMatch(Copy.class::isInstance)) {
			this.pair.primary.turn();
			this.pair.backup.turn();
			this.pair.primary.deliver();
			this.pair.backup.deliver();
		}
		for (int i = 0; i < 700; i++) {
			client.write(ServerHarness.put("/n", "v" + i));
			this.pair.primary.turn();
		}
		this.pair.settle();
		assertThat(this.pair.take(Follow.class)).hasSize(1);
		assertThat(this.pair.backup.entries()).isEqualTo(this.pair.primary.entries()).hasSize(101);
		assertThat(this.pair.backup.report().inSync()).isTrue();
	}

	@Test
	void whoLacksSomethingThatWasCommittedBeforeItCountedIsNotInSync() {
		PairHarness.Client client = joined(1);
		this.pair.losing = (message) -> true;
		this.pair.run(PairHarness.PEER_TIMEOUT.plusMillis(100));
		client.write(ServerHarness.put("/a", "1"));
		this.pair.settle();
		assertThat(client.results()).hasSize(1);
		this.pair.losing = (message) -> message instanceof Log;
		this.pair.take(Message.class);
		this.pair.run(Duration.ofMillis(1200));
		assertThat(this.pair.wire).anyMatch(Follow.class::isInstance).anyMatch(Copied.class::isInstance);
		assertThat(this.pair.primary.report().inSync()).isFalse();
		assertThat(this.pair.backup.report().inSync()).isFalse();
	}

	@Test
	void whatBelongsToAnEarlierAttemptIsIgnoredByBoth() {
		PairHarness.Client client = joined(1);
		this.pair.losing = (message) -> message instanceof Log;
		client.write(ServerHarness.put("/a", "1"));
		this.pair.settle();
		long last = last(this.pair.take(Log.class)).batch();
		this.pair.primary.hear(STRANGER, new Copied(this.pair.backup.id(), 0, last, 0));
		this.pair.settle();
		assertThat(client.take(Ack.class)).isEmpty();
		this.pair.backup.hearFromPeer(new Copy(this.pair.primary.id(), 0, 0, 99, 99, true, List.of()));
		assertThat(this.pair.backup.report().role()).isEqualTo(ServerRole.PASSIVE);
		this.pair.losing = (message) -> false;
		this.pair.run(Duration.ofSeconds(2));
		assertThat(this.pair.backup.entries()).isEqualTo(this.pair.primary.entries()).containsKey("/a");
	}

	@Test
	void aPassiveServerCannotHaveWhatWasNotSent() {
		PairHarness.Client client = joined(1);
		Copied told = last(this.pair.take(Copied.class));
		this.pair.losing = (message) -> message instanceof Log || message instanceof Copied;
		this.pair.primary.hear(STRANGER, new Copied(told.serverId(), told.attempt(), told.batch() + 1, 0));
		client.write(ServerHarness.put("/a", "1"));
		this.pair.settle();
		this.pair.primary.hear(STRANGER, new Copied(told.serverId(), told.attempt(), told.batch() + 2, 0));
		this.pair.settle();
		assertThat(client.take(Ack.class)).isEmpty();
	}

	@Test
	void aFollowerThatIsNotThePeerIsIgnored() {
		PairHarness.Client client = joined(1);
		this.pair.primary.hear(STRANGER, new Follow(Message.VERSION, 0xBAD, 1, 0, 0));
		this.pair.primary.hear(STRANGER, new Copied(0xBAD, 1, 0, 0));
		this.pair.settle();
		assertThat(this.pair.primary.report().inSync()).isTrue();
		client.write(ServerHarness.put("/a", "1"));
		this.pair.settle();
		assertThat(client.results()).hasSize(1);
		assertThat(this.pair.backup.entries()).containsKey("/a");
	}

	@Test
	void aPeerOfAnotherVersionIsNotServed() {
		this.pair.primary.hear(STRANGER, new Follow(Message.VERSION + 1, this.pair.backup.id(), 99, 0, 0));
		this.pair.settle();
		assertThat(this.pair.primary.report().inSync()).isTrue();
	}

	@Test
	void aPassiveServerDoesNotServeFollowers() {
		this.pair.take(Message.class);
		this.pair.backup.hear(STRANGER, new Follow(Message.VERSION, this.pair.primary.id(), 1, 0, 0));
		this.pair.settle();
		assertThat(this.pair.wire).noneMatch((message) -> message instanceof Copy || message instanceof Log);
	}

	@Test
	void whatAStrangerTellsAsARequestDoesNotMakeItThePeer() {
		this.pair.primary.hear(STRANGER, peer(0xBAD, true, 1, 99, 0));
		assertThat(this.pair.primary.report().role()).isEqualTo(ServerRole.ACTIVE);
		assertThat(this.pair.primary.report().inSync()).isTrue();
	}

	@Test
	void whatAStrangerSendsAsARequestIsNoAnswerOfThePeer() {
		Copied told = last(this.pair.take(Copied.class));
		this.pair.backup.hear(STRANGER, new HandOver(this.pair.primary.id(), told.batch()));
		this.pair.backup.hear(STRANGER,
				new Log(this.pair.primary.id(), told.batch() + 1, 0, 0, List.of(new LogRecord.SessionEnd(1))));
		this.pair.settle();
		assertThat(this.pair.backup.report().role()).isEqualTo(ServerRole.PASSIVE);
		assertThat(this.pair.backup.report().inSync()).isTrue();
		assertThat(malformed()).isZero();
	}

	@Test
	void aPeerThatLeavesNoEpochToTakeOverInIsNotBelieved() {
		long highest = Sequence.startOf(Sequence.MAX_EPOCH);
		Copied told = last(this.pair.take(Copied.class));
		this.pair.backup.agent.onPeerState(bytes(new Peer(Message.VERSION, this.pair.primary.id(), 1_000_000, false, 1,
				1, highest, 0, true, this.pair.backup.id())));
		this.pair.backup.hearFromPeer(new Log(this.pair.primary.id(), told.batch() + 1, highest, 0, List.of()));
		assertThat(malformed()).isEqualTo(2);
		this.pair.run(Duration.ofSeconds(2));
		failOver(joined(1));
		this.pair.run(Duration.ofSeconds(1));
		assertThat(this.pair.backup.report().epoch()).isEqualTo(2);
	}

	@Test
	void aBatchThatDoesNotEndWhereItSaysIsNotBelieved() {
		Copied told = last(this.pair.take(Copied.class));
		this.pair.backup.hearFromPeer(new Log(this.pair.primary.id(), told.batch() + 1, 5, 0, List.of()));
		assertThat(malformed()).isOne();
		this.pair.run(Duration.ofSeconds(2));
		assertThat(this.pair.take(Copy.class)).isNotEmpty();
		assertThat(this.pair.backup.report().inSync()).isTrue();
	}

	@Test
	void aPeerWithTheSameRoleIsNotFollowed() {
		PairHarness lonely = new PairHarness();
		lonely.primary.start();
		lonely.primary.agent.onPeerState(bytes(peer(0xBAD, false, 1, 99, 0)));
		lonely.primary.turn();
		assertThat(lonely.primary.report().role()).isEqualTo(ServerRole.WAITING);
		lonely.primary.agent.onPeerState(bytes(peer(0xB00, true, 1, 99, 0)));
		lonely.primary.turn();
		assertThat(lonely.primary.report().role()).isEqualTo(ServerRole.PASSIVE);
	}

	@Test
	void whatDoesNotFitIsCountedAndAnsweredByAskingForACopy() {
		PairHarness.Client client = joined(1);
		client.write(ServerHarness.put("/a", "1"));
		this.pair.settle();
		Log sent = last(this.pair.take(Log.class));
		long malformed = malformed();
		Update old = new Update(Update.Kind.PUT, "/b", new byte[] { 1 }, 5, 0, CloneWriter.Kind.NATIVE, 1, 0, false);
		this.pair.backup
			.hearFromPeer(new Log(sent.serverId(), sent.batch() + 1, 5, 0, List.of(new LogRecord.Changed(old))));
		assertThat(malformed()).isEqualTo(malformed + 1);
		assertThat(this.pair.backup.report().inSync()).as("it may lack something now").isFalse();
		this.pair.run(Duration.ofSeconds(2));
		assertThat(this.pair.take(Copy.class)).isNotEmpty();
		assertThat(this.pair.backup.report().inSync()).isTrue();
		assertThat(this.pair.backup.entries()).isEqualTo(this.pair.primary.entries());
		client.write(ServerHarness.put("/c", "1"));
		this.pair.settle();
		assertThat(client.results()).hasSize(2);
	}

	@Test
	void aCopyThatIsBrokenDoesNotTakeOverAlthoughThePeerStillBelievesInIt() {
		PairHarness.Client client = joined(1);
		client.write(ServerHarness.put("/a", "1"));
		this.pair.settle();
		Log sent = last(this.pair.take(Log.class));
		this.pair.losing = (message) -> message instanceof Copy;
		Update old = new Update(Update.Kind.PUT, "/b", new byte[] { 1 }, 5, 0, CloneWriter.Kind.NATIVE, 1, 0, false);
		this.pair.backup
			.hearFromPeer(new Log(sent.serverId(), sent.batch() + 1, 5, 0, List.of(new LogRecord.Changed(old))));
		this.pair.backup.agent.onPeerState(bytes(peer(this.pair.primary.id(), false, 1, 1, this.pair.backup.id())));
		assertThat(this.pair.backup.report().inSync()).isFalse();
		this.pair.primary.crash();
		this.pair.run(PairHarness.PEER_TIMEOUT.plusMillis(100));
		client.turnTo(this.pair.backup);
		client.hello();
		assertThat(client.take(Passive.class)).hasSize(1);
	}

	@Test
	void aServerTakesNoMoreWritesThanMayWaitForThePeer() {
		PairHarness.Client client = joined(1);
		this.pair.losing = (message) -> message instanceof Log;
		for (int i = 0; i < 80; i++) {
			client.write(ServerHarness.put("/k" + i, PairHarness.MAX_VALUE_SIZE));
			this.pair.primary.turn();
		}
		assertThat(this.pair.primary.report().entries()).isBetween(60, 65);
		this.pair.losing = (message) -> false;
		this.pair.run(Duration.ofSeconds(3));
		int accepted = this.pair.primary.report().entries();
		assertThat(this.pair.backup.report().entries()).isEqualTo(accepted);
		client.take(Ack.class);
		client.writeAs(accepted + 1, ServerHarness.put("/k", "x"));
		this.pair.settle();
		assertThat(client.results()).as("then it takes them again").hasSize(1);
	}

	@Test
	void aServerThatStopsHandsOverWhenThePeerHasEverything() {
		PairHarness.Client client = joined(1);
		this.pair.losing = (message) -> message instanceof Copied;
		client.write(ServerHarness.put("/a", "1"));
		this.pair.settle();
		this.pair.primary.agent.beginStop();
		assertThat(this.pair.primary.agent.isReadyToStop()).isFalse();
		this.pair.settle();
		assertThat(this.pair.take(HandOver.class)).as("not before it is committed").isEmpty();
		client.write(ServerHarness.put("/late", "1"));
		this.pair.losing = (message) -> false;
		this.pair.run(PairHarness.HEARTBEAT.plusMillis(50));
		assertThat(this.pair.primary.agent.isReadyToStop()).isFalse();
		this.pair.settle();
		assertThat(this.pair.primary.agent.isReadyToStop()).isTrue();
		assertThat(this.pair.backup.report().role()).isEqualTo(ServerRole.ACTIVE);
		assertThat(this.pair.backup.entries()).containsOnlyKeys("/a");
		assertThat(client.results()).hasSize(1);
		assertThat(client.take(Passive.class)).hasSize(1);
	}

	@Test
	void aHandOverThatIsLostIsRepeated() {
		this.pair.primary.agent.beginStop();
		this.pair.losing = (message) -> message instanceof HandOver;
		this.pair.primary.agent.isReadyToStop();
		this.pair.settle();
		assertThat(this.pair.backup.report().role()).isEqualTo(ServerRole.PASSIVE);
		this.pair.losing = (message) -> false;
		this.pair.run(Duration.ofMillis(60));
		assertThat(this.pair.primary.agent.isReadyToStop()).isFalse();
		this.pair.settle();
		assertThat(this.pair.backup.report().role()).isEqualTo(ServerRole.ACTIVE);
	}

	@Test
	void aHandOverOfAnotherServerOrAnotherBatchChangesNothing() {
		Copied told = last(this.pair.take(Copied.class));
		this.pair.backup.hearFromPeer(new HandOver(0xBAD, told.batch()));
		this.pair.backup.hearFromPeer(new HandOver(this.pair.primary.id(), told.batch() + 1));
		this.pair.backup.hearFromPeer(new HandOver(this.pair.primary.id(), told.batch() - 1));
		assertThat(this.pair.backup.report().role()).isEqualTo(ServerRole.PASSIVE);
	}

	@Test
	void aServerWithoutAPeerThatCouldGoOnStopsAtOnce() {
		this.pair.backup.crash();
		this.pair.run(PairHarness.PEER_TIMEOUT.plusMillis(100));
		this.pair.primary.agent.beginStop();
		assertThat(this.pair.primary.agent.isReadyToStop()).isTrue();
	}

	@Test
	void aPassiveServerThatIsSilentOrStandsStillIsLetGo() {
		PairHarness.Client client = joined(1);
		this.pair.backup.frozen = true;
		client.write(ServerHarness.put("/a", "1"));
		this.pair.run(PairHarness.PEER_TIMEOUT.minusMillis(100));
		assertThat(client.take(Ack.class)).isEmpty();
		this.pair.run(Duration.ofMillis(300));
		assertThat(client.results()).hasSize(1);
		this.pair.backup.frozen = false;
		this.pair.run(Duration.ofSeconds(2));
		assertThat(this.pair.primary.report().inSync()).as("although nothing was written since").isTrue();
		this.pair.losing = (message) -> message instanceof Log || message instanceof Follow;
		client.write(ServerHarness.put("/b", "1"));
		this.pair.run(PairHarness.PEER_TIMEOUT.minus(PairHarness.HEARTBEAT).minusMillis(100));
		assertThat(client.take(Ack.class)).isEmpty();
		this.pair.run(PairHarness.HEARTBEAT.plusMillis(300));
		assertThat(client.results()).as("it speaks, but is not understood").hasSize(1);
	}

	@Test
	void aPassiveServerThatAsksForTheSameAgainAndAgainIsLetGo() {
		PairHarness.Client client = joined(1);
		this.pair.losing = (message) -> message instanceof Log;
		client.write(ServerHarness.put("/a", "1"));
		this.pair.run(PairHarness.PEER_TIMEOUT.minusMillis(100));
		assertThat(client.take(Ack.class)).isEmpty();
		this.pair.run(PairHarness.HEARTBEAT);
		assertThat(client.results()).hasSize(1);
		assertThat(this.pair.take(Follow.class)).hasSizeGreaterThan(1);
	}

	@Test
	void anActiveServerThatWasFrozenCommitsNothingAloneBeforeItHasListened() {
		PairHarness.Client client = joined(1);
		this.pair.primary.frozen = true;
		this.pair.run(PairHarness.PEER_TIMEOUT.plusSeconds(3));
		this.pair.losing = (message) -> true;
		this.pair.primary.frozen = false;
		client.write(ServerHarness.put("/a", "1"));
		this.pair.run(PairHarness.PEER_TIMEOUT.minusMillis(100));
		assertThat(client.take(Ack.class)).isEmpty();
		assertThat(this.pair.primary.published).isEmpty();
	}

	@Test
	void whoTakesOverGoesOnWithTheSessionsAndKnowsARepeatedWrite() {
		PairHarness.Client client = joined(1);
		client.write(ServerHarness.put("/a", "1"), ServerHarness.putEphemeral("/e", "1"));
		this.pair.settle();
		List<WriteResult> before = client.results();
		failOver(client);
		assertThat(client.take(Welcome.class)).extracting(Welcome::lastCounter).containsExactly(2L);
		client.writeAs(1, ServerHarness.put("/a", "1"), ServerHarness.putEphemeral("/e", "1"));
		this.pair.settle();
		List<WriteResult> again = client.results();
		assertThat(again).extracting(WriteResult::sequence)
			.containsExactlyElementsOf(before.stream().map(WriteResult::sequence).toList());
		assertThat(this.pair.backup.entries()).containsOnlyKeys("/a", "/e");
		client.write(ServerHarness.put("/a", "2"));
		this.pair.settle();
		assertThat(client.results()).singleElement()
			.satisfies((result) -> assertThat(Sequence.epoch(result.sequence())).isEqualTo(2));
		assertThat(this.pair.backup.published).hasSize(1);
	}

	@Test
	void whatTheClientHasIsForgottenByBothServers() {
		PairHarness.Client client = joined(1);
		for (int i = 0; i < 5; i++) {
			client.write(ServerHarness.put("/a", "1"));
			this.pair.settle();
		}
		for (PairHarness.Place place : List.of(this.pair.primary, this.pair.backup)) {
			assertThat(place.agent.state().session(Hello.clientId(1)).toRecord().results()).hasSize(1);
		}
		// Nor is it kept in a copy.
		this.pair.backup.crash();
		this.pair.backup.start();
		this.pair.run(Duration.ofSeconds(1));
		assertThat(this.pair.backup.agent.state().session(Hello.clientId(1)).toRecord().results()).hasSize(1);
	}

	@Test
	void theStreamOfWhoTakesOverBeginsWithAllThatItHas() {
		PairHarness.Client client = joined(1);
		client.write(ServerHarness.put("/a", "1"));
		this.pair.settle();
		long sequence = client.results().get(0).sequence();
		failOver(client);
		this.pair.run(Duration.ofSeconds(1));
		assertThat(this.pair.backup.batches).isNotEmpty().allMatch((batch) -> batch.before() >= sequence);
		client.write(ServerHarness.put("/b", "1"));
		this.pair.settle();
		assertThat(this.pair.backup.published).extracting(Update::key).containsExactly("/b");
	}

	@Test
	void sessionsOutliveTheFailoverAndEndByTheirOwnTimeOut() {
		PairHarness.Client client = joined(1);
		client.write(ServerHarness.putEphemeral("/e", "1"));
		this.pair.settle();
		this.pair.run(Duration.ofSeconds(9));
		PairHarness.Client other = this.pair.client(this.pair.primary, 2);
		other.turnTo(this.pair.backup);
		this.pair.primary.crash();
		this.pair.run(PairHarness.PEER_TIMEOUT.plusMillis(100));
		other.hello();
		this.pair.run(Duration.ofSeconds(9));
		assertThat(this.pair.backup.entries()).as("its client may be on its way").containsKey("/e");
		this.pair.run(Duration.ofSeconds(2));
		assertThat(this.pair.backup.entries()).doesNotContainKey("/e");
	}

	@Test
	void aLifetimeGoesOnInACopyAndAfterAFailover() {
		PairHarness.Client client = joined(1);
		client.write(ServerHarness.putFor("/copied", "1", Duration.ofSeconds(8)));
		this.pair.settle();
		this.pair.run(Duration.ofSeconds(2));
		this.pair.backup.crash();
		this.pair.backup.start();
		this.pair.run(Duration.ofSeconds(1));
		client.write(ServerHarness.putFor("/logged", "1", Duration.ofSeconds(5)));
		this.pair.settle();
		failOver(client);
		this.pair.run(Duration.ofMillis(2700));
		assertThat(this.pair.backup.entries()).as("after 7.8 and 4.8 s").containsOnlyKeys("/copied", "/logged");
		this.pair.run(Duration.ofMillis(500));
		assertThat(this.pair.backup.entries()).as("after 8.3 and 5.3 s").isEmpty();
	}

	@Test
	void aPassiveServerEndsNoLifetimeItself() {
		PairHarness.Client client = joined(1);
		client.write(ServerHarness.putFor("/a", "1", Duration.ofSeconds(1)));
		this.pair.settle();
		this.pair.primary.frozen = true;
		this.pair.run(Duration.ofMillis(1500));
		assertThat(this.pair.backup.entries()).containsKey("/a");
		this.pair.primary.frozen = false;
		this.pair.run(Duration.ofMillis(200));
		assertThat(this.pair.backup.entries()).isEmpty();
		assertThat(this.pair.primary.published).extracting(Update::kind)
			.containsExactly(Update.Kind.PUT, Update.Kind.EXPIRE);
	}

	@Test
	void writesThatWereAcceptedAloneAreReportedExactly() {
		PairHarness.Client client = joined(1);
		client.write(ServerHarness.put("/shared", "1"), ServerHarness.put("/removed", "1"),
				ServerHarness.put("/same", "1"));
		this.pair.settle();
		this.pair.losing = (message) -> true;
		this.pair.run(PairHarness.PEER_TIMEOUT.plusMillis(100));
		PairHarness.Client other = this.pair.client(this.pair.backup, 2);
		other.hello();
		other.write(ServerHarness.put("/there", "1"), ServerHarness.put("/equal", "1"));
		client.take(Ack.class);
		client.write(ServerHarness.put("/alone", "1"), ServerHarness.put("/alone", "2"),
				ServerHarness.remove("/removed"), ServerHarness.put("/repeated", "1"),
				ServerHarness.put("/equal", "1"));
		PairHarness.Client moved = this.pair.client(this.pair.backup, 1);
		moved.hello();
		moved.writeAs(4, ServerHarness.put("/repeated", "1"));
		this.pair.settle();
		List<WriteResult> accepted = client.results();
		this.pair.losing = (message) -> false;
		this.pair.run(Duration.ofSeconds(2));
		assertThat(this.pair.primary.report().role()).isEqualTo(ServerRole.PASSIVE);
		assertThat(this.pair.primary.conflicts).extracting(CloneConflict::sequence)
			.containsExactly(accepted.get(0).sequence(), accepted.get(1).sequence(), accepted.get(2).sequence(),
					accepted.get(4).sequence());
		assertThat(this.pair.primary.conflicts).extracting(CloneConflict::key)
			.containsExactly("/alone", "/alone", "/removed", "/equal");
		assertThat(this.pair.backup.conflicts).isEmpty();
		assertThat(this.pair.primary.report().conflicts()).isEqualTo(4);
		assertThat(this.pair.primary.entries()).isEqualTo(this.pair.backup.entries());
	}

	@Test
	void whatNobodyWasToldOfIsNoConflict() {
		PairHarness.Client client = joined(1);
		this.pair.losing = (message) -> true;
		client.write(ServerHarness.put("/a", "1"));
		this.pair.primary.turn();
		this.pair.primary.frozen = true;
		this.pair.run(PairHarness.PEER_TIMEOUT.plusMillis(100));
		PairHarness.Client other = this.pair.client(this.pair.backup, 2);
		other.hello();
		this.pair.settle();
		this.pair.losing = (message) -> false;
		this.pair.primary.frozen = false;
		this.pair.run(Duration.ofSeconds(2));
		assertThat(this.pair.primary.report().role()).isEqualTo(ServerRole.PASSIVE);
		assertThat(this.pair.primary.entries()).isEmpty();
		assertThat(this.pair.primary.conflicts).isEmpty();
	}

	@Test
	void aServerThatIsStartedIsToldAtOnceWhatItsPeerIs() {
		this.pair.backup.crash();
		this.pair.run(Duration.ofMillis(20));
		this.pair.backup.start();
		this.pair.clock.advance(Duration.ofMillis(1));
		this.pair.settle();
		assertThat(this.pair.backup.report().role()).isEqualTo(ServerRole.PASSIVE);
	}

	@Test
	void aServerNeverOrdersTwiceInOneEpoch() {
		// The primary begins alone, and a client raises its epoch above that of the
		// backup.
		failOver(joined(1));
		this.pair.losing = (message) -> true;
		this.pair.primary.start();
		this.pair.run(PairHarness.PEER_TIMEOUT.plusMillis(100));
		PairHarness.Client client = this.pair.client(this.pair.primary, 3);
		client.hello(Sequence.startOf(7), this.pair.backup.id());
		this.pair.settle();
		client.write(ServerHarness.put("/a", "1"));
		this.pair.settle();
		long first = client.results().get(0).sequence();
		assertThat(Sequence.epoch(first)).isEqualTo(8);
		this.pair.losing = (message) -> false;
		this.pair.run(Duration.ofSeconds(2));
		assertThat(this.pair.primary.report().role()).isEqualTo(ServerRole.PASSIVE);
		this.pair.backup.crash();
		this.pair.run(PairHarness.PEER_TIMEOUT.plusMillis(100));
		client.hello();
		assertThat(this.pair.primary.report().role()).isEqualTo(ServerRole.ACTIVE);
		assertThat(Sequence.epoch(ServerStates.sequence(this.pair.primary.agent))).isEqualTo(9);
	}

	@Test
	void whoTakesOverOrdersInAnEpochAboveAllThatThePeerHasTold() {
		this.pair.losing = (message) -> !(message instanceof Peer);
		this.pair.run(PairHarness.PEER_TIMEOUT.plusMillis(600));
		PairHarness.Client client = this.pair.client(this.pair.primary, 1);
		client.hello(Sequence.startOf(7), 77);
		this.pair.run(Duration.ofSeconds(1));
		assertThat(this.pair.primary.report().epoch()).isEqualTo(8);
		this.pair.primary.crash();
		this.pair.primary.start();
		this.pair.run(Duration.ofSeconds(1));
		assertThat(this.pair.backup.report().role()).isEqualTo(ServerRole.ACTIVE);
		assertThat(this.pair.backup.report().epoch()).isEqualTo(9);
	}

	@Test
	void aGoodbyeIsNoVote() {
		this.pair.primary.crash();
		this.pair.run(PairHarness.PEER_TIMEOUT.plusMillis(100));
		this.pair.backup.hear(STRANGER, new Bye(Bye.Reason.STOPPING, "the client stops"));
		this.pair.settle();
		assertThat(this.pair.backup.report().role()).isEqualTo(ServerRole.PASSIVE);
	}

	@Test
	void aPassiveServerTellsClientsSoAndDoesNotServeThem() {
		PairHarness.Client client = this.pair.client(this.pair.backup, 1);
		client.hello();
		client.write(ServerHarness.put("/a", "1"));
		this.pair.run(Duration.ofSeconds(1));
		assertThat(client.take(Passive.class)).hasSize(2);
		assertThat(client.take(Welcome.class)).isEmpty();
		assertThat(this.pair.backup.entries()).isEmpty();
	}

	@Test
	void whatThePassiveServerHasIsOfTheSameOrderToAClientThatFollowsIt() {
		PairHarness.Client client = joined(1);
		client.write(ServerHarness.put("/a", "1"), ServerHarness.put("/b", "1"));
		this.pair.settle();
		long first = client.results().get(0).sequence();
		failOver(client);
		this.pair.backup.hear(client.route, new Sync(1, Subtrees.ALL, first, this.pair.primary.id(), 100));
		this.pair.run(Duration.ofMillis(100));
		assertThat(client.take(Entries.class)).singleElement()
			.satisfies((chunk) -> assertThat(chunk.updates()).extracting(Update::key).containsExactly("/b"));
		assertThat(client.take(End.class)).singleElement().satisfies((end) -> assertThat(end.resume()).isTrue());
	}

	/**
	 * How many messages the backup could not use.
	 */
	private long malformed() {
		return this.pair.backup.report().malformed().values().stream().mapToLong(Long::longValue).sum();
	}

	private PairHarness.Client joined(long id) {
		PairHarness.Client client = this.pair.client(this.pair.primary, id);
		client.hello();
		this.pair.settle();
		assertThat(client.take(Welcome.class)).hasSizeLessThan(2);
		return client;
	}

	/**
	 * The primary is lost, and the client turns to the backup.
	 */
	private void failOver(PairHarness.Client client) {
		this.pair.primary.crash();
		this.pair.run(PairHarness.PEER_TIMEOUT.plusMillis(100));
		client.turnTo(this.pair.backup);
		client.hello();
		this.pair.settle();
		assertThat(this.pair.backup.report().role()).isEqualTo(ServerRole.ACTIVE);
	}

	private Peer peer(long id, boolean backup, int state, int rank, long peerInSync) {
		return new Peer(Message.VERSION, id, 1_000_000, backup, state, rank, 0, 0, true, peerInSync);
	}

	private static byte[] bytes(Message message) {
		return message.toBytes(new FrameWriter(64));
	}

	private static <T> T last(List<T> list) {
		return list.get(list.size() - 1);
	}

}
