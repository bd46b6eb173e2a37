package io.github.clonemap.server;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.github.clonemap.WriteOptions.Condition;
import io.github.clonemap.protocol.Message;
import io.github.clonemap.protocol.Message.Hello;
import io.github.clonemap.protocol.Message.Write;
import io.github.clonemap.protocol.Sequence;
import io.github.clonemap.protocol.WriteOperation;
import io.github.clonemap.server.DoorHarness.Server;
import io.github.clonemap.server.DoorHarness.Told;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Tests of the door for clients of RFC 12, with a clock that is moved by hand: what
 * sockets cannot play at will.
 */
class ChpDoorTests {

	@Test
	void aSnapshotGoesOnWhereTheClientWasFull() {
		DoorHarness harness = DoorHarness.alone();
		Server server = harness.first();
		for (int i = 0; i < 1000; i++) {
			server.set("/k" + i, "", "", "v");
		}
		harness.turn();
		Route slow = harness.newRoute();
		server.room.put(slow, 10);
		server.ask(slow, "");
		for (int i = 1; i <= 100; i++) {
			harness.run(Duration.ofMillis(100));
			assertThat(server.answers(slow)).hasSize(i * 10);
			server.room.put(slow, 10);
		}
		harness.run(Duration.ofMillis(100));
		List<Told> answer = server.answers(slow);
		assertThat(answer).hasSize(1001);
		for (int i = 0; i < 1000; i++) {
			assertThat(answer.get(i).key()).isEqualTo("/k" + i);
		}
		assertThat(answer.get(1000).key()).isEqualTo("KTHXBAI");
	}

	@Test
	void whatChangesWhileASnapshotIsUnderWayIsInTheUpdatesAfterItsSequence() {
		DoorHarness harness = DoorHarness.alone();
		Server server = harness.first();
		for (String key : List.of("/a", "/b", "/c", "/d")) {
			server.set(key, "", "", "old");
		}
		harness.turn();
		server.updates();
		Route slow = harness.newRoute();
		server.room.put(slow, 1);
		server.ask(slow, "");
		harness.turn();
		server.set("/a", "", "", "new");
		server.set("/b", "", "", "");
		server.set("/c", "", "", "new");
		server.set("/e", "", "", "new");
		harness.turn();
		server.room.put(slow, 100);
		harness.run(Duration.ofMillis(100));
		List<Told> answer = server.answers(slow);
		assertThat(answer).extracting(Told::key).containsExactly("/a", "/d", "KTHXBAI");
		assertThat(server.updates()).hasSize(4)
			.allSatisfy((update) -> assertThat(update.sequence()).isGreaterThan(answer.get(2).sequence()));
	}

	@Test
	void aClientThatIsGoneOrReadsNothingDoesNotHoldUpOthersForEver() {
		DoorHarness harness = DoorHarness.alone();
		Server server = harness.first();
		server.set("/k", "", "", "v");
		harness.turn();
		for (int i = 0; i < ChpSnapshots.MAX_OPEN; i++) {
			Route route = harness.newRoute();
			if (i % 2 == 0) {
				server.gone.add(route);
			}
			server.room.put(route, 0);
			server.ask(route, "");
		}
		harness.run(Duration.ofSeconds(1));
		for (int i = 0; i < ChpSnapshots.MAX_OPEN / 2; i++) {
			Route route = harness.newRoute();
			server.room.put(route, 0);
			server.ask(route, "");
		}
		Route patient = harness.newRoute();
		server.ask(patient, "");
		harness.run(Duration.ofSeconds(10));
		assertThat(server.answers(patient)).as("all places are taken").isEmpty();
		harness.run(Duration.ofNanos(ChpSnapshots.PATIENCE_NANOS));
		assertThat(server.answers(patient)).extracting(Told::key).containsExactly("/k", "KTHXBAI");
	}

	@Test
	void whatIsLeftOfAnAnswerIsForgottenWithTheConnection() {
		DoorHarness harness = DoorHarness.alone();
		Server server = harness.first();
		server.set("/a", "", "", "1");
		server.set("/b", "", "", "2");
		harness.settle();
		Route route = harness.newRoute();
		server.room.put(route, 1);
		server.ask(route, "");
		harness.settle();
		server.agent.onRenewed();
		server.room.remove(route);
		harness.run(Duration.ofSeconds(1));
		assertThat(server.answers(route)).extracting(Told::key).containsExactly("/a");
		server.ask(route, "");
		harness.settle();
		assertThat(server.answers(route)).extracting(Told::key).containsExactly("/a", "/a", "/b", "KTHXBAI");
	}

