package io.github.clonemap.protocol;

import java.util.List;

import io.github.clonemap.CloneWriter;
import io.github.clonemap.WriteOptions.Condition;
import io.github.clonemap.protocol.Message.Bye;
import io.github.clonemap.protocol.Message.Credit;
import io.github.clonemap.protocol.Message.Hello;
import io.github.clonemap.protocol.Message.Ping;
import io.github.clonemap.protocol.Message.Sync;
import io.github.clonemap.protocol.Message.Write;
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
import io.github.clonemap.protocol.Reply.Pong;
import io.github.clonemap.protocol.Reply.Welcome;
import io.github.clonemap.protocol.WriteResult.Status;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;

/**
 * Arbitrary messages, and the ways to bytes and back that the tests share.
 */
final class Messages {

	private Messages() {
	}

	static Arbitrary<Message> any() {
		return Arbitraries.oneOf(hellos(), welcomes(), Arbitraries.longs().map(Passive::new), syncs(),
				Combinators.combine(Arbitraries.integers(), Arbitraries.integers(), Arbitraries.longs())
					.as(Credit::new),
				entries(), ends(), writes(), acks(), Arbitraries.longs().map(Ping::new), pongs(), byes(), logs(),
				copies(), peers());
	}

	static Arbitrary<Message> logs() {
		return Combinators
			.combine(Arbitraries.longs(), naturals(), naturals(), naturals(), logRecords().list().ofMaxSize(4))
			.as((server, batch, sequence, count, records) -> new Log(server, batch, sequence, count, records));
	}

	static Arbitrary<Message> copies() {
		return Combinators
			.combine(Arbitraries.longs(), naturals(), naturals(), Arbitraries.of(true, false),
					logRecords().list().ofMaxSize(4))
			.as((server, attempt, chunk, last, records) -> new Copy(server, attempt, chunk, chunk, attempt, last,
					records));
	}

	static Arbitrary<Message> peers() {
		return Combinators
			.combine(Arbitraries.longs(), naturals(), Arbitraries.of(true, false), Arbitraries.integers().between(0, 2),
					Arbitraries.integers().between(0, 0xFFFF), naturals())
			.as((server, number, backup, state, rank, sequence) -> new Peer(Message.VERSION, server, number, backup,
					state, rank, sequence, number, !backup, server));
	}

	static Arbitrary<LogRecord> logRecords() {
		return Arbitraries.oneOf(
				Combinators.combine(Arbitraries.longs(), naturals(), naturals())
					.as((server, start, before) -> new LogRecord.Term(server, start, before)),
				Arbitraries.longs().map(LogRecord.SessionEnd::new), updates().map(LogRecord.Changed::new),
				Combinators.combine(updates(), naturals()).as((update, left) -> new LogRecord.Entry(update, left)));
	}

	static Arbitrary<Hello> hellos() {
		return Combinators
			.combine(Arbitraries.integers().between(0, 255), Arbitraries.longs(), labels(64), naturals(),
					Arbitraries.longs(), naturals())
			.as(Hello::new);
	}

	static Arbitrary<Welcome> welcomes() {
		Arbitrary<Integer> positives = Arbitraries.integers().greaterOrEqual(1);
		return Combinators
			.combine(Arbitraries.integers().between(0, 255), Arbitraries.longs(), naturals(), naturals(), positives,
					positives, naturals(), Arbitraries.longs())
			.flatAs((version, serverId, committed, time, heartbeat, timeout, counter, session) -> Combinators
				.combine(Arbitraries.integers().between(1, 0xFFFF), positives)
				.as((keyLength, valueSize) -> new Welcome(version, serverId, committed, time, heartbeat, timeout,
						counter, session, keyLength, valueSize)));
	}

	static Arbitrary<Sync> syncs() {
		return Combinators
			.combine(Arbitraries.integers(), subtrees(), naturals(), Arbitraries.longs(), Arbitraries.integers())
			.as(Sync::new);
	}

