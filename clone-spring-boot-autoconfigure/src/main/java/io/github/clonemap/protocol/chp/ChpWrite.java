package io.github.clonemap.protocol.chp;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.regex.Pattern;

import io.github.clonemap.WriteOptions;
import io.github.clonemap.protocol.Attachment;
import io.github.clonemap.protocol.Keys;
import io.github.clonemap.protocol.MalformedMessageException;
import org.jspecify.annotations.Nullable;

/**
 * KVSET: a client of RFC 12 writes. What it sends as its sequence means nothing.
 *
 * <pre>
 * key | sequence | UUID | properties: lines of name=value | value, empty to remove the key
 * </pre>
 *
 * @param key the key
 * @param value the value, {@code null} to remove the key
 * @param ttlMillis the time to live, 0 for none
 * @param attachment its UUID and properties, {@code null} if it has neither
 * @since 0.1.0
 */
public record ChpWrite(String key, byte @Nullable [] value, long ttlMillis, @Nullable Attachment attachment) {

	/**
	 * The longest UUID, in bytes. Usual are 16 and 36.
	 */
	public static final int MAX_ID_BYTES = 255;

	/**
	 * The most bytes of properties: they are kept with the entry.
	 */
	public static final int MAX_PROPERTY_BYTES = 4096;

	private static final BigDecimal MAX_TTL_MILLIS = BigDecimal.valueOf(WriteOptions.MAX_TTL.toMillis());

	/** Bounded in all parts: a number such as 1e999999999 must not cost anything. */
	private static final Pattern NUMBER = Pattern
		.compile("\\+?(\\d{1,20}(\\.\\d{0,20})?|\\.\\d{1,20})(e[+-]?\\d{1,2})?", Pattern.CASE_INSENSITIVE);

	/**
	 * What the client calls the write.
	 * @return its UUID, empty if it has none
	 */
	public byte[] id() {
		return (this.attachment != null) ? this.attachment.id() : new byte[0];
	}

	/**
	 * About how many bytes it takes, for bounds.
	 * @return the number of bytes
	 */
	public int weight() {
		return this.key.length() + ((this.value != null) ? this.value.length : 0)
				+ ((this.attachment != null) ? this.attachment.weight() : 0);
	}

	/**
	 * Reads a write.
	 * @param frames the frames
	 * @return the write; whether the server takes its key and value is another question
	 * @throws MalformedMessageException if it cannot be understood
	 */
	public static ChpWrite read(byte[][] frames) throws MalformedMessageException {
		if (frames.length != ChpFrames.COUNT) {
			throw new MalformedMessageException("a write has five frames, not " + frames.length);
		}
		byte[] id = frames[2];
		byte[] properties = frames[3];
		byte[] value = frames[4];
		if (id.length > MAX_ID_BYTES) {
			throw new MalformedMessageException("UUID has " + id.length + " bytes");
		}
		if (properties.length > MAX_PROPERTY_BYTES) {
			throw new MalformedMessageException("properties have " + properties.length + " bytes");
		}
		String key = Keys.decode(frames[0], 0, frames[0].length, "key");
		boolean isBare = id.length == 0 && properties.length == 0;
		return new ChpWrite(key, (value.length > 0) ? value : null, ttlMillis(properties),
				isBare ? null : new Attachment(id, properties));
	}

	private static long ttlMillis(byte[] properties) throws MalformedMessageException {
		// Any bytes: only the one line that matters has to be readable.
		for (String line : new String(properties, StandardCharsets.ISO_8859_1).split("\n")) {
			int separator = line.indexOf('=');
			if (separator >= 0 && line.substring(0, separator).strip().equals(ChpFrames.TTL)) {
				return toMillis(line.substring(separator + 1).strip());
			}
		}
		return 0;
	}

	private static long toMillis(String seconds) throws MalformedMessageException {
		if (seconds.isEmpty()) {
			return 0;
		}
		if (!NUMBER.matcher(seconds).matches()) {
			throw new MalformedMessageException("ttl is not a number of seconds");
		}
		return new BigDecimal(seconds).movePointRight(3)
			.min(MAX_TTL_MILLIS)
			.setScale(0, RoundingMode.CEILING)
			.longValueExact();
	}

}