	@Test
	void requestsThatWaitAreBoundedAndThoseBeyondAreCounted() {
		DoorHarness harness = DoorHarness.alone();
		Server server = harness.first();
		for (int i = 0; i < ChpSnapshots.MAX_WAITING; i++) {
			server.ask(harness.newRoute(), "");
		}
		assertThat(malformed(server.report())).isZero();
		server.ask(harness.newRoute(), "");
		assertThat(malformed(server.report())).isOne();
		Route greedy = harness.newRoute();
		for (int i = 0; i < 1000 && server.report().snapshots() < ChpSnapshots.MAX_WAITING; i++) {
			harness.turn();
		}
		for (int i = 0; i < ChpSnapshots.MAX_WAITING_EACH + 1; i++) {
			server.ask(greedy, "/" + i + "/");
		}
		assertThat(server.report().malformed()).isEqualTo(Map.of(MalformedReason.TOO_MANY_TRANSFERS, 2L));
		for (int i = 0; i < 20; i++) {
			harness.settle();
		}
		assertThat(server.answers(greedy)).extracting(Told::value)
			.containsExactly("/0/", "/1/", "/2/", "/3/", "/4/", "/5/", "/6/", "/7/");
	}

	@Test
	void whatCannotBeUsedIsCountedByItsReasonAndChangesNothing() {
		DoorHarness harness = DoorHarness.alone();
		Server server = harness.first();
		Route route = harness.newRoute();
		server.agent.onChpWrite(new byte[][] { DoorHarness.bytes("/k"), DoorHarness.bytes("v") });
		server.set("/k", "", "ttl=soon\n", "v");
		server.ask(route, "/no-slash-at-the-end");
		server.agent.onRequest(route, DoorHarness.bytes("ICANHAZ"), new byte[0]);
		harness.settle();
		assertThat(server.report().malformed())
			.isEqualTo(Map.of(MalformedReason.BODY, 3L, MalformedReason.COMMAND, 1L));
		assertThat(server.updates()).isEmpty();
		assertThat(server.answers(route)).isEmpty();
	}

	@Test
	void nothingLeavesThatThePassiveServerDoesNotHave() {
		DoorHarness harness = DoorHarness.pair();
		Server active = harness.first();
		active.set("/a", "1", "", "v");
		harness.settle();
		active.updates();
		harness.cut = true;
		active.set("/b", "2", "", "v");
		active.set("/a", "3", "", "");
		Route route = harness.newRoute();
		active.ask(route, "");
		harness.run(Duration.ofSeconds(1));
		assertThat(active.updates()).isEmpty();
		assertThat(active.answers(route)).isEmpty();
		harness.cut = false;
		harness.run(Duration.ofSeconds(3));
		assertThat(active.updates()).extracting(Told::uuid).containsExactly("2", "3");
		List<Told> answer = active.answers(route);
		assertThat(answer).extracting(Told::key).containsExactly("/b", "KTHXBAI");
	}

	@Test
	void writesAreLeftInTheirQueuesWhileTooMuchWaitsForThePassiveServer() {
		DoorHarness harness = DoorHarness.pair();
		Server active = harness.first();
		harness.cut = true;
		String value = "v".repeat(60_000);
		int writes = 0;
		while (active.agent.takesChpWrites()) {
			active.set("/k" + writes % 10, "", "", value);
			active.turn();
			assertThat(++writes).isLessThan(2000);
		}
		assertThat((long) writes * value.length()).isGreaterThan(60L << 20);
		assertThat(harness.second().agent.takesChpWrites()).as("whoever is not active").isTrue();
		harness.cut = false;
		harness.run(DoorHarness.PEER_TIMEOUT.multipliedBy(2));
		assertThat(active.agent.takesChpWrites()).isTrue();
		assertThat(active.updates()).hasSize(writes);
	}

