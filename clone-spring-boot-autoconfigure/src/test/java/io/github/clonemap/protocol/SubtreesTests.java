package io.github.clonemap.protocol;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * Tests of {@link Subtrees}.
 */
class SubtreesTests {

	@Property(tries = 500)
	void aCoverIsSortedAndNoneOfItLiesInAnother(@ForAll("asked") List<String> asked) {
		List<String> cover = Subtrees.covering(asked).paths();
		assertThat(cover).isSorted().doesNotHaveDuplicates().isSubsetOf(asked);
		for (String path : cover) {
			assertThat(cover).filteredOn(path::startsWith).containsExactly(path);
		}
	}

	@Property(tries = 500)
	void aCoverContainsAKeyIfAndOnlyIfOneThatWasAskedForDoes(@ForAll("asked") List<String> asked,
			@ForAll("keys") String key) {
		assertThat(Subtrees.covering(asked).contains(key)).isEqualTo(asked.stream().anyMatch(key::startsWith));
	}

	@Property(tries = 200)
	void aCoverDoesNotDependOnOrderOrRepetition(@ForAll("asked") List<String> asked, @ForAll Random random) {
		List<String> others = new ArrayList<>(asked);
		others.addAll(asked);
		Collections.shuffle(others, random);
		Subtrees subtrees = Subtrees.covering(asked);
		assertThat(Subtrees.covering(others)).isEqualTo(subtrees).hasSameHashCodeAs(subtrees);
		assertThat(Subtrees.covering(subtrees.paths())).isEqualTo(subtrees);
	}

	@Property(tries = 300)
	void comesBackFromItsTextAndItsTopic(@ForAll("asked") List<String> asked) throws Exception {
		Subtrees subtrees = Subtrees.covering(asked);
		assertThat(Subtrees.parse(subtrees.toString())).isEqualTo(subtrees);
		assertThat(Subtrees.fromTopic(subtrees.topic())).isEqualTo(subtrees);
	}

	@Property(tries = 500)
	void noTopicIsAPrefixOfAnother(@ForAll("asked") List<String> some, @ForAll("asked") List<String> others) {
		Subtrees one = Subtrees.covering(some);
		Subtrees other = Subtrees.covering(others);
		assertThat(startsWith(one.topic(), other.topic())).isEqualTo(one.equals(other));
	}

	@Example
	void everythingCoversAllOthers() {
		assertThat(Subtrees.covering(List.of("/a/", "", "/b/"))).isEqualTo(Subtrees.ALL);
		assertThat(Subtrees.ALL.topic()).containsExactly(0);
		assertThat(Subtrees.ALL.contains("key without a slash")).isTrue();
	}

	@Example
	void aSubtreeStartsAndEndsWithASlash() {
		assertThat(Subtrees.problem("")).isNull();
		assertThat(Subtrees.problem("/")).isNull();
		assertThat(Subtrees.problem("/a/")).isNull();
		assertThat(Subtrees.problem("/a")).contains("/flags/");
		assertThat(Subtrees.problem("a/")).contains("/flags/");
		assertThat(Subtrees.problem("/a\n/")).contains("control character");
		assertThatIllegalArgumentException().isThrownBy(() -> Subtrees.covering(List.of("/a")))
			.withMessage("'/a' is not a subtree: it must be empty or start and end with a slash, such as /flags/");
	}

	@Example
	void aSetHasOneToSixtyFourSubtrees() {
		assertThatIllegalArgumentException().isThrownBy(() -> Subtrees.covering(List.of()));
		assertThat(Subtrees.covering(many(Subtrees.MAX_COUNT)).paths()).hasSize(Subtrees.MAX_COUNT);
		assertThatIllegalArgumentException().isThrownBy(() -> Subtrees.covering(many(Subtrees.MAX_COUNT + 1)));
	}

	@Example
	void aTextThatIsNotTheSmallestSetSortedIsMalformed() {
		assertMalformed("/b/\n/a/");
		assertMalformed("/a/\n/a/");
		assertMalformed("/a/\n/a/b/");
		assertMalformed("\n/a/");
		assertMalformed("/a/\n");
		assertMalformed("\n");
		assertMalformed("/a");
		assertMalformed(String.join("\n", many(Subtrees.MAX_COUNT + 1)));
		assertMalformed(String.join("\n", many(200)));
	}

	@Example
	void aTopicEndsWithItsOnlyNul() {
		for (String topic : new String[] { "", "/a/", "/a/\0\0", "/a\0/\0" }) {
			assertThatExceptionOfType(MalformedMessageException.class)
				.isThrownBy(() -> Subtrees.fromTopic(topic.getBytes()));
		}
	}

	@Example
	void everySetThatIsAcceptedCanBeSent() {
		List<String> longOnes = IntStream.range(0, 17).mapToObj((i) -> "/" + i + "/" + "x".repeat(4000) + "/").toList();
		Subtrees subtrees;
		try {
			subtrees = Subtrees.covering(longOnes);
		}
		catch (IllegalArgumentException ex) {
			return;
		}
		assertThatNoException().isThrownBy(() -> Messages.bytes(new Message.Sync(1, subtrees, 0, 0, 1)));
	}

	private static List<String> many(int count) {
		return IntStream.range(0, count).mapToObj((i) -> "/" + (1000 + i) + "/").toList();
	}

	private static void assertMalformed(String text) {
		assertThatExceptionOfType(MalformedMessageException.class).isThrownBy(() -> Subtrees.parse(text));
	}

	private static boolean startsWith(byte[] bytes, byte[] prefix) {
		return bytes.length >= prefix.length && Arrays.equals(bytes, 0, prefix.length, prefix, 0, prefix.length);
	}

	@Provide
	Arbitrary<List<String>> asked() {
		return Messages.paths().list().ofMinSize(1).ofMaxSize(10);
	}

	@Provide
	Arbitrary<String> keys() {
		return Arbitraries.strings().withChars("/ab").ofMinLength(1).ofMaxLength(8);
	}

}
