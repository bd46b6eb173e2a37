package io.github.clonemap.server;

import java.time.Duration;
import java.util.List;

import io.github.clonemap.protocol.Message.Credit;
import io.github.clonemap.protocol.Message.Ping;
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
		assertThat(client.take(Entries.class)).hasSize(Transfer.MAX_CREDIT);
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
		client.say(new Credit(syncId, 10));
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
			client.say(new Credit(syncId, i));
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
