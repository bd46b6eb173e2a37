package io.github.clonemap.server;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import io.github.clonemap.WriteOptions.Condition;
import io.github.clonemap.protocol.Message.Write;
import io.github.clonemap.protocol.Reply.Ack;
import io.github.clonemap.protocol.Update;
import io.github.clonemap.protocol.WriteOperation;
import io.github.clonemap.protocol.WriteResult;
import io.github.clonemap.protocol.WriteResult.Status;
import io.github.clonemap.server.ServerHarness.Client;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@link ServerAgent} does with writes: order, counters, conditions, limits and
 * lifetimes.
 */
class ServerWriteTests {

	private ServerHarness server = new ServerHarness();

	private Client client = this.server.joined(1);

	@Test
	void writesGetTheNextSequencesInTheirOrder() {
		long before = this.server.agent.report().sequence();
		List<WriteResult> results = this.client.write(ServerHarness.put("a", "1"), ServerHarness.put("b", "1"),
				ServerHarness.remove("a"));
		assertThat(results).extracting(WriteResult::status).containsOnly(Status.APPLIED);
		assertThat(results).extracting(WriteResult::sequence).containsExactly(before + 1, before + 2, before + 3);
		assertThat(this.server.agent.report().sequence()).isEqualTo(before + 3);
		assertThat(this.server.agent.report().updates()).isEqualTo(3);
		assertThat(this.server.agent.report().entries()).isOne();
	}

	@Test
	void aResultBringsTheEntryFromBeforeIfItWasAskedFor() {
		assertThat(this.client.writeOne(ServerHarness.put("key", "1")).entry()).isNull();
		assertThat(new String(this.client.writeOne(ServerHarness.put("key", "2")).entry().value())).isEqualTo("1");
		assertThat(this.client.writeOne(ServerHarness.put("key", 1)).entry()).isNull();
	}

	@Test
	void aKeyThatIsNotThereIsRemovedWithoutAnUpdate() {
		long before = this.server.agent.report().sequence();
		WriteResult result = this.client.writeOne(ServerHarness.remove("key"));
		assertThat(result.status()).isEqualTo(Status.UNCHANGED);
		assertThat(this.server.agent.report().sequence()).isEqualTo(before);
	}

	@Test
	void aGetTellsTheEntryAndChangesNothing() {
		WriteResult put = this.client.writeOne(ServerHarness.put("key", "1"));
		WriteResult get = this.client.writeOne(ServerHarness.get("key"));
		assertThat(get.status()).isEqualTo(Status.UNCHANGED);
		assertThat(get.entry().sequence()).isEqualTo(put.sequence());
		assertThat(this.client.writeOne(ServerHarness.get("other")).entry()).isNull();
		assertThat(this.server.agent.report().updates()).isOne();
	}

	@Test
	void aWriteThatComesTwiceIsAppliedOnceAndAcknowledgedAgainInTheSameWords() {
		List<WriteResult> first = this.client.write(ServerHarness.put("key", "1"), ServerHarness.remove("none"));
		List<WriteResult> again = this.client.writeAs(1, ServerHarness.put("key", "1"), ServerHarness.remove("none"));
		assertThat(again).isEqualTo(first);
		assertThat(this.server.agent.report().updates()).isOne();
	}

	@Test
	void theNewPartOfAWriteThatOverlapsIsApplied() {
		this.client.write(ServerHarness.put("a", "1"), ServerHarness.put("b", "1"));
		this.client.say(new Write(0, 2, List.of(ServerHarness.put("b", "1"), ServerHarness.put("c", "1"))));
		this.server.turn();
		Ack ack = this.client.only(Ack.class);
		// The client knew the results up to 0, so those of 1 and 2 come again.
		assertThat(ack.firstCounter() + ack.results().size()).isEqualTo(4);
		assertThat(this.server.agent.report().updates()).isEqualTo(3);
	}

	@Test
	void aWriteAfterAGapIsIgnoredUntilWhatIsMissingHasCome() {
		assertThat(this.client.writeAs(2, ServerHarness.put("b", "1"))).isEmpty();
		assertThat(this.server.agent.report().updates()).isZero();
		assertThat(this.client.writeAs(1, ServerHarness.put("a", "1"), ServerHarness.put("b", "1"))).hasSize(2);
	}

	@Test
	void aResultThatTheClientHasIsForgotten() {
		this.client.write(ServerHarness.put("a", "1"));
		this.client.write(ServerHarness.put("b", "1"));
		this.client.say(new Write(2, 1, List.of(ServerHarness.put("a", "1"))));
		this.server.turn();
		assertThat(this.client.take(Ack.class)).isEmpty();
	}

