package io.github.clonemap.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import io.github.clonemap.CloneWriter;
import io.github.clonemap.protocol.FrameWriter;
import io.github.clonemap.protocol.LogRecord;
import io.github.clonemap.protocol.Message;
import io.github.clonemap.protocol.PeerMessage.Copied;
import io.github.clonemap.protocol.PeerMessage.Copy;
import io.github.clonemap.protocol.PeerMessage.Follow;
import io.github.clonemap.protocol.PeerMessage.HandOver;
import io.github.clonemap.protocol.PeerMessage.Log;
import io.github.clonemap.protocol.PeerMessage.Peer;
import io.github.clonemap.protocol.Update;
import io.github.clonemap.protocol.WriteResult;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A peer that says anything, readable or not: neither server stops, and both come to the
 * same state when it is over.
 */
class PairHostileInputTests {

	private static final Route STRANGER = new Route(new byte[] { 7 });

	@Property(tries = 60, shrinking = ShrinkingMode.OFF)
	void nothingThatAPeerSaysStopsAServer(@ForAll Random random) {
		PairHarness pair = PairHarness.inSync();
		PairHarness.Client client = pair.client(pair.primary, 1);
		client.hello();
		pair.settle();
		for (int i = 0; i < 60; i++) {
			PairHarness.Place place = random.nextBoolean() ? pair.primary : pair.backup;
			Message message = message(pair, random);
			byte[] body = message.toBytes(new FrameWriter(64));
			if (random.nextInt(4) == 0) {
				body[random.nextInt(body.length)] ^= (byte) (1 << random.nextInt(8));
			}
			if (random.nextBoolean()) {
				place.agent.onPeerReply(message.command().frame(), body);
			}
			else {
				place.agent.onRequest(STRANGER, message.command().frame(), body);
			}
			if (random.nextInt(3) == 0) {
				client.write(ServerHarness.put("/k" + random.nextInt(5), "v" + i));
				pair.settle();
			}
			if (random.nextInt(20) == 0) {
				pair.run(Duration.ofMillis(random.nextInt(1500)));
			}
		}
		// A server that was told lies may have gone wrong; one that is started anew has
		// not.
		pair.run(Duration.ofSeconds(5));
		pair.primary.crash();
		pair.backup.crash();
		pair.primary.start();
		pair.backup.start();
		pair.run(Duration.ofSeconds(1));
		assertThat(pair.backup.report().inSync()).isTrue();
	}

	private static Message message(PairHarness pair, Random random) {
		long id = List.of(pair.primary.id(), pair.backup.id(), 0L, 77L).get(random.nextInt(4));
		long number = List.of(0L, 1L, 2L, 3L, 4L, 5L, (long) Integer.MAX_VALUE, Long.MAX_VALUE).get(random.nextInt(8));
		long other = List.of(0L, 1L, 2L, 3L, 4L, Long.MAX_VALUE).get(random.nextInt(6));
		return switch (random.nextInt(6)) {
			case 0 -> new Peer(Message.VERSION, id, number, random.nextBoolean(), random.nextInt(3),
					random.nextInt(1 << 15), other, number, random.nextBoolean(), id);
			case 1 -> new Follow(Message.VERSION, id, number, pair.primary.id(), other);
			case 2 -> new Copied(id, number, other, number);
			case 3 -> new HandOver(id, number);
			case 4 -> new Log(id, number, other, number, records(random));
			default -> new Copy(id, 1 + random.nextInt(3), random.nextInt(2), number, other, random.nextBoolean(),
					records(random));
		};
	}

	private static List<LogRecord> records(Random random) {
		List<LogRecord> records = new ArrayList<>();
		for (int i = random.nextInt(4); i > 0; i--) {
			Update.Kind kind = Update.Kind.values()[random.nextInt(Update.Kind.values().length)];
			long sequence = List.of(0L, 1L, 1L << 50, Long.MAX_VALUE).get(random.nextInt(4));
			Update update = new Update(kind, "/k" + random.nextInt(3), (kind == Update.Kind.PUT) ? new byte[3] : null,
					sequence, 0, CloneWriter.Kind.NATIVE, 1, (kind == Update.Kind.PUT) ? random.nextInt(3) : 0,
					kind == Update.Kind.PUT && random.nextBoolean());
			WriteResult result = new WriteResult(WriteResult.Status.UNCHANGED, 1, 0, null, "");
			records.add(switch (random.nextInt(6)) {
				case 0 -> new LogRecord.Term(random.nextInt(3), sequence, sequence);
				case 1 -> new LogRecord.SessionState(1, 2, "x", 1 + random.nextInt(2), List.of(result));
				case 2 -> new LogRecord.SessionEnd(random.nextInt(2));
				case 3 -> new LogRecord.Written(1, random.nextInt(3), random.nextInt(3), List.of(result), List.of());
				case 4 -> new LogRecord.Changed(update);
				default -> new LogRecord.Entry(update, random.nextInt(100));
			});
		}
		return records;
	}

}
