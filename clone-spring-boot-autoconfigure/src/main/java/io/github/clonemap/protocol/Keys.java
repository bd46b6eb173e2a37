package io.github.clonemap.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;

import io.github.clonemap.CloneEncodingException;
import io.github.clonemap.ValueCodec;
import org.jspecify.annotations.Nullable;

/**
 * What may be a key: 1 byte of UTF-8 to a configured number of them, no control
 * characters (a NUL ends a topic on the native stream), and not one of the two words that
 * RFC 12 keeps for itself.
 *
 * @since 0.1.0
 */
public final class Keys {

	/**
	 * The longest key that any server may be configured for, in bytes.
	 */
	public static final int MAX_LENGTH = 4096;

	/**
	 * The longest key of a server that was not configured, in bytes.
	 */
	public static final int DEFAULT_MAX_LENGTH = 255;

	private static final Set<String> RESERVED = Set.of("HUGZ", "KTHXBAI");

	private static final char REPLACEMENT = '\uFFFD';

	private static final char DELETE = 0x7F;

	private Keys() {
	}

	/**
	 * Checks a key.
	 * @param key the whole key, subtree included
	 * @param maxLength the longest key, in bytes
	 * @return what is wrong with it, or {@code null} if nothing is
	 */
	public static @Nullable String problem(String key, int maxLength) {
		if (key.isEmpty()) {
			return "it is empty";
		}
		int start = lengthOfPrintableAscii(key);
		int length = start;
		for (int i = start; i < key.length(); i++) {
			char c = key.charAt(i);
			if (Character.isISOControl(c)) {
				return "it has a control character at position " + i;
			}
			if (Character.isSurrogate(c)) {
				if (!Character.isHighSurrogate(c) || i + 1 == key.length()
						|| !Character.isLowSurrogate(key.charAt(i + 1))) {
					return "it has half of a surrogate pair at position " + i;
				}
				length += 2;
				i++;
			}
			length += (c < 0x80) ? 1 : ((c < 0x800) ? 2 : ((Character.isSurrogate(c)) ? 2 : 3));
		}
		if (length > maxLength) {
			return "it has " + length + " bytes, " + maxLength + " are allowed (clone.server.max-key-length)";
		}
		if (RESERVED.contains(key)) {
			return "RFC 12 reserves the word";
		}
		return null;
	}

	/**
	 * How much of a key needs no closer look: usually all of it.
	 */
	private static int lengthOfPrintableAscii(String key) {
		int length = 0;
		while (length < key.length() && key.charAt(length) >= ' ' && key.charAt(length) < DELETE) {
			length++;
		}
		return length;
	}

	/**
	 * A text as it stands on the wire.
	 * @param text the text
	 * @return its bytes, in UTF-8
	 * @throws IllegalArgumentException if it has half of a surrogate pair
	 */
	public static byte[] encode(String text) {
		try {
			return ValueCodec.STRING.encode(text);
		}
		catch (CloneEncodingException ex) {
			throw new IllegalArgumentException("A text with half of a surrogate pair cannot be sent", ex);
		}
	}

	/**
	 * The text of some bytes.
	 * @param bytes the bytes
	 * @param offset where the text begins
	 * @param length how many bytes it has
	 * @param field its name, for the error
	 * @return the text
	 * @throws MalformedMessageException if it is not UTF-8
	 */
	public static String decode(byte[] bytes, int offset, int length, String field) throws MalformedMessageException {
		String text = new String(bytes, offset, length, StandardCharsets.UTF_8);
		if (text.indexOf(REPLACEMENT) < 0) {
			return text;
		}
		// Perhaps something was replaced: the strict decoder knows.
		try {
			return ValueCodec.STRING.decode(Arrays.copyOfRange(bytes, offset, offset + length));
		}
		catch (CloneEncodingException ex) {
			throw new MalformedMessageException(field + " is not UTF-8");
		}
	}

}