	@Test
	void aClientThatNeverSaysWhatItKnowsMustWaitAfterManyWrites() {
		WriteOperation[] operations = new WriteOperation[Session.MAX_RESULTS + 10];
		Arrays.fill(operations, ServerHarness.remove("none"));
		assertThat(this.client.writeAs(1, operations)).hasSize(Session.MAX_RESULTS);
		this.client.say(new Write(Session.MAX_RESULTS, Session.MAX_RESULTS + 1, List.of(operations).subList(0, 10)));
		this.server.turn();
		assertThat(this.client.only(Ack.class).results()).hasSize(10);
	}

	@Test
	void resultsAreSplitIntoSeveralAcksInOrder() {
		this.client.write(ServerHarness.put("key", "v".repeat(40_000)));
		WriteOperation[] gets = new WriteOperation[5];
		Arrays.fill(gets, ServerHarness.get("key"));
		this.client.say(new Write(1, 2, List.of(gets)));
		this.server.turn();
		List<Ack> acks = this.client.take(Ack.class);
		assertThat(acks).hasSize(3);
		assertThat(acks).extracting(Ack::firstCounter).containsExactly(2L, 4L, 6L);
		assertThat(acks.stream().mapToInt((ack) -> ack.results().size()).sum()).isEqualTo(5);
	}

	@ParameterizedTest
	@CsvSource({ "NONE, absent, APPLIED", "NONE, present, APPLIED", "ABSENT, absent, APPLIED",
			"ABSENT, present, CONDITION_FAILED", "PRESENT, absent, CONDITION_FAILED", "PRESENT, present, APPLIED",
			"SEQUENCE, absent, CONDITION_FAILED", "SEQUENCE, present, APPLIED", "SEQUENCE, changed, CONDITION_FAILED" })
	void aConditionIsDecidedOnTheKeysEntry(Condition condition, String state, Status status) {
		long sequence = 1;
		if (!state.equals("absent")) {
			sequence = this.client.writeOne(ServerHarness.put("key", "1")).sequence();
		}
		if (state.equals("changed")) {
			this.client.writeOne(ServerHarness.put("key", "2"));
		}
		WriteResult there = this.client.writeOne(ServerHarness.get("key"));
		WriteResult result = this.client
			.writeOne(ServerHarness.put("key", "new", condition, (condition == Condition.SEQUENCE) ? sequence : 0));
		assertThat(result.status()).isEqualTo(status);
		if (status == Status.CONDITION_FAILED) {
			long current = (there.entry() != null) ? there.entry().sequence() : 0;
			assertThat(result.sequence()).isEqualTo(current);
			assertThat((result.entry() != null) ? result.entry().sequence() : 0).isEqualTo(current);
		}
	}

	@Test
	void aRemovalHasConditionsToo() {
		long first = this.client.writeOne(ServerHarness.put("key", "1")).sequence();
		long second = this.client.writeOne(ServerHarness.put("key", "2")).sequence();
		assertThat(this.client.writeOne(removeIf("key", first)).status()).isEqualTo(Status.CONDITION_FAILED);
		assertThat(this.client.writeOne(removeIf("key", second)).status()).isEqualTo(Status.APPLIED);
		assertThat(this.client.writeOne(removeIf("key", second)).status()).isEqualTo(Status.CONDITION_FAILED);
	}

	@Test
	void aBadKeyIsRejected() {
		assertRejected(ServerHarness.put("HUGZ", "1"), RejectReason.BAD_KEY,
				"the key is refused: RFC 12 reserves the word");
		assertRejected(ServerHarness.get("a\nb"), RejectReason.BAD_KEY,
				"the key is refused: it has a control character at position 1");
		assertRejected(ServerHarness.remove(""), RejectReason.BAD_KEY, "the key is refused: it is empty");
		assertRejected(ServerHarness.put("k".repeat(256), "1"), RejectReason.BAD_KEY,
				"the key is refused: it has 256 bytes, 255 are allowed (clone.server.max-key-length)");
	}

	@Test
	void anEmptyValueIsRejected() {
		assertRejected(ServerHarness.put("key", ""), RejectReason.EMPTY_VALUE,
				"an empty value is refused: remove the key instead");
	}

	@Test
	void aValueThatIsTooLargeIsRejected() {
		assertThat(this.client.writeOne(ServerHarness.put("key", 1 << 16)).status()).isEqualTo(Status.APPLIED);
		assertRejected(ServerHarness.put("key", (1 << 16) + 1), RejectReason.VALUE_TOO_LARGE,
				"the value is larger than the server's clone.server.max-value-size of 65536 bytes");
	}