	static Arbitrary<Entries> entries() {
		Arbitrary<Integer> naturals = Arbitraries.integers().greaterOrEqual(0);
		return Combinators
			.combine(Arbitraries.integers(), naturals, Arbitraries.longs(), Arbitraries.of(true, false), naturals,
					updates().list().ofMaxSize(8))
			.as(Entries::new);
	}

	static Arbitrary<End> ends() {
		return Combinators
			.combine(Arbitraries.integers(), Arbitraries.integers().greaterOrEqual(End.BROKEN_OFF),
					Arbitraries.of(true, false), naturals(), naturals())
			.as((syncId, chunks, resume, one, other) -> new End(syncId, chunks, resume, Math.min(one, other),
					Math.max(one, other)));
	}

	static Arbitrary<Write> writes() {
		return Combinators
			.combine(naturals(), Arbitraries.longs().between(0, Long.MAX_VALUE - 8), operations().list().ofMaxSize(8))
			.as(Write::new);
	}

	static Arbitrary<Ack> acks() {
		return Combinators.combine(Arbitraries.longs().between(0, Long.MAX_VALUE - 8), results().list().ofMaxSize(8))
			.as(Ack::new);
	}

	static Arbitrary<Pong> pongs() {
		return Combinators.combine(Arbitraries.longs(), naturals(), naturals(), naturals()).as(Pong::new);
	}

	static Arbitrary<Bye> byes() {
		return Combinators.combine(Arbitraries.of(Bye.Reason.class), labels(100)).as(Bye::new);
	}

	static Arbitrary<Update> updates() {
		return Combinators
			.combine(Arbitraries.of(Update.Kind.class), texts(20).filter((text) -> !text.isEmpty()), values(),
					naturals(), naturals(), Arbitraries.of(CloneWriter.Kind.class), Arbitraries.longs(), naturals())
			.flatAs((kind, key, value, sequence, time, writerKind, writer, ttl) -> Arbitraries.of(true, false)
				.map((ephemeral) -> new Update(kind, key, (kind == Update.Kind.PUT) ? value : null, sequence, time,
						writerKind, writer, ttl, ephemeral)));
	}

	static Arbitrary<WriteOperation> operations() {
		return Combinators
			.combine(Arbitraries.of(WriteOperation.Kind.class), texts(20), values(), Arbitraries.of(Condition.class),
					naturals(), naturals(), Arbitraries.of(true, false), Arbitraries.of(true, false))
			.as((kind, key, value, condition, sequence, ttl, ephemeral, returnEntry) -> new WriteOperation(kind, key,
					(kind == WriteOperation.Kind.PUT) ? value : null, condition,
					(condition == Condition.SEQUENCE) ? sequence : 0, ttl, ephemeral, returnEntry));
	}

	static Arbitrary<WriteResult> results() {
		return Combinators
			.combine(Arbitraries.of(Status.class), naturals(), naturals(), updates().injectNull(0.5), texts(30))
			.as((status, sequence, time, entry, reason) -> new WriteResult(status, sequence, time, entry,
					(status == Status.REJECTED) ? reason : ""));
	}

	static Arbitrary<Subtrees> subtrees() {
		return paths().list().ofMinSize(1).ofMaxSize(12).map(Subtrees::covering);
	}

	/**
	 * Subtrees of few letters, so that they often cover each other.
	 */
	static Arbitrary<String> paths() {
		Arbitrary<String> parts = Arbitraries.strings().withChars("ab\u00E9").ofMaxLength(2);
		return parts.list().ofMaxSize(4).map((path) -> path.isEmpty() ? "" : "/" + String.join("/", path) + "/");
	}

