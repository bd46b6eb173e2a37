package io.github.clonemap.server;

import java.util.List;
import java.util.stream.IntStream;

import io.github.clonemap.protocol.Message;
import io.github.clonemap.protocol.Message.Bye;
import io.github.clonemap.protocol.Message.Credit;
import io.github.clonemap.protocol.Message.Sync;
import io.github.clonemap.protocol.Reply.End;
import io.github.clonemap.protocol.Reply.Entries;
import io.github.clonemap.protocol.Subtrees;
import io.github.clonemap.protocol.Update;
import io.github.clonemap.protocol.WriteOperation;
import io.github.clonemap.server.ServerHarness.Client;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * How {@link ServerAgent} answers SYNC: snapshot or resume, under credit.
 */
class ServerTransferTests {

	private static final int BIG = 40_000;

	private ServerHarness server = new ServerHarness();

	private Client client = this.server.joined(1);

	@Test
	void aSnapshotHasEveryEntryOfTheSubtreeInTheOrderOfTheirSequences() {
		this.client.write(ServerHarness.put("/a/1", "1"), ServerHarness.put("/b/1", "1"),
				ServerHarness.put("/a/2", "1"), ServerHarness.put("/a/1", "2"));
		long committed = this.server.agent.report().sequence();
		int sync = this.client.sync("/a/", 0, 8);
		this.server.settle();
		assertThat(this.client.takeEntries()).extracting(Update::key).containsExactly("/a/2", "/a/1");
		assertThat(this.client.only(End.class)).isEqualTo(new End(sync, 1, false, committed, committed));
		assertThat(this.server.agent.report().snapshots()).isOne();
	}

	@Test
	void anEmptyStoreHasASnapshotOfNoChunks() {
		int sync = this.client.sync("", 0, 1);
		this.server.settle();
		assertThat(this.client.take(Entries.class)).isEmpty();
		assertThat(this.client.only(End.class).chunks()).isZero();
		assertThat(sync).isOne();
	}

	@Test
	void thereAreNoMoreChunksThanCredit() {
		fill(10);
		int sync = this.client.sync("", 0, 2);
		this.server.settle();
		assertThat(this.client.take(Entries.class)).extracting(Entries::chunk).containsExactly(0, 1);
		this.server.settle();
		assertThat(this.client.take(Message.class)).isEmpty();
		this.client.say(new Credit(sync, 3, this.client.proof()));
		this.server.settle();
		assertThat(this.client.take(Entries.class)).extracting(Entries::chunk).containsExactly(2);
		this.client.say(new Credit(sync, 100, this.client.proof()));
		this.server.settle();
		assertThat(this.client.take(Entries.class)).extracting(Entries::chunk).containsExactly(3, 4);
		assertThat(this.client.only(End.class).chunks()).isEqualTo(5);
	}

	@Test
	void oneTurnSendsAtMostOneChunk() {
		fill(10);
		this.client.sync("", 0, 100);
		this.server.turn();
		assertThat(this.client.take(Entries.class)).hasSize(1);
		assertThat(this.server.agent.nextDeadlineNanos()).isEqualTo(this.server.clock.nanoTime());
	}

	@Test
	void manyWhoJoinAtOnceShareTheTurns() {
		fill(2);
		List<Client> many = IntStream.range(100, 120).mapToObj(this.server::joined).toList();
		many.forEach((one) -> one.sync("", 0, 100));
		this.server.turn();
		assertThat(many.stream().filter((one) -> !one.take(Entries.class).isEmpty())).hasSize(8);
		this.server.turn();
		this.server.turn();
		assertThat(many.stream().filter((one) -> !one.take(Entries.class).isEmpty())).hasSize(12);
		this.server.settle();
		assertThat(many).allSatisfy((one) -> one.only(End.class));
	}

