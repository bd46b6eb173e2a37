package io.github.clonemap.store;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.github.clonemap.CloneWriter;
import io.github.clonemap.protocol.Update;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.StringLength;
import net.jqwik.api.lifecycle.BeforeTry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assertions.assertTimeout;

/**
 * Tests of {@link EntryTable}.
 */
class EntryTableTests {

	private static final String PREFIX = "/p/";

	private EntryTable<SharedEntry> table;

	@BeforeTry
	void createTable() {
		this.table = new EntryTable<>(0);
	}

	@Property(tries = 60, shrinking = ShrinkingMode.OFF)
	void holdsWhatAMapWouldHold(@ForAll Random random) {
		List<String> keys = Stream
			.concat(colliding(6), IntStream.range(0, 1 + random.nextInt(300)).mapToObj((i) -> PREFIX + i))
			.toList();
		Map<String, SharedEntry> model = new HashMap<>();
		int removals = random.nextInt(4);
		for (int sequence = 1; sequence < 3000; sequence++) {
			String key = keys.get(random.nextInt(keys.size()));
			if (random.nextInt(5) >= removals) {
				SharedEntry entry = new SharedEntry(key, sequence);
				check(this.table.put(entry), model.put(key, entry));
			}
			else {
				check(this.table.remove(key), model.remove(key));
			}
			check(this.table.get(key), model.get(key));
			assertThat(find(key)).satisfiesAnyOf((found) -> assertThat(found).isNull(),
					(found) -> assertThat(found).isSameAs(this.table.get(key).key()));
			assertThat(this.table.size()).isEqualTo(model.size());
		}
		for (String key : keys) {
			check(this.table.get(key), model.get(key));
			for (int length : new int[] { 0, 1, key.length() }) {
				String prefix = key.substring(0, length);
				check(this.table.get(prefix, prefix.hashCode(), key.substring(length)), model.get(key));
			}
		}
		assertThat(this.table).map((entry) -> Tuple.of(entry.key(), entry.sequence()))
			.containsExactlyInAnyOrderElementsOf(
					model.values().stream().map((entry) -> Tuple.of(entry.key(), entry.sequence())).toList());
	}

	@Example
	void findsByPartsWhateverTheirLength() {
		for (int length : new int[] { 1, 254, 255, 256, 257, 5000 }) {
			String rest = "k".repeat(length);
			this.table.put(new SharedEntry(PREFIX + rest, 1));
			assertThat(this.table.get(PREFIX, PREFIX.hashCode(), rest)).isNotNull();
			assertThat(this.table.get("/q/", "/q/".hashCode(), rest)).isNull();
		}
	}

	@Example
	void aKeyWithTheSameHashIsAnotherKey() {
		this.table.put(new SharedEntry("/Aa", 1));
		assertThat(this.table.get("/BB")).isNull();
		assertThat(this.table.get("/", "/".hashCode(), "BB")).isNull();
		assertThat(this.table.remove("/BB")).isNull();
	}

	@Property(tries = 500)
	void findsAKeyByItsBytes(@ForAll @StringLength(min = 1, max = 40) @CharRange(from = '\0', to = '\u0100') String key,
			@ForAll @StringLength(min = 1, max = 3) @CharRange(from = '`', to = 'b') String asciiKey) {
		for (String text : List.of(key, asciiKey)) {
			this.table.put(new SharedEntry(text, 1));
			byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
			assertThat(find(text)).isSameAs((bytes.length == text.length()) ? text : null);
			assertThat(find(text + "`")).isNotEqualTo(text);
		}
	}

	@Example
	void charactersBeyondAsciiAreNotMistakenForBytes() {
		// As many characters as the other one has bytes, and each as large as that byte.
		this.table.put(new SharedEntry("\u00c3\u00a9", 1));
		assertThat(find("\u00e9")).isNull();
	}

	@Example
	void anIteratorEnds() {
		assertThat(this.table.iterator()).isExhausted();
		assertThatExceptionOfType(NoSuchElementException.class).isThrownBy(this.table.iterator()::next);
	}

