package io.github.clonemap.protocol;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests of {@link RecentKeys}.
 */
class RecentKeysTests {

	private final RecentKeys keys = new RecentKeys();

	@Test
	void aKeyThatComesAgainIsTheSameObject() throws Exception {
		String key = get("/flags/dark-mode");
		assertThat(key).isEqualTo("/flags/dark-mode");
		assertThat(get("/flags/dark-mode")).isSameAs(key);
		assertThat(get("/flags/dark-modes")).isEqualTo("/flags/dark-modes");
	}

	@Test
	void keysInTheSamePlaceAreNotMistakenForEachOther() throws Exception {
		Map<String, String> seen = new HashMap<>();
		for (int round = 0; round < 2; round++) {
			// More than there are places.
			for (int i = 0; i < 50_000; i++) {
				seen.put("/key/" + i, get("/key/" + i));
			}
		}
		assertThat(seen).allSatisfy((expected, key) -> assertThat(key).isEqualTo(expected));
	}

	@Test
	void nearlyAllKeysStayIfThereAreHalfAsManyAsPlaces() throws Exception {
		Map<String, String> before = new HashMap<>();
		int same = 0;
		for (int round = 0; round < 10; round++) {
			same = 0;
			for (int i = 0; i < 8192; i++) {
				String key = get("/key/" + i);
				same += (before.put(key, key) == key) ? 1 : 0;
			}
		}
		assertThat(same).isGreaterThan(8192 * 95 / 100);
	}

	@Test
	void charactersBeyondAsciiAreNotMistakenForBytes() throws Exception {
		// One character, and as many characters as bytes of another one.
		assertThat(get("\u00e9")).isEqualTo("\u00e9");
		assertThat(get("\u00c3\u00a9")).isEqualTo("\u00c3\u00a9");
		assertThat(get("\u00e9")).isEqualTo("\u00e9");
	}

	@Test
	void longKeysAreNotKept() throws Exception {
		String key = "/k".repeat(33);
		assertThat(get(key)).isEqualTo(key).isNotSameAs(get(key));
	}

	@Test
	void whatIsNotTextIsMalformedEachTime() {
		byte[] bytes = { 'a', (byte) 0xFF };
		for (int i = 0; i < 2; i++) {
			assertThatExceptionOfType(MalformedMessageException.class)
				.isThrownBy(() -> this.keys.get(bytes, 0, 2, "key"));
		}
	}

	@Property(tries = 2000)
	void isTheTextOfItsBytes(@ForAll @StringLength(max = 3) @CharRange(from = 'a', to = 'c') String first,
			@ForAll @StringLength(max = 70) String second) throws Exception {
		RecentKeys keys = new RecentKeys();
		for (String text : new String[] { first, second, first, second }) {
			byte[] bytes = ("x" + text + "y").getBytes(StandardCharsets.UTF_8);
			String expected = new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
			if (expected.equals(text)) {
				assertThat(keys.get(bytes, 1, bytes.length - 2, "key")).isEqualTo(text);
			}
		}
	}

	private String get(String key) throws MalformedMessageException {
		byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
		return this.keys.get(bytes, 0, bytes.length, "key");
	}

}