	@Test
	void creditIsATotalSoARepeatedOneChangesNothing() {
		fill(10);
		int sync = this.client.sync("", 0, 0);
		for (int i = 0; i < 3; i++) {
			this.client.say(new Credit(sync, 2, this.client.proof()));
			this.client.say(new Credit(sync, 1, this.client.proof()));
			this.client.say(new Credit(sync, -1, this.client.proof()));
		}
		this.server.settle();
		assertThat(this.client.take(Entries.class)).hasSize(2);
	}

	@Test
	void creditOfAnotherRequestDoesNotCount() {
		fill(4);
		int sync = this.client.sync("", 0, 0);
		this.client.say(new Credit(sync + 1, 8, this.client.proof()));
		this.client.say(new Credit(sync - 1, 8, this.client.proof()));
		this.server.settle();
		assertThat(this.client.take(Message.class)).isEmpty();
	}

	@Test
	void anEndTellsWhereTheSnapshotBeganAndUntilWhenItTook() {
		fill(6);
		long began = this.server.agent.report().sequence();
		int sync = this.client.sync("", 0, 1);
		this.server.settle();
		Client other = this.server.joined(2);
		long until = other.writeOne(ServerHarness.put("new", "1")).sequence();
		this.client.say(new Credit(sync, 8, this.client.proof()));
		this.server.settle();
		End end = this.client.only(End.class);
		assertThat(end.sequence()).isEqualTo(began);
		assertThat(end.until()).isEqualTo(until);
		assertThat(this.client.takeEntries()).extracting(Update::key).doesNotContain("new");
	}

	@Test
	void theStreamGoesAsFarAsTheEnd() {
		this.server.subscribe("/quiet/");
		this.client.write(ServerHarness.put("/busy/1", "1"));
		this.server.settle();
		this.client.sync("/quiet/", 0, 1);
		long until = this.client.writeOne(ServerHarness.put("/busy/2", "1")).sequence();
		this.server.published("/quiet/");
		this.server.settle();
		assertThat(this.client.only(End.class).until()).isEqualTo(until);
		assertThat(this.server.published("/quiet/")).last()
			.extracting((one) -> one.batch().committed())
			.isEqualTo(until);
	}

	@Test
	void aSmallSubtreeOfALargeStoreIsLookedForInSteps() {
		WriteOperation[] many = new WriteOperation[9000];
		for (int i = 0; i < many.length; i++) {
			many[i] = ServerHarness.put((i == 8500) ? "/small/1" : "/large/" + i, "1");
		}
		this.server = new ServerHarness(ServerHarness.settings(0, 100_000));
		this.client = this.server.joined(1);
		this.client.write(many);
		this.client.sync("/small/", 0, 1);
		for (int i = 0; i < 4; i++) {
			this.server.turn();
			assertThat(this.client.take(Message.class)).as("turn %d", i).isEmpty();
		}
		this.server.settle();
		assertThat(this.client.takeEntries()).extracting(Update::key).containsExactly("/small/1");
		assertThat(this.client.only(End.class).chunks()).isOne();
	}

	@Test
	void whoIsInsideTheHistoryGetsOnlyWhatItMissed() {
		this.client.write(ServerHarness.put("/a/1", "1"));
		long known = this.server.agent.report().sequence();
		this.client.write(ServerHarness.put("/a/2", "1"), ServerHarness.put("/b/1", "1"), ServerHarness.remove("/a/1"));
		long committed = this.server.agent.report().sequence();
		int sync = this.client.sync("/a/", known, 8);
		this.server.settle();
		List<Update> missed = this.client.takeEntries();
		assertThat(missed).extracting(Update::key).containsExactly("/a/2", "/a/1");
		assertThat(missed).extracting(Update::kind).containsExactly(Update.Kind.PUT, Update.Kind.REMOVE);
		assertThat(this.client.only(End.class)).isEqualTo(new End(sync, 1, true, committed, committed));
		assertThat(this.server.agent.report().resumes()).isOne();
		assertThat(this.server.agent.report().snapshots()).isZero();
	}

	@Test
	void whoMissedNothingGetsAnEndAtOnce() {
		this.client.write(ServerHarness.put("key", "1"));
		this.client.sync("", this.server.agent.report().sequence(), 8);
		this.server.settle();
		assertThat(this.client.take(Entries.class)).isEmpty();
		assertThat(this.client.only(End.class).resume()).isTrue();
	}

