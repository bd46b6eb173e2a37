package io.github.clonemap.store;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;

import io.github.clonemap.protocol.Update;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link History}.
 */
class HistoryTests {

	private static final long FLOOR = 100;

	@Property(tries = 200, shrinking = ShrinkingMode.OFF)
	void keepsTheNewestUpdatesWithinBothBounds(@ForAll Random random) {
		int capacity = random.nextInt(20);
		long maxBytes = 200 + random.nextInt(1000);
		History history = new History(capacity, maxBytes, FLOOR);
		Deque<Update> model = new ArrayDeque<>();
		List<Update> all = new ArrayList<>();
		long sequence = FLOOR;
		for (int i = 0; i < 100; i++) {
			sequence += 1 + random.nextInt(3);
			Update update = StoredEntries.entry("key", sequence, random.nextInt(random.nextInt(10) == 0 ? 1500 : 60));
			history.add(update);
			all.add(update);
			model.addLast(update);
			while (model.size() > capacity || weight(model) > maxBytes) {
				model.removeFirst();
			}
			assertThat(history.size()).isEqualTo(model.size());
			long known = FLOOR - 2 + random.nextLong(sequence - FLOOR + 6);
			assertThat(after(history, known)).containsExactlyElementsOf(after(model, known));
			assertThat(history.reaches(known)).as("reaches " + known)
				.isEqualTo(known >= FLOOR && after(all, known).equals(after(model, known)));
		}
	}

	@Example
	void knowsNothingFromBeforeItBegan() {
		History history = new History(10, 1000, FLOOR);
		assertThat(history.reaches(FLOOR)).isTrue();
		assertThat(history.reaches(FLOOR - 1)).isFalse();
		assertThat(history.indexAfter(FLOOR)).isEqualTo(history.end());
	}

	@Example
	void aHistoryOfNoneReachesOnlyWhoHasAll() {
		History history = new History(0, 1000, FLOOR);
		history.add(StoredEntries.entry("key", 101));
		assertThat(history.size()).isZero();
		assertThat(history.reaches(FLOOR)).isFalse();
		assertThat(history.reaches(101)).isTrue();
		assertThat(history.indexAfter(101)).isEqualTo(history.end());
	}

	@Example
	void anUpdateThatIsTooLargeForItIsForgottenWithAllBeforeIt() {
		History history = new History(10, 1000, FLOOR);
		history.add(StoredEntries.entry("key", 101));
		history.add(StoredEntries.entry("key", 102, 2000));
		assertThat(history.size()).isZero();
		assertThat(history.reaches(101)).isFalse();
		assertThat(history.reaches(102)).isTrue();
		history.add(StoredEntries.entry("key", 103));
		assertThat(after(history, 102)).extracting(Update::sequence).containsExactly(103L);
	}

	@Example
	void aPlaceThatWasForgottenHasNoUpdateAndOthersKeepTheirs() {
		History history = new History(2, 1000, FLOOR);
		history.add(StoredEntries.entry("key", 101));
		long first = history.indexAfter(FLOOR);
		history.add(StoredEntries.entry("key", 102));
		history.add(StoredEntries.entry("key", 103));
		assertThat(history.get(first)).isNull();
		assertThat(history.get(first + 1).sequence()).isEqualTo(102);
		assertThat(history.get(history.end())).isNull();
	}

	private static List<Update> after(History history, long sequence) {
		List<Update> updates = new ArrayList<>();
		for (long index = history.indexAfter(sequence); index < history.end(); index++) {
			updates.add(history.get(index));
		}
		return updates;
	}

	private static List<Update> after(Iterable<Update> updates, long sequence) {
		List<Update> after = new ArrayList<>();
		for (Update update : updates) {
			if (update.sequence() > sequence) {
				after.add(update);
			}
		}
		return after;
	}

	private static long weight(Deque<Update> updates) {
		return updates.stream().mapToLong(Update::weight).sum();
	}

}
