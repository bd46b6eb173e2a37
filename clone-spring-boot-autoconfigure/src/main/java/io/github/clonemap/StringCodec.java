package io.github.clonemap;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/**
 * Text as strict UTF-8. The JDK's quick conversions replace what is malformed, so what
 * might have been replaced is converted once more by the strict ones.
 */
final class StringCodec implements ValueCodec<String> {

	private static final char REPLACEMENT = '\uFFFD';

	@Override
	public Class<String> type() {
		return String.class;
	}

	@Override
	public byte[] encode(String value) {
		for (int i = 0; i < value.length(); i++) {
			if (Character.isSurrogate(value.charAt(i))) {
				return encodeStrictly(value);
			}
		}
		return value.getBytes(StandardCharsets.UTF_8);
	}

	private static byte[] encodeStrictly(String value) {
		try {
			ByteBuffer encoded = StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(value));
			byte[] bytes = new byte[encoded.remaining()];
			encoded.get(bytes);
			return bytes;
		}
		catch (CharacterCodingException ex) {
			throw new CloneEncodingException("The text has half of a surrogate pair and cannot be written as UTF-8",
					ex);
		}
	}

	@Override
	public String decode(byte[] bytes) {
		String text = new String(bytes, StandardCharsets.UTF_8);
		if (text.indexOf(REPLACEMENT) >= 0) {
			try {
				return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
			}
			catch (CharacterCodingException ex) {
				throw new CloneEncodingException("The value is not text in UTF-8", ex);
			}
		}
		return text;
	}

}
