package io.github.clonemap;

import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests of {@link ValueCodec}.
 */
class ValueCodecTests {

	@ParameterizedTest
	@ValueSource(strings = { "", "plain", "\u00FC\u20AC", "\uD83D\uDE00 and more", "\uFFFD", "a\uFFFD\uD83D\uDE00",
			"\uFEFFwith a mark", "\0" })
	void textComesBackFromItsUtf8(String text) {
		byte[] bytes = ValueCodec.STRING.encode(text);
		assertThat(bytes).isEqualTo(text.getBytes(StandardCharsets.UTF_8));
		assertThat(ValueCodec.STRING.decode(bytes)).isEqualTo(text);
	}

	@ParameterizedTest
	@ValueSource(strings = { "ff", "c3", "61c328", "eda080", "c080", "f4908080", "efbfbdff", "e282" })
	void bytesThatAreNotUtf8AreRefused(String hex) {
		assertThatExceptionOfType(CloneEncodingException.class)
			.isThrownBy(() -> ValueCodec.STRING.decode(HexFormat.of().parseHex(hex)))
			.withMessage("The value is not text in UTF-8")
			.withCauseInstanceOf(CharacterCodingException.class);
	}

	@Test
	void halfOfASurrogatePairIsRefusedWithoutTellingTheValue() {
		for (char half : new char[] { '\uD800', '\uDBFF', '\uDC00', '\uDFFF' }) {
			assertThatExceptionOfType(CloneEncodingException.class)
				.isThrownBy(() -> ValueCodec.STRING.encode("secret" + half))
				.withMessage("The text has half of a surrogate pair and cannot be written as UTF-8")
				.withMessageNotContaining("secret");
		}
	}

	@Test
	void bytesAreCopiedOnTheWayInAndSharedOnTheWayOut() {
		byte[] bytes = { 1, 2 };
		assertThat(ValueCodec.BYTES.encode(bytes)).isEqualTo(bytes).isNotSameAs(bytes);
		assertThat(ValueCodec.BYTES.decode(bytes)).isSameAs(bytes);
	}

	@Test
	void aCodecKnowsItsType() {
		assertThat(ValueCodec.STRING.type()).isEqualTo(String.class);
		assertThat(ValueCodec.BYTES.type()).isEqualTo(byte[].class);
	}

}
