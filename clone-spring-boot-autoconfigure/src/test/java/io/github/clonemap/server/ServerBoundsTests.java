package io.github.clonemap.server;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

import io.github.clonemap.protocol.Message.Bye;
import io.github.clonemap.protocol.Message.Credit;
import io.github.clonemap.protocol.Message.Ping;
import io.github.clonemap.protocol.Reply.Ack;
import io.github.clonemap.protocol.Reply.End;
import io.github.clonemap.protocol.Reply.Entries;
import io.github.clonemap.protocol.WriteResult;
import io.github.clonemap.protocol.WriteResult.Status;
import io.github.clonemap.server.ServerHarness.Client;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

/**
 * What a server holds for others has bounds, and who comes to one is told.
 */
class ServerBoundsTests {

	/**
	 * What a server counts for a key of 3 characters and a value of 100 bytes.
	 */
	private static final long BYTES_EACH = bytesEach();

	private static long bytesEach() {
		ServerHarness server = new ServerHarness();
		server.joined(1).writeOne(ServerHarness.put("/a1", 100));
		return server.agent.report().bytes();
	}

	@Test
	void aServerThatIsFullOfBytesRefusesWhatNeedsMoreAndSaysWhy() {
		ServerHarness server = server(2 * (BYTES_EACH + ServerSettings.ENTRY_BYTES));
		Client client = server.joined(1);
		client.writeOne(ServerHarness.put("/a1", 100));
		client.writeOne(ServerHarness.put("/a2", 100));
		WriteResult more = client.writeOne(ServerHarness.put("/a3", 1));
		assertThat(more.status()).isEqualTo(Status.REJECTED);
		assertThat(more.reason())
			.contains("clone.server.max-bytes of " + 2 * (BYTES_EACH + ServerSettings.ENTRY_BYTES));
		WriteResult larger = client.writeOne(ServerHarness.put("/a2", 101));
		assertThat(larger.status()).isEqualTo(Status.REJECTED);
		assertThat(server.agent.report().rejected()).containsExactly(entry(RejectReason.TOO_MANY_BYTES, 2L));
		assertThat(server.agent.report().entries()).isEqualTo(2);
	}

	@Test
	void aServerThatIsFullOfBytesTakesWhatMakesRoom() {
		ServerHarness server = server(2 * (BYTES_EACH + ServerSettings.ENTRY_BYTES));
		Client client = server.joined(1);
		client.writeOne(ServerHarness.put("/a1", 100));
		client.writeOne(ServerHarness.put("/a2", 100));
		assertThat(client.writeOne(ServerHarness.put("/a2", 100)).status()).isEqualTo(Status.APPLIED);
		assertThat(client.writeOne(ServerHarness.put("/a2", 50)).status()).isEqualTo(Status.APPLIED);
		assertThat(client.writeOne(ServerHarness.put("/a1", 150)).status()).isEqualTo(Status.APPLIED);
		assertThat(client.writeOne(ServerHarness.remove("/a1")).status()).isEqualTo(Status.APPLIED);
		assertThat(client.writeOne(ServerHarness.put("/a3", 100)).status()).isEqualTo(Status.APPLIED);
	}

	@Test
	void aClientThatDoesNotReadIsSentNoMoreThanItsBoundHoweverMuchItAllows() {
		ServerHarness server = filled(new ServerHarness(), 200);
		Client client = server.joined(2);
		client.sync("", 0, Integer.MAX_VALUE);
		server.settle();
		assertThat(client.take(Entries.class)).hasSize(Unread.MAX_CHUNKS);
	}

	@Test
	void creditOfAClientThatDoesNotReadBringsNothingMoreAndForgedProofsAreCounted() {
		ServerHarness server = filled(new ServerHarness(), 200);
		Client client = server.joined(2);
		int syncId = client.sync("", 0, 64);
		server.settle();
		Random random = new Random(7);
		for (int i = 0; i < 100; i++) {
			client.say(new Credit(syncId, 200, 0));
			client.say(new Credit(syncId, 200, random.nextLong()));
			server.settle();
		}
		assertThat(client.take(Entries.class)).hasSize(Unread.MAX_CHUNKS);
		assertThat(server.agent.report().malformed()).containsExactly(entry(MalformedReason.CREDIT, 100L));
	}

