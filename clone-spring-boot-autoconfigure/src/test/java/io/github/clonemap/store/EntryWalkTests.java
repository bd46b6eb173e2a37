package io.github.clonemap.store;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.BeforeTry;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link EntryWalk}.
 */
class EntryWalkTests {

	private EntryStore store;

	@BeforeTry
	void createStore() {
		this.store = new EntryStore();
	}

	@Property(tries = 300, shrinking = ShrinkingMode.OFF)
	void showsWhatWasThereAndWasNotTouchedBeforeItCameByOnceAndInOrder(@ForAll Random random) {
		TreeMap<Long, StoredEntry> model = new TreeMap<>();
		List<ModelWalk> walks = new ArrayList<>();
		for (int sequence = 1; sequence < 400; sequence++) {
			String key = "key" + random.nextInt(30);
			StoredEntry touched = this.store.get(key);
			switch (random.nextInt(8)) {
				case 0, 1, 2 -> {
					StoredEntry entry = StoredEntries.entry(key, sequence);
					this.store.put(entry);
					model.put(entry.sequence(), entry);
				}
				case 3 -> this.store.remove(key);
				case 4 -> {
					if (walks.size() < 4) {
						walks.add(new ModelWalk(this.store.walk(), new ArrayDeque<>(model.values())));
					}
					touched = null;
				}
				default -> {
					if (!walks.isEmpty()) {
						ModelWalk walk = walks.get(random.nextInt(walks.size()));
						if (!walk.goOn()) {
							walks.remove(walk);
						}
					}
					touched = null;
				}
			}
			if (touched != null) {
				model.remove(touched.sequence());
				for (ModelWalk walk : walks) {
					walk.left.remove(touched);
				}
			}
		}
		for (ModelWalk walk : walks) {
			while (walk.goOn()) {
				assertThat(walk.left).hasSizeLessThan(30);
			}
		}
	}

	@Example
	void anEmptyStoreHasAnEmptyWalk() {
		try (EntryWalk walk = this.store.walk()) {
			this.store.put(StoredEntries.entry("a", 1));
			assertThat(walk.next()).isNull();
		}
	}

	@Example
	void goesOnBehindTheEntriesThatAreRemovedBeforeIt() {
		put("a", 1);
		StoredEntry second = put("b", 2);
		put("c", 3);
		put("d", 4);
		StoredEntry last = put("e", 5);
		try (EntryWalk walk = this.store.walk()) {
			this.store.remove("a");
			assertThat(walk.next()).isSameAs(second);
			this.store.remove("c");
			this.store.remove("d");
			assertThat(walk.next()).isSameAs(last);
			assertThat(walk.next()).isNull();
		}
	}

	@Example
	void endsWhenAllThatIsLeftIsNew() {
		put("a", 1);
		put("b", 2);
		try (EntryWalk walk = this.store.walk()) {
			put("a", 3);
			put("b", 4);
			assertThat(walk.next()).isNull();
			assertThat(walk.next()).isNull();
		}
	}

	@Example
	void aWalkThatIsClosedShowsNothing() {
		put("a", 1);
		EntryWalk walk = this.store.walk();
		walk.close();
		this.store.remove("a");
		assertThat(walk.next()).isNull();
	}

	private StoredEntry put(String key, long sequence) {
		StoredEntry entry = StoredEntries.entry(key, sequence);
		this.store.put(entry);
		return entry;
	}

	/**
	 * A walk, and what it still has to show.
	 */
	private record ModelWalk(EntryWalk walk, Deque<StoredEntry> left) {

		boolean goOn() {
			StoredEntry shown = this.walk.next();
			assertThat(shown).isSameAs(this.left.pollFirst());
			if (shown == null) {
				this.walk.close();
			}
			return shown != null;
		}

	}

}