	/**
	 * Text of characters with one to four bytes, well-formed.
	 */
	static Arbitrary<String> texts(int maxCharacters) {
		Arbitrary<String> characters = Arbitraries
			.oneOf(Arbitraries.integers().between(0, 0x7F), Arbitraries.integers().between(0x80, 0x7FF),
					Arbitraries.integers().between(0x800, 0xD7FF), Arbitraries.integers().between(0xE000, 0xFFFF),
					Arbitraries.of(0xFFFD, 0xFEFF, 0), Arbitraries.integers().between(0x1_0000, 0x10_FFFF))
			.map(Character::toString);
		return characters.list().ofMaxSize(maxCharacters).map((list) -> String.join("", list));
	}

	/**
	 * Text without control characters.
	 */
	static Arbitrary<String> labels(int maxCharacters) {
		return texts(maxCharacters).map((text) -> text.codePoints()
			.filter((c) -> !Character.isISOControl(c))
			.collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
			.toString());
	}

	static Arbitrary<byte[]> values() {
		return Arbitraries.bytes().array(byte[].class).ofMaxSize(40);
	}

	static Arbitrary<Long> naturals() {
		return Arbitraries.longs().greaterOrEqual(0);
	}

	static byte[] bytes(Message message) {
		return message.toBytes(new FrameWriter(4));
	}

	static Message read(Command command, byte[] body) throws MalformedMessageException {
		return read(command, new FrameReader(body));
	}

	static Message read(Command command, FrameReader body) throws MalformedMessageException {
		return Message.read(command, body, Update::new);
	}

	static byte[] bytes(Update update) {
		FrameWriter writer = new FrameWriter(4);
		update.write(writer);
		return writer.toByteArray();
	}

	static byte[] bytes(WriteOperation operation) {
		FrameWriter writer = new FrameWriter(4);
		operation.write(writer);
		return writer.toByteArray();
	}

	/**
	 * One record of each kind.
	 */
	static List<LogRecord> records(Update update) {
		WriteResult result = new WriteResult(Status.APPLIED, 17, 1_000, update, "");
		return List.of(new LogRecord.Term(4, Sequence.startOf(3), 17),
				new LogRecord.SessionState(42, 6, "a client", 3, List.of(result)), new LogRecord.SessionEnd(42),
				new LogRecord.Settled("/k", new byte[] { 1, 2 }),
				new LogRecord.Written(42, 2, 3, List.of(result), List.of(update)), new LogRecord.Changed(update),
				new LogRecord.Entry(update, 4_000));
	}

	/**
	 * One message of each command, the largest fields first to see.
	 */
	static List<Message> samples() {
		Update update = new Update(Update.Kind.PUT, "/a/key", new byte[] { 1, 2, 3 }, Sequence.startOf(3) + 17, 1_000,
				CloneWriter.Kind.NATIVE, 42, 5_000, true);
		WriteOperation operation = new WriteOperation(WriteOperation.Kind.PUT, "/a/key", new byte[] { 1, 2, 3 },
				Condition.SEQUENCE, 17, 5_000, true, true);
		return List.of(new Hello(1, 42, "a client", 17, 4, 1),
				new Welcome(1, 4, 17, 1_000, 500, 10_000, 0, 5, 255, 1 << 20), new Passive(4),
				new Sync(1, Subtrees.covering(List.of("/a/", "/b/")), 17, 4, 8), new Credit(1, 16, 99),
				new Entries(1, 0, 99, false, 2, List.of(update, update)), new End(1, 1, false, 17, 18),
				new Write(0, 1, List.of(operation, operation)),
				new Ack(1,
						List.of(new WriteResult(Status.APPLIED, 17, 1_000, update, ""),
								new WriteResult(Status.REJECTED, 0, 1_000, null, "no"))),
				new Ping(5), new Pong(5, 1_000, 17, 3), new Bye(Bye.Reason.STOPPING, "it is late"),
				new Peer(Message.VERSION, 4, 9, true, 2, 3, 17, 8, true, 5), new Follow(Message.VERSION, 5, 2, 4, 7),
				new Copy(4, 2, 0, 7, 17, true, records(update)), new Log(4, 8, 17, 100, records(update)),
				new Copied(5, 2, 8, 1), new HandOver(4, 8));
	}

}