	@Test
	void aClientThatShowsThatItReadsGetsEverything() {
		ServerHarness server = filled(new ServerHarness(), 200);
		Client client = server.joined(2);
		int syncId = client.sync("", 0, Integer.MAX_VALUE);
		for (int i = 0; i < 3; i++) {
			server.settle();
			assertThat(client.take(End.class)).isEmpty();
			assertThat(client.take(Entries.class)).hasSize(Unread.MAX_CHUNKS);
			client.say(new Credit(syncId, 200, client.proof()));
			// One that comes twice changes nothing.
			client.say(new Credit(syncId, 200, client.proof()));
		}
		server.settle();
		assertThat(client.take(Entries.class)).hasSize(8);
		assertThat(client.only(End.class).chunks()).isEqualTo(200);
		assertThat(server.agent.report().malformed()).isEmpty();
	}

	@Test
	void neitherNewRequestsNorNewSessionsMakeMoreOfWhatAConnectionHasNotRead() {
		ServerHarness server = filled(new ServerHarness(), 40);
		Client client = server.joined(2);
		for (int i = 0; i < 5; i++) {
			client.sync("", 0, 64);
			server.settle();
			client.say(new Bye(Bye.Reason.STOPPING, "closing"));
			client.sayHello(0, 0);
			Client other = server.client(100 + i);
			other.reconnect(client.route());
			other.sayHello(0, 0);
			other.sync("", 0, 64);
			server.settle();
			client.sayHello(0, 0);
		}
		assertThat(client.take(Entries.class)).hasSize(Unread.MAX_CHUNKS);
		client.reconnect();
		client.hello();
		client.sync("", 0, 64);
		server.settle();
		assertThat(client.take(Entries.class)).hasSize(40);
	}

	@Test
	void largeValuesCountByTheirBytes() {
		ServerHarness server = new ServerHarness(
				new ServerSettings(ServerHarness.HEARTBEAT, ServerHarness.SESSION_TIMEOUT, 10, 100, 1 << 20, 255));
		Client writer = server.joined(1);
		for (int i = 0; i < 20; i++) {
			writer.writeOne(ServerHarness.put("/" + i, 1 << 20));
		}
		Client client = server.joined(2);
		client.sync("", 0, 64);
		server.settle();
		assertThat(client.take(Entries.class)).hasSize(Unread.MAX_BYTES >> 20);
	}

	@Test
	void whoLeavesAllUnreadIsSentAwayAndGetsItByANewConnection() {
		ServerHarness server = filled(new ServerHarness(), 80);
		Client client = server.joined(2);
		client.sync("", 0, 100);
		for (int i = 0; i < 12; i++) {
			client.say(new Ping(1));
			server.run(Duration.ofSeconds(1));
		}
		assertThat(client.only(Bye.class).reason()).isEqualTo(Bye.Reason.REFUSED);
		client.reconnect();
		client.hello();
		int syncId = client.sync("", 0, 100);
		server.settle();
		client.credit(syncId, 100);
		server.settle();
		client.only(End.class);
	}

	@Test
	void whoLeavesAllUnreadIsSentAwayAlsoIfItAsksAgainAndAgain() {
		ServerHarness server = filled(new ServerHarness(), 80);
		Client client = server.joined(2);
		for (int i = 0; i < 12; i++) {
			client.sync("", 0, 100);
			server.run(Duration.ofSeconds(1));
		}
		assertThat(client.take(Bye.class)).extracting(Bye::reason).isNotEmpty().containsOnly(Bye.Reason.REFUSED);
	}

	@Test
	void whoReadsAtTimesIsNotSentAway() {
		ServerHarness server = filled(new ServerHarness(), 80);
		Client client = server.joined(2);
		for (int i = 0; i < 5; i++) {
			int syncId = client.sync("", 0, 100);
			for (int j = 0; j < 6; j++) {
				client.say(new Ping(1));
				server.run(Duration.ofSeconds(1));
			}
			assertThat(client.take(Entries.class)).isNotEmpty();
			client.say(new Credit(syncId, 100, client.proof()));
		}
		assertThat(client.take(Bye.class)).isEmpty();
	}

