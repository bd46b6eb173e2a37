package io.github.clonemap.protocol.chp;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.github.clonemap.CloneWriter;
import io.github.clonemap.protocol.Attachment;
import io.github.clonemap.protocol.FrameReader;
import io.github.clonemap.protocol.FrameWriter;
import io.github.clonemap.protocol.LogRecord;
import io.github.clonemap.protocol.MalformedMessageException;
import io.github.clonemap.protocol.Update;
import io.github.clonemap.store.AttachedEntry;
import io.github.clonemap.store.StoredEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests of {@link ChpFrames} and {@link ChpRequest}, against bytes, and of what becomes
 * of an attachment on its way to another server.
 */
class ChpFramesTests {

	private static final String SEQUENCE = "\1\2\3\4\5\6\7\10";

	private static final long NUMBER = 0x0102030405060708L;

	private static final Attachment ATTACHMENT = new Attachment(bytes("uuid"), bytes("ttl=9\nx=y\n"));

	@Test
	void everyMessageHasItsFiveFrames() {
		StoredEntry plain = entry(Update.Kind.PUT, "v", 0);
		assertThat(text(ChpFrames.entry(plain))).containsExactly("/k", SEQUENCE, "", "", "v");
		assertThat(text(ChpFrames.update(plain))).containsExactly("/k", SEQUENCE, "", "", "v");
		assertThat(text(ChpFrames.end(NUMBER, "/a/"))).containsExactly("KTHXBAI", SEQUENCE, "", "", "/a/");
		assertThat(text(ChpFrames.heartbeat(NUMBER))).containsExactly("HUGZ", SEQUENCE, "", "", "");
	}

	@Test
	void anUpdateHasTheUuidAndThePropertiesOfItsWriterAndAnEntryOnlyTheProperties() {
		AttachedEntry attached = attached(Update.Kind.PUT, "v");
		assertThat(text(ChpFrames.update(attached))).containsExactly("/k", SEQUENCE, "uuid", "ttl=9\nx=y\n", "v");
		assertThat(text(ChpFrames.entry(attached))).containsExactly("/k", SEQUENCE, "", "ttl=9\nx=y\n", "v");
	}

	@Test
	void aRemovalHasNoValue() {
		assertThat(text(ChpFrames.update(entry(Update.Kind.REMOVE, null, 0)))).endsWith("");
		assertThat(text(ChpFrames.update(entry(Update.Kind.EXPIRE, null, 0)))).endsWith("");
		assertThat(text(ChpFrames.update(attached(Update.Kind.REMOVE, null)))).containsExactly("/k", SEQUENCE, "uuid",
				"ttl=9\nx=y\n", "");
	}

	@ParameterizedTest
	@CsvSource({ "1,1", "1000,1", "1001,2", "60000,60" })
	void theTimeToLiveOfANativeEntryIsInWholeSecondsAndNeverNone(long millis, int seconds) {
		assertThat(text(ChpFrames.entry(entry(Update.Kind.PUT, "v", millis))).get(3))
			.isEqualTo("ttl=" + seconds + "\n");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "/", "/a/", "/a/b/", "a/", "/\u00e4/" })
	void aRequestAsksForEverythingOrForAPath(String subtree) throws Exception {
		assertThat(ChpRequest.isRequest(bytes("ICANHAZ?"))).isTrue();
		assertThat(ChpRequest.read(subtree.getBytes(StandardCharsets.UTF_8)).subtree()).isEqualTo(subtree);
	}

	@Test
	void whatIsNoRequestIsRefused() {
		assertThat(ChpRequest.isRequest(bytes("ICANHAZ"))).isFalse();
		assertThat(ChpRequest.isRequest(bytes(""))).isFalse();
		assertThatExceptionOfType(MalformedMessageException.class).isThrownBy(() -> ChpRequest.read(bytes("/a")))
			.withMessageContaining("slash");
		assertThatExceptionOfType(MalformedMessageException.class)
			.isThrownBy(() -> ChpRequest.read(new byte[] { (byte) 0xC3, '/' }))
			.withMessageContaining("UTF-8");
		assertThatExceptionOfType(MalformedMessageException.class)
			.isThrownBy(() -> ChpRequest.read(bytes("/".repeat(5000))));
	}

	@Test
	void anAttachmentTravelsToAnotherServerButNotToNativeClients() throws Exception {
		AttachedEntry attached = attached(Update.Kind.PUT, "v");
		FrameWriter plain = new FrameWriter(64);
		entry(Update.Kind.PUT, "v", 0).write(plain);
		FrameWriter toClient = new FrameWriter(64);
		attached.write(toClient);
		assertThat(toClient.toByteArray()).containsExactly(plain.toByteArray());
		FrameWriter toServer = new FrameWriter(64);
		new LogRecord.Changed(attached).write(toServer);
		LogRecord told = LogRecord.read(new FrameReader(toServer.toByteArray()), new Attaching());
		assertThat(told).isInstanceOfSatisfying(LogRecord.Changed.class,
				(changed) -> assertThat(text(ChpFrames.update(changed.update()))).containsExactly("/k", SEQUENCE,
						"uuid", "ttl=9\nx=y\n", "v"));
		// One who has no use for it.
		assertThat(LogRecord.read(new FrameReader(toServer.toByteArray()), Update::new)).isInstanceOfSatisfying(
				LogRecord.Changed.class, (changed) -> assertThat(changed.update().attachment()).isNull());
	}

	@Test
	void anAttachmentCountsForBounds() {
		assertThat(attached(Update.Kind.PUT, "v").weight() - entry(Update.Kind.PUT, "v", 0).weight())
			.isEqualTo(8 + 4 + 10);
	}

	private static StoredEntry entry(Update.Kind kind, String value, long ttlMillis) {
		return StoredEntry.of(kind, "/k", (value != null) ? bytes(value) : null, NUMBER, 0, CloneWriter.Kind.CHP, 0,
				ttlMillis, false);
	}

	private static AttachedEntry attached(Update.Kind kind, String value) {
		return new AttachedEntry(kind, "/k", (value != null) ? bytes(value) : null, NUMBER, 0, CloneWriter.Kind.CHP, 0,
				0, false, ATTACHMENT);
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.ISO_8859_1);
	}

	private static List<String> text(byte[][] frames) {
		List<String> text = new ArrayList<>();
		for (byte[] frame : frames) {
			text.add(new String(frame, StandardCharsets.ISO_8859_1));
		}
		return text;
	}

	private static final class Attaching implements Update.Factory<StoredEntry> {

		@Override
		public StoredEntry create(Update.Kind kind, String key, byte[] value, long sequence, long serverTimeMicros,
				CloneWriter.Kind writerKind, long writerId, long ttlMillis, boolean ephemeral) {
			return StoredEntry.of(kind, key, value, sequence, serverTimeMicros, writerKind, writerId, ttlMillis,
					ephemeral);
		}

		@Override
		public StoredEntry createAttached(Update.Kind kind, String key, byte[] value, long sequence,
				long serverTimeMicros, CloneWriter.Kind writerKind, long writerId, long ttlMillis, boolean ephemeral,
				Attachment attachment) {
			return new AttachedEntry(kind, key, value, sequence, serverTimeMicros, writerKind, writerId, ttlMillis,
					ephemeral, attachment);
		}

	}

}