	@Test
	void aPassiveServerNeitherAnswersNorPublishesNorGivesSignsOfLife() {
		DoorHarness harness = DoorHarness.pair();
		Server passive = harness.second();
		harness.first().updates();
		Route route = harness.newRoute();
		passive.ask(route, "");
		harness.first().set("/k", "1", "", "v");
		passive.set("/k", "1", "", "v");
		harness.run(Duration.ofSeconds(3));
		assertThat(passive.published).isEmpty();
		assertThat(passive.answers(route)).isEmpty();
		assertThat(passive.report().role()).isEqualTo(ServerRole.PASSIVE);
		assertThat(passive.entries()).containsEntry("/k", "v");
		assertThat(harness.first().published).filteredOn((one) -> one.key().equals("HUGZ")).hasSizeBetween(5, 8);
	}

	@Test
	void aRequestIsAVoteAndThePassiveServerTakesOverWithWhatTheActiveOneHasNotApplied() {
		DoorHarness harness = DoorHarness.pair();
		Server active = harness.first();
		Server passive = harness.second();
		set(harness, "/both", "1", "x=y\n", "v");
		harness.settle();
		Told before = active.updates().get(0);
		active.dead = true;
		passive.set("/late", "2", "ttl=60\n", "v");
		passive.set("/both", "3", "", "w");
		harness.run(Duration.ofSeconds(5));
		assertThat(passive.published).as("nobody has asked").isEmpty();
		Route route = harness.newRoute();
		passive.ask(route, "");
		harness.settle();
		assertThat(passive.report().role()).isEqualTo(ServerRole.ACTIVE);
		List<Told> updates = passive.updates();
		assertThat(updates).extracting(Told::key, Told::uuid, Told::properties, Told::value)
			.containsExactly(tuple("/late", "2", "ttl=60\n", "v"), tuple("/both", "3", "", "w"));
		assertThat(updates.get(0).sequence()).isGreaterThan(before.sequence());
		assertThat(Sequence.epoch(updates.get(0).sequence())).isGreaterThan(Sequence.epoch(before.sequence()));
		assertThat(passive.answers(route)).extracting(Told::key).containsExactly("/late", "/both", "KTHXBAI");
	}

	@Test
	void thePropertiesOfAnEntryOutliveAFailover() {
		DoorHarness harness = DoorHarness.pair();
		set(harness, "/k", "1", "x=y\nttl=60\n", "v");
		harness.settle();
		harness.first().dead = true;
		harness.run(Duration.ofSeconds(5));
		Route route = harness.newRoute();
		harness.second().ask(route, "");
		harness.settle();
		assertThat(harness.second().answers(route).get(0).properties()).isEqualTo("x=y\nttl=60\n");
		harness.run(Duration.ofSeconds(60));
		assertThat(harness.second().entries()).isEmpty();
	}

	@Test
	void aCopyHasThePropertiesOfItsEntriesToo() {
		DoorHarness harness = DoorHarness.pair();
		Server first = harness.first();
		harness.cut = true;
		harness.run(Duration.ofSeconds(5));
		first.ask(harness.newRoute(), "");
		// More than the log keeps for a peer that was away for a moment.
		for (int i = 0; i < 40_000; i++) {
			first.set("/k" + i % 10, "" + i, "number=" + i + "\n", "v".repeat(1000));
			if (i % 100 == 0) {
				first.turn();
			}
		}
		harness.cut = false;
		harness.run(Duration.ofSeconds(5));
		assertThat(first.report().inSync()).isTrue();
		first.dead = true;
		harness.run(Duration.ofSeconds(5));
		Route route = harness.newRoute();
		harness.second().ask(route, "");
		harness.settle();
		assertThat(harness.second().answers(route)).hasSize(11)
			.first()
			.extracting(Told::properties)
			.isEqualTo("number=39990\n");
	}

