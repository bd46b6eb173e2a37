package io.github.clonemap.protocol;

import java.nio.charset.StandardCharsets;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests of {@link Keys}.
 */
class KeysTests {

	@Property(tries = 500)
	void theLengthThatCountsIsThatOfTheUtf8(@ForAll("goodKeys") String key) {
		int length = key.getBytes(StandardCharsets.UTF_8).length;
		assertThat(Keys.problem(key, length)).isNull();
		assertThat(Keys.problem(key, length - 1))
			.isEqualTo("it has " + length + " bytes, " + (length - 1) + " are allowed (clone.server.max-key-length)");
	}

	@Property(tries = 300)
	void aControlCharacterAnywhereIsAProblem(@ForAll("goodKeys") String before, @ForAll("controls") char control,
			@ForAll("goodKeys") String after) {
		assertThat(Keys.problem(before + control + after, 1000))
			.isEqualTo("it has a control character at position " + before.length());
	}

	@Property(tries = 300)
	void halfOfASurrogatePairAnywhereIsAProblem(@ForAll("goodKeys") String before, @ForAll("surrogates") char half,
			@ForAll("goodKeys") String after) {
		assertThat(Keys.problem(before + half + after, 1000))
			.isEqualTo("it has half of a surrogate pair at position " + before.length());
		assertThat(Keys.problem(before + half, 1000)).contains("surrogate");
	}

	@Example
	void twoHalvesInTheWrongOrderAreNoPair() {
		assertThat(Keys.problem("\uDC00\uD800", 255)).contains("surrogate");
		assertThat(Keys.problem("\uD800\uD800\uDC00", 255)).contains("surrogate");
		assertThat(Keys.problem("\uD800\uDC00", 4)).isNull();
	}

	@Example
	void theEmptyKeyAndTheTwoWordsOfRfc12AreProblems() {
		assertThat(Keys.problem("", 255)).isEqualTo("it is empty");
		assertThat(Keys.problem("HUGZ", 255)).contains("RFC 12");
		assertThat(Keys.problem("KTHXBAI", 255)).contains("RFC 12");
		assertThat(Keys.problem("/HUGZ", 255)).isNull();
		assertThat(Keys.problem("hugz", 255)).isNull();
	}

	@Property(tries = 500)
	void textComesBackFromItsBytes(@ForAll("texts") String text) throws Exception {
		byte[] bytes = Keys.encode(text);
		assertThat(bytes).isEqualTo(text.getBytes(StandardCharsets.UTF_8));
		assertThat(Keys.decode(bytes, 0, bytes.length, "text")).isEqualTo(text);
	}

	@Property(tries = 1000)
	void bytesAreTheTextWhoseBytesTheyAreOrMalformed(@ForAll("nearlyText") byte[] bytes) {
		try {
			assertThat(Keys.encode(Keys.decode(bytes, 0, bytes.length, "key"))).isEqualTo(bytes);
		}
		catch (MalformedMessageException ex) {
			assertThat(ex).hasMessage("key is not UTF-8");
			assertThat(new String(bytes, StandardCharsets.UTF_8)).contains("\uFFFD");
		}
	}

	@Example
	void aReplacementCharacterThatWasSentIsText() throws Exception {
		byte[] bytes = "a\uFFFDb".getBytes(StandardCharsets.UTF_8);
		assertThat(Keys.decode(bytes, 0, bytes.length, "key")).isEqualTo("a\uFFFDb");
	}

	@Example
	void aSurrogateInBytesIsMalformed() {
		byte[] bytes = { (byte) 0xED, (byte) 0xA0, (byte) 0x80 };
		assertThatExceptionOfType(MalformedMessageException.class)
			.isThrownBy(() -> Keys.decode(bytes, 0, bytes.length, "key"));
	}

	@Example
	void halfOfASurrogatePairIsNotSent() {
		assertThatIllegalArgumentException().isThrownBy(() -> Keys.encode("a\uD800"));
	}

	@Provide
	Arbitrary<String> goodKeys() {
		return Messages.texts(20)
			.map((text) -> text.codePoints()
				.filter((c) -> !Character.isISOControl(c))
				.collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
				.toString())
			.filter((text) -> text.length() > 0);
	}

	@Provide
	Arbitrary<String> texts() {
		return Messages.texts(30);
	}

	@Provide
	Arbitrary<Character> controls() {
		return Arbitraries.oneOf(Arbitraries.chars().range('\0', '\u001F'), Arbitraries.of('\u007F'));
	}

	@Provide
	Arbitrary<Character> surrogates() {
		return Arbitraries.chars().range('\uD800', '\uDFFF');
	}

	@Provide
	Arbitrary<byte[]> nearlyText() {
		return Arbitraries
			.of((byte) 'a', (byte) 0xC3, (byte) 0xA9, (byte) 0xE2, (byte) 0x82, (byte) 0xAC, (byte) 0xF0, (byte) 0x9F,
					(byte) 0xED, (byte) 0xA0, (byte) 0x80, (byte) 0xEF, (byte) 0xBF, (byte) 0xBD, (byte) 0xC0)
			.array(byte[].class)
			.ofMaxSize(8);
	}

}