	@Test
	void whoIsBehindTheHistoryGetsASnapshot() {
		this.server = new ServerHarness(ServerHarness.settings(2, 1000));
		this.client = this.server.joined(1);
		long known = this.server.agent.report().sequence();
		this.client.write(ServerHarness.put("a", "1"), ServerHarness.put("b", "1"), ServerHarness.put("c", "1"));
		this.client.sync("", known, 8);
		this.server.settle();
		assertThat(this.client.only(End.class).resume()).isFalse();
		this.client.take(Entries.class);
		this.client.sync("", known + 1, 8);
		this.server.settle();
		assertThat(this.client.only(End.class).resume()).isTrue();
		assertThat(this.client.takeEntries()).hasSize(2);
	}

	@Test
	void whoComesFromAnotherServerOrFromTheFutureGetsASnapshot() {
		this.client.write(ServerHarness.put("key", "1"));
		long committed = this.server.agent.report().sequence();
		this.client.say(new Sync(1, Subtrees.ALL, committed, 99, 8));
		this.server.settle();
		assertThat(this.client.only(End.class).resume()).isFalse();
		this.client.say(new Sync(2, Subtrees.ALL, committed + 1, ServerHarness.SERVER_ID, 8));
		this.server.settle();
		assertThat(this.client.only(End.class).resume()).isFalse();
	}

	@Test
	void aResumeThatTheHistoryRunsAwayFromIsBrokenOff() {
		this.server = new ServerHarness(ServerHarness.settings(6, 1000));
		this.client = this.server.joined(1);
		long known = this.server.agent.report().sequence();
		fill(6);
		int sync = this.client.sync("", known, 1);
		this.server.settle();
		assertThat(this.client.take(Entries.class)).hasSize(1);
		fill(6);
		this.client.say(new Credit(sync, 100, this.client.proof()));
		this.server.settle();
		assertThat(this.client.take(Entries.class)).isEmpty();
		assertThat(this.client.only(End.class).chunks()).isEqualTo(End.BROKEN_OFF);
	}

	@Test
	void aRequestThatComesTwiceIsAnsweredOnce() {
		fill(2);
		Sync request = new Sync(1, Subtrees.ALL, 0, 0, 8);
		this.client.say(request);
		this.client.say(request);
		this.server.settle();
		this.client.say(request);
		this.server.settle();
		assertThat(this.client.take(End.class)).hasSize(1);
		assertThat(this.server.agent.report().snapshots()).isOne();
	}

	@Test
	void aNewRequestEndsTheOneBefore() {
		fill(10);
		this.client.sync("", 0, 1);
		this.server.settle();
		this.client.take(Entries.class);
		int second = this.client.sync("", 0, 100);
		this.server.settle();
		assertThat(this.client.take(Entries.class)).extracting(Entries::syncId).containsOnly(second);
		assertThat(this.client.take(End.class)).extracting(End::syncId).containsExactly(second);
	}

	@Test
	void aTransferEndsWithItsSession() {
		fill(10);
		this.client.sync("", 0, 100);
		this.client.say(new Bye(Bye.Reason.STOPPING, "closing"));
		this.server.settle();
		assertThat(this.client.take(Message.class)).isEmpty();
	}

	@Test
	void aTransferEndsWithItsConnection() {
		fill(10);
		this.client.sync("", 0, 100);
		this.client.reconnect();
		this.client.hello();
		this.server.settle();
		assertThat(this.client.take(Message.class)).isEmpty();
	}

	/**
	 * Writes entries of which two fill a chunk.
	 */
	private void fill(int entries) {
		Client writer = this.server.joined(77);
		WriteOperation[] operations = new WriteOperation[entries];
		for (int i = 0; i < entries; i++) {
			operations[i] = ServerHarness.put("big" + i, BIG);
		}
		writer.write(operations);
		writer.say(new Bye(Bye.Reason.STOPPING, "closing"));
	}

}