	@Example
	void keysThatAreMadeToHaveTheSameHashDoNotMakeItSlow() {
		List<String> keys = colliding(17).toList();
		assertThat(keys.stream().mapToInt(String::hashCode).distinct().count()).isOne();
		// In one chain they would take most of a minute.
		assertTimeout(Duration.ofSeconds(10), () -> {
			keys.forEach((key) -> this.table.put(new SharedEntry(key, 1)));
			keys.forEach((key) -> assertThat(this.table.get(key)).isNotNull());
			keys.forEach((key) -> assertThat(this.table.remove(key)).isNotNull());
		});
		assertThat(this.table.size()).isZero();
	}

	@Example
	void whatIsThereIsFoundByOthersWhileTheTableGrowsAndChanges() throws Exception {
		List<CompletableFuture<Long>> readers = new ArrayList<>();
		for (int round = 0; round < 200; round++) {
			EntryTable<SharedEntry> table = new EntryTable<>(0);
			List<String> always = IntStream.range(0, 8).mapToObj((i) -> PREFIX + i).toList();
			always.forEach((key) -> table.put(new SharedEntry(key, 1)));
			Writing writing = new Writing();
			readers.add(CompletableFuture.supplyAsync(() -> look(table, always, writing)));
			change(table, always, round);
			writing.over = true;
			assertThat(readers.get(round).get(10, TimeUnit.SECONDS)).isPositive();
		}
	}

	/**
	 * Looks up everything again and again.
	 */
	private static long look(EntryTable<SharedEntry> table, List<String> always, Writing writing) {
		long looks = 0;
		long[] sequences = new long[always.size()];
		do {
			for (int i = 0; i < sequences.length; i++) {
				String key = always.get(i);
				SharedEntry entry = (looks % 2 == 0) ? table.get(key)
						: table.get(PREFIX, PREFIX.hashCode(), key.substring(PREFIX.length()));
				assertThat(entry).as(key).isNotNull();
				assertThat(entry.key()).isEqualTo(key);
				assertThat(entry.sequence()).as(key).isGreaterThanOrEqualTo(sequences[i]);
				sequences[i] = entry.sequence();
			}
			List<String> seen = new ArrayList<>();
			table.forEach((entry) -> seen.add(entry.key()));
			assertThat(seen).doesNotHaveDuplicates().containsAll(always);
			looks++;
		}
		while (!writing.over);
		return looks;
	}

	private static void change(EntryTable<SharedEntry> table, List<String> always, int seed) {
		Random random = new Random(seed);
		for (int i = 0; i < 3000; i++) {
			table.put(new SharedEntry(PREFIX + "new" + i, i));
			table.put(new SharedEntry(always.get(random.nextInt(always.size())), i + 2));
			if (random.nextBoolean()) {
				table.remove(PREFIX + "new" + random.nextInt(i + 1));
			}
		}
	}

	/**
	 * Keys with one hash, two to the power of a number.
	 */
	private static Stream<String> colliding(int exponent) {
		return IntStream.range(0, 1 << exponent).mapToObj((number) -> {
			StringBuilder key = new StringBuilder(PREFIX);
			for (int bit = 0; bit < exponent; bit++) {
				key.append(((number >> bit & 1) == 0) ? "Aa" : "BB");
			}
			return key.toString();
		});
	}

	private String find(String key) {
		byte[] bytes = ("x" + key + "y").getBytes(StandardCharsets.UTF_8);
		return this.table.find(bytes, 1, bytes.length - 2);
	}

	/**
	 * A copy stands for an entry in a larger table.
	 */
	private static void check(SharedEntry entry, SharedEntry expected) {
		assertThat(entry == null).isEqualTo(expected == null);
		if (entry != null) {
			assertThat(entry.isSameAs(expected)).isTrue();
			assertThat(entry.key()).isEqualTo(expected.key());
		}
	}

	private static final class Writing {

		private volatile boolean over;

	}

	private static final class SharedEntry extends TableEntry {

		SharedEntry(String key, long sequence) {
			super(Update.Kind.PUT, key, new byte[1], sequence, 0, CloneWriter.Kind.NATIVE, 1, 0, false);
		}

		@Override
		protected TableEntry moved() {
			return new SharedEntry(key(), sequence());
		}

	}

}
