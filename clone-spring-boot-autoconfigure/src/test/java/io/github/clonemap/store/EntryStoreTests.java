package io.github.clonemap.store;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.BeforeTry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests of {@link EntryStore}.
 */
class EntryStoreTests {

	private EntryStore store;

	@BeforeTry
	void createStore() {
		this.store = new EntryStore();
	}

	@Property(tries = 50, shrinking = ShrinkingMode.OFF)
	void holdsWhatAMapWouldHold(@ForAll Random random) {
		Map<String, StoredEntry> model = new HashMap<>();
		for (int sequence = 1; sequence < 300; sequence++) {
			String key = "key" + random.nextInt(20);
			if (random.nextInt(3) > 0) {
				StoredEntry entry = StoredEntries.entry(key, sequence, random.nextInt(50));
				assertThat(this.store.put(entry)).isSameAs(model.put(key, entry));
			}
			else {
				assertThat(this.store.remove(key)).isSameAs(model.remove(key));
			}
			assertThat(this.store.get(key)).isSameAs(model.get(key));
			assertThat(this.store.size()).isEqualTo(model.size());
			assertThat(this.store.bytes()).isEqualTo(model.values().stream().mapToLong(StoredEntry::weight).sum());
		}
	}

	@Example
	void refusesAnEntryThatIsNotNewerThanAllOthers() {
		this.store.put(StoredEntries.entry("a", 5));
		assertThatIllegalArgumentException().isThrownBy(() -> this.store.put(StoredEntries.entry("b", 5)))
			.withMessage("PUT b @0.5 is not newer than PUT a @0.5");
		assertThatIllegalArgumentException().isThrownBy(() -> this.store.put(StoredEntries.entry("a", 4)));
		assertThat(this.store.size()).isOne();
		assertThat(this.store.get("b")).isNull();
	}

	@Example
	void anEntryThatWasReplacedOrRemovedKeepsNoOtherAlive() {
		StoredEntry replaced = StoredEntries.entry("b", 2);
		StoredEntry removed = StoredEntries.entry("c", 3);
		this.store.put(StoredEntries.entry("a", 1));
		this.store.put(replaced);
		this.store.put(removed);
		this.store.put(StoredEntries.entry("d", 4));
		this.store.put(StoredEntries.entry("b", 5));
		this.store.remove("c");
		assertThat(replaced.previous).isNull();
		assertThat(replaced.next).isNull();
		assertThat(removed.previous).isNull();
		assertThat(removed.next).isNull();
	}

}