	@Test
	void whoReadsSlowlyBeforeALargeValueIsNotStalled() {
		Unread unread = new Unread(new Random(7));
		long first = unread.onSent(1);
		unread.onSent(2 * Unread.MAX_BYTES);
		assertThat(unread.isStalled(1, 10)).isFalse();
		assertThat(unread.onProof(first)).isTrue();
		assertThat(unread.hasRoom()).isFalse();
		assertThat(unread.isStalled(12, 10)).isFalse();
		assertThat(unread.onProof(first)).isTrue();
		assertThat(unread.isStalled(23, 10)).isTrue();
	}

	@Test
	void whoHadRoomUntilNowIsNotStalled() {
		Unread unread = new Unread(new Random(7));
		assertThat(unread.isStalled(1, 10)).isFalse();
		unread.onSent(Unread.MAX_BYTES);
		assertThat(unread.isStalled(12, 10)).isFalse();
		assertThat(unread.isStalled(23, 10)).isTrue();
	}

	@Test
	void answersBeyondAShareOfTheHeapWaitForTheirTurn() {
		ServerHarness server = filled(new ServerHarness(), 1);
		List<Client> open = IntStream.range(0, Transfers.MAX_OPEN).mapToObj((i) -> server.joined(100 + i)).toList();
		open.forEach((client) -> client.sync("", 0, 0));
		Client first = server.joined(2);
		Client second = server.joined(3);
		first.sync("", 0, 2);
		second.sync("", 0, 2);
		first.sync("", 0, 2);
		server.settle();
		assertThat(first.take(Entries.class)).isEmpty();
		open.get(0).say(new Bye(Bye.Reason.STOPPING, "closing"));
		server.settle();
		assertThat(first.take(Entries.class)).hasSize(1);
		assertThat(second.take(Entries.class)).hasSize(1);
		assertThat(server.agent.report().malformed()).isEmpty();
	}

	@Test
	void anAnswerWaitsWhileTheNetworkHasNoRoomForIt() {
		ServerHarness server = filled(new ServerHarness(), 10);
		Client client = server.joined(2);
		server.full.add(client.route());
		client.sync("", 0, 20);
		server.settle();
		assertThat(client.take(Entries.class)).isEmpty();
		server.full.clear();
		server.settle();
		assertThat(client.take(Entries.class)).hasSize(10);
		client.only(End.class);
	}

	@Test
	void acknowledgementsWaitWhileTheNetworkHasNoRoomForThem() {
		ServerHarness server = filled(new ServerHarness(), 1);
		Client client = server.joined(2);
		server.full.add(client.route());
		assertThat(client.write(ServerHarness.get("/0"), ServerHarness.get("/0"))).isEmpty();
		assertThat(server.joined(3).write(ServerHarness.get("/0"))).hasSize(1);
		server.full.clear();
		server.settle();
		assertThat(client.take(Ack.class)).hasSize(2);
	}

	@Test
	void whatAConnectionHasNotReadIsForgottenWithIt() {
		ServerHarness server = filled(new ServerHarness(), 80);
		Client client = server.joined(2);
		client.sync("", 0, 64);
		server.settle();
		assertThat(client.take(Entries.class)).hasSize(Unread.MAX_CHUNKS);
		server.agent.onDisconnected(client.route());
		// A client may tell its own identity, and have the same one again.
		client.hello();
		client.sync("", 0, 64);
		server.settle();
		assertThat(client.take(Entries.class)).hasSize(Unread.MAX_CHUNKS);
	}

	@Test
	void theSessionOfAConnectionThatIsGoneWaitsForAnother() {
		ServerHarness server = filled(new ServerHarness(), 1);
		Client client = server.joined(2);
		long sessionId = client.hello().sessionId();
		server.agent.onDisconnected(client.route());
		client.say(new Ping(1));
		assertThat(client.only(Bye.class).reason()).isEqualTo(Bye.Reason.NO_SESSION);
		client.reconnect();
		assertThat(client.hello().sessionId()).isEqualTo(sessionId);
	}