	@Test
	void aWriteThatComesLateIsNotAppliedTwiceNeitherBeforeNorAfterTheTakeover() {
		DoorHarness harness = DoorHarness.pair();
		Server active = harness.first();
		Server passive = harness.second();
		active.set("/a", "1", "", "old");
		active.set("/a", "2", "", "new");
		active.set("/b", "3", "", "old");
		active.set("/b", "4", "", "");
		harness.settle();
		passive.set("/a", "1", "", "old");
		active.dead = true;
		harness.run(Duration.ofSeconds(5));
		passive.ask(harness.newRoute(), "");
		passive.set("/a", "2", "", "new");
		passive.set("/b", "3", "", "old");
		harness.settle();
		assertThat(passive.report().role()).isEqualTo(ServerRole.ACTIVE);
		assertThat(passive.updates()).isEmpty();
		assertThat(passive.entries()).containsOnlyKeys("/a").containsEntry("/a", "new");
		passive.set("/b", "5", "", "newer");
		harness.settle();
		assertThat(passive.updates()).extracting(Told::uuid).containsExactly("5");
	}

	@Test
	void aWriteThatHasChangedNothingOrWasRefusedDoesNotComeBackAtTheTakeover() {
		DoorHarness harness = DoorHarness.pair();
		Server active = harness.first();
		Server passive = harness.second();
		// There is nothing to remove.
		set(harness, "/k", "1", "", "");
		set(harness, "/x".repeat(200), "2", "", "too long a key");
		harness.settle();
		set(harness, "/k", "3", "", "v");
		harness.settle();
		active.dead = true;
		harness.run(Duration.ofSeconds(5));
		passive.ask(harness.newRoute(), "");
		harness.settle();
		assertThat(passive.updates()).isEmpty();
		assertThat(passive.entries()).containsOnlyKeys("/k");
	}

	@Test
	void thePendingListEmptiesItselfAsTheActiveServersUpdatesPass() {
		DoorHarness harness = DoorHarness.pair();
		for (int i = 0; i < 100; i++) {
			harness.second().set("/k" + i, "" + i, "", "v");
		}
		ChpDoor door = harness.second().agent.door();
		assertThat(door.pending().size()).isEqualTo(100);
		for (int i = 0; i < 100; i++) {
			harness.first().set("/k" + i, "" + i, "", "v");
		}
		harness.settle();
		assertThat(door.pending().size()).isZero();
		assertThat(door.pending().decidedSize()).isZero();
	}

	@Test
	void aServerThatComesBackFollowsAndTakesOverInItsTurn() {
		DoorHarness harness = DoorHarness.pair();
		Server first = harness.first();
		Server second = harness.second();
		first.dead = true;
		harness.run(Duration.ofSeconds(5));
		second.ask(harness.newRoute(), "");
		harness.settle();
		first.dead = false;
		harness.run(Duration.ofSeconds(10));
		assertThat(first.report().role()).isEqualTo(ServerRole.PASSIVE);
		set(harness, "/k", "1", "", "v");
		harness.settle();
		second.dead = true;
		first.set("/l", "2", "", "v");
		harness.run(Duration.ofSeconds(5));
		first.updates();
		Route route = harness.newRoute();
		first.ask(route, "");
		harness.settle();
		assertThat(first.updates()).extracting(Told::uuid).containsExactly("2");
		assertThat(first.answers(route)).extracting(Told::key).containsExactly("/k", "/l", "KTHXBAI");
	}

	@Test
	void aNativeWriteToTheEntryOfAnotherClientLeavesNothingOfItsPropertiesBehind() {
		DoorHarness harness = DoorHarness.alone();
		Server server = harness.first();
		server.set("/k", "1", "x=y\n", "v");
		harness.turn();
		server.updates();
		Route route = harness.newRoute();
		server.say(route, new Hello(Message.VERSION, 7, "native", 0, 0, 1));
		server.say(route, new Write(0, 1, List.of(new WriteOperation(WriteOperation.Kind.PUT, "/k", "w".getBytes(),
				Condition.NONE, 0, 0, false, false))));
		harness.turn();
		assertThat(server.updates()).singleElement().satisfies((update) -> {
			assertThat(update.uuid()).isEmpty();
			assertThat(update.properties()).isEmpty();
			assertThat(update.value()).isEqualTo("w");
		});
	}

	/**
	 * A client that publishes to both servers.
	 */
	private static void set(DoorHarness harness, String key, String uuid, String properties, String value) {
		harness.servers.forEach((server) -> server.set(key, uuid, properties, value));
	}

	private static long malformed(ServerReport report) {
		return report.malformed().values().stream().mapToLong(Long::longValue).sum();
	}

}