	@Test
	void aFullServerRejectsNewKeysOnly() {
		this.server = new ServerHarness(ServerHarness.settings(1000, 2));
		this.client = this.server.joined(1);
		this.client.write(ServerHarness.put("a", "1"), ServerHarness.put("b", "1"));
		assertRejected(ServerHarness.put("c", "1"), RejectReason.TOO_MANY_ENTRIES,
				"the server is full: it has its clone.server.max-entries of 2");
		assertThat(this.client.writeOne(ServerHarness.put("a", "2")).status()).isEqualTo(Status.APPLIED);
		this.client.writeOne(ServerHarness.remove("b"));
		assertThat(this.client.writeOne(ServerHarness.put("c", "1")).status()).isEqualTo(Status.APPLIED);
	}

	@Test
	void rejectionsAreCountedByReasonAndStopNothing() {
		List<WriteResult> results = this.client.write(ServerHarness.put("a", ""), ServerHarness.put("HUGZ", "1"),
				ServerHarness.put("b", ""), ServerHarness.put("c", "1"));
		assertThat(results).extracting(WriteResult::status)
			.containsExactly(Status.REJECTED, Status.REJECTED, Status.REJECTED, Status.APPLIED);
		assertThat(this.server.agent.report().rejected()).containsOnly(Map.entry(RejectReason.EMPTY_VALUE, 2L),
				Map.entry(RejectReason.BAD_KEY, 1L));
	}

	@Test
	void anEntryEndsWhenItsTimeToLiveIsOver() {
		this.server.subscribe("");
		this.client.write(ServerHarness.putFor("key", "1", Duration.ofSeconds(3)));
		this.server.run(Duration.ofMillis(2999));
		assertThat(this.server.agent.report().entries()).isOne();
		this.server.run(Duration.ofMillis(12));
		assertThat(this.server.agent.report().entries()).isZero();
		assertThat(this.server.updates("")).extracting(Update::kind)
			.containsExactly(Update.Kind.PUT, Update.Kind.EXPIRE);
	}

	@Test
	void anEntryThatIsWrittenAgainHasOnlyItsNewTimeToLive() {
		this.client.write(ServerHarness.putFor("longer", "1", Duration.ofSeconds(3)),
				ServerHarness.putFor("for ever", "1", Duration.ofSeconds(3)),
				ServerHarness.putFor("gone", "1", Duration.ofSeconds(3)));
		this.client.write(ServerHarness.putFor("longer", "2", Duration.ofSeconds(6)),
				ServerHarness.put("for ever", "2"), ServerHarness.remove("gone"));
		this.server.run(Duration.ofSeconds(5));
		assertThat(this.server.agent.report().entries()).isEqualTo(2);
		this.server.run(Duration.ofSeconds(2));
		assertThat(this.server.agent.report().entries()).isOne();
		assertThat(this.server.agent.report().expired()).isOne();
	}

	@Test
	void anEphemeralEntryMayEndEarlierByItsTimeToLiveAndOnlyOnce() {
		this.client.write(
				new WriteOperation(WriteOperation.Kind.PUT, "key", new byte[1], Condition.NONE, 0, 1000, true, false));
		this.server.run(Duration.ofSeconds(12));
		assertThat(this.server.agent.report().sessions()).isZero();
		assertThat(this.server.agent.report().expired()).isOne();
	}

	@Test
	void theLongestTimeToLiveThatTheWireCanCarryDoesNotEndAtOnce() {
		WriteResult result = this.client.writeOne(new WriteOperation(WriteOperation.Kind.PUT, "key", new byte[1],
				Condition.NONE, 0, Long.MAX_VALUE, false, false));
		if (result.status() == Status.REJECTED) {
			return;
		}
		this.server.run(Duration.ofSeconds(1));
		assertThat(this.server.agent.report().entries()).isOne();
	}

	private void assertRejected(WriteOperation operation, RejectReason reason, String text) {
		long before = this.server.agent.report().rejected().getOrDefault(reason, 0L);
		long sequence = this.server.agent.report().sequence();
		WriteResult result = this.client.writeOne(operation);
		assertThat(result.status()).isEqualTo(Status.REJECTED);
		assertThat(result.reason()).isEqualTo(text);
		assertThat(this.server.agent.report().rejected()).containsEntry(reason, before + 1);
		assertThat(this.server.agent.report().sequence()).isEqualTo(sequence);
	}

	private static WriteOperation removeIf(String key, long sequence) {
		return new WriteOperation(WriteOperation.Kind.REMOVE, key, null, Condition.SEQUENCE, sequence, 0, false, true);
	}

}