	@Test
	void whoStandsStillWhileOthersWaitLosesItsTurnSoon() {
		ServerHarness server = filled(new ServerHarness(), 1);
		List<Client> open = IntStream.range(0, Transfers.MAX_OPEN).mapToObj((i) -> server.joined(100 + i)).toList();
		open.forEach((client) -> client.sync("", 0, 0));
		Client client = server.joined(2);
		client.sync("", 0, 2);
		server.run(ServerHarness.SESSION_TIMEOUT.dividedBy(20));
		assertThat(client.take(Entries.class)).isEmpty();
		server.run(ServerHarness.SESSION_TIMEOUT.dividedBy(10));
		assertThat(client.take(Entries.class)).hasSize(1);
		assertThat(open.get(0).only(End.class).chunks()).isEqualTo(End.BROKEN_OFF);
	}

	@Test
	void anAnswerForWhichNobodyGivesCreditIsBrokenOff() {
		ServerHarness server = filled(new ServerHarness(), 10);
		Client client = server.joined(2);
		int syncId = client.sync("", 0, 0);
		for (int i = 0; i < 9; i++) {
			client.say(new Ping(1));
			server.run(Duration.ofSeconds(1));
		}
		assertThat(client.take(End.class)).isEmpty();
		for (int i = 0; i < 3; i++) {
			client.say(new Ping(1));
			server.run(Duration.ofSeconds(1));
		}
		assertThat(client.only(End.class).chunks()).isEqualTo(End.BROKEN_OFF);
		client.say(new Credit(syncId, 10, 0));
		server.settle();
		assertThat(client.take(Entries.class)).isEmpty();
	}

	@Test
	void anAnswerThatGoesOnSlowlyIsNotBrokenOff() {
		ServerHarness server = filled(new ServerHarness(), 10);
		Client client = server.joined(2);
		int syncId = client.sync("", 0, 0);
		for (int i = 1; i <= 11; i++) {
			server.run(Duration.ofSeconds(8));
			client.say(new Credit(syncId, i, 0));
		}
		server.settle();
		assertThat(client.takeEntries()).hasSize(10);
		assertThat(client.only(End.class).chunks()).isEqualTo(10);
	}

	@Test
	void thereAreNoMoreAnswersUnderWayThanTheLimitAndWhoeverAsksAgainLaterIsServed() {
		ServerHarness server = filled(new ServerHarness(), 1);
		for (int i = 0; i < Transfers.MAX_TRANSFERS; i++) {
			server.joined(100 + i).sync("", 0, 0);
		}
		Client client = server.joined(2);
		client.sync("", 0, 1);
		server.settle();
		assertThat(client.take(Entries.class)).isEmpty();
		assertThat(server.agent.report().malformed()).containsExactly(entry(MalformedReason.TOO_MANY_TRANSFERS, 1L));
		for (int i = 0; i < 3; i++) {
			client.say(new Ping(1));
			server.run(Duration.ofSeconds(4));
		}
		client.sync("", 0, 1);
		server.settle();
		assertThat(client.takeEntries()).hasSize(1);
	}

	@Test
	void aClientThatAsksAgainAndAgainDoesNotStarveTheOthers() {
		ServerHarness server = filled(new ServerHarness(), 40);
		Client greedy = server.joined(2);
		Client other = server.joined(3);
		other.sync("", 0, 64);
		int turns = 0;
		while (other.take(End.class).isEmpty()) {
			greedy.sync("", 0, 64);
			server.turn();
			assertThat(++turns).isLessThan(50);
		}
	}

	private static ServerHarness server(long maxBytes) {
		return new ServerHarness(new ServerSettings(ServerHarness.HEARTBEAT, ServerHarness.SESSION_TIMEOUT, 10, 100,
				1 << 16, 255, maxBytes));
	}

	/**
	 * Values so large that each takes a chunk of its own.
	 */
	private static ServerHarness filled(ServerHarness server, int entries) {
		Client writer = server.joined(1);
		for (int i = 0; i < entries; i++) {
			assertThat(List.of(writer.writeOne(ServerHarness.put("/" + i, 1 << 16)))).extracting(WriteResult::status)
				.containsExactly(Status.APPLIED);
		}
		return server;
	}

}
