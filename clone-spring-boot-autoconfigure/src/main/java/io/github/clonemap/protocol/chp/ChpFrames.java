package io.github.clonemap.protocol.chp;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

import io.github.clonemap.protocol.Attachment;
import io.github.clonemap.protocol.Keys;
import io.github.clonemap.protocol.Update;

/**
 * What a server says to clients of RFC 12: always five frames.
 *
 * <pre>
 * key | sequence i64 | UUID | properties: lines of name=value | value
 * </pre>
 *
 * @since 0.1.0
 */
public final class ChpFrames {

	/**
	 * How many frames every message has, except for the request.
	 */
	public static final int COUNT = 5;

	/**
	 * The property with the time to live, in seconds.
	 */
	static final String TTL = "ttl";

	private static final int MILLIS_PER_SECOND = 1000;

	private static final byte[] EMPTY = {};

	private static final byte[] HUGZ = ascii("HUGZ");

	private static final byte[] KTHXBAI = ascii("KTHXBAI");

	private ChpFrames() {
	}

	/**
	 * KVSYNC: an entry of a snapshot. Its properties are those that its writer sent.
	 * @param entry the entry
	 * @return the frames
	 */
	public static byte[][] entry(Update entry) {
		return frames(Keys.encode(entry.key()), entry.sequence(), EMPTY, properties(entry), entry.value());
	}

	/**
	 * KTHXBAI: the end of a snapshot.
	 * @param sequence the sequence up to which the snapshot holds
	 * @param subtree what was asked for
	 * @return the frames
	 */
	public static byte[][] end(long sequence, String subtree) {
		return frames(KTHXBAI, sequence, EMPTY, EMPTY, Keys.encode(subtree));
	}

	/**
	 * KVPUB: an update, with the UUID and the properties that its writer sent. Without a
	 * value the key was removed.
	 * @param update the update
	 * @return the frames
	 */
	public static byte[][] update(Update update) {
		Attachment attachment = update.attachment();
		return frames(Keys.encode(update.key()), update.sequence(), (attachment != null) ? attachment.id() : EMPTY,
				properties(update), update.isPut() ? update.value() : EMPTY);
	}

	/**
	 * HUGZ: a heartbeat.
	 * @param sequence the current sequence
	 * @return the frames
	 */
	public static byte[][] heartbeat(long sequence) {
		return frames(HUGZ, sequence, EMPTY, EMPTY, EMPTY);
	}

	private static byte[] properties(Update update) {
		Attachment attachment = update.attachment();
		if (attachment != null) {
			return attachment.properties();
		}
		if (update.ttlMillis() == 0) {
			return EMPTY;
		}
		// A whole number, as most implementations read it; never 0, which means none.
		long seconds = (update.ttlMillis() + MILLIS_PER_SECOND - 1) / MILLIS_PER_SECOND;
		return ascii(TTL + "=" + seconds + "\n");
	}

	private static byte[][] frames(byte[] key, long sequence, byte[] uuid, byte[] properties, byte[] value) {
		return new byte[][] { key, ByteBuffer.allocate(Long.BYTES).putLong(sequence).array(), uuid, properties, value };
	}

	private static byte[] ascii(String text) {
		return text.getBytes(StandardCharsets.US_ASCII);
	}

}
