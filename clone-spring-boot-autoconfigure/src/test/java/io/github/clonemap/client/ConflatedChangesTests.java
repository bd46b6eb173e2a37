package io.github.clonemap.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

import io.github.clonemap.CloneChange;
import io.github.clonemap.CloneChange.Kind;
import io.github.clonemap.CloneChange.Phase;
import io.github.clonemap.CloneWriter;
import io.github.clonemap.ValueCodec;
import io.github.clonemap.protocol.Update;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link ConflatedChanges} and of what becomes of several changes of one key.
 */
class ConflatedChangesTests {

	private final List<CloneChange<String>> told = new ArrayList<>();

	private final ChangeListeners listeners = new ChangeListeners();

	private final Listening<String> listening = listening(this.told);

	private final ConflatedChanges changes = new ConflatedChanges();

	private final Map<String, ReplicaEntry> data = new TreeMap<>();

	private long sequence;

	@ParameterizedTest
	@CsvSource({
	// @formatter:off
			"false, put put,            CREATED",
			"false, put put put,        CREATED",
			"false, put remove,         ",
			"false, put expire,         ",
			"false, put remove put,     CREATED",
			"false, put put expire,     ",
			"true,  put put,            UPDATED",
			"true,  put remove,         REMOVED",
			"true,  put expire,         EXPIRED",
			"true,  remove put,         UPDATED",
			"true,  remove put remove,  REMOVED",
			"true,  remove put expire,  EXPIRED",
			"true,  expire put put,     UPDATED",
	// @formatter:on
	})
	void severalChangesOfAKeyAreWhatHappenedInTheListenersEyes(boolean known, String updates, Kind kind) {
		if (known) {
			apply("put", "k");
		}
		String first = known ? "value-1" : null;
		for (String update : updates.split(" ")) {
			put(this.listening, update, "k", Phase.LIVE);
		}
		tellAll();
		if (kind == null) {
			assertThat(this.told).isEmpty();
			return;
		}
		assertThat(this.told).singleElement().satisfies((change) -> {
			assertThat(change.kind()).isEqualTo(kind);
			assertThat(change.previousValue()).isEqualTo(first);
			assertThat(change.value())
				.isEqualTo((kind == Kind.REMOVED || kind == Kind.EXPIRED) ? null : "value-" + this.sequence);
			assertThat(change.sequence()).isEqualTo(this.sequence);
		});
	}

	@Test
	void aListenerHearsFirstOfWhatWasThereThatItWasThere() {
		put(this.listening, "put", "k", Phase.INITIAL);
		put(this.listening, "put", "k", Phase.LIVE);
		tellAll();
		put(this.listening, "put", "k", Phase.RESYNC);
		put(this.listening, "put", "k", Phase.LIVE);
		tellAll();
		assertThat(this.told).extracting((change) -> change.kind() + " " + change.phase())
			.containsExactly("CREATED INITIAL", "UPDATED LIVE");
	}

	@Test
	void eachListenerHasItsOwnView() {
		List<CloneChange<String>> toldOther = new ArrayList<>();
		put(this.listening, "put", "k", Phase.LIVE);
		// The other one comes only now.
		put(listening(toldOther), "put", "k", Phase.LIVE);
		tellAll();
		assertThat(this.told).extracting(CloneChange::kind).containsExactly(Kind.CREATED);
		assertThat(toldOther).extracting(CloneChange::kind).containsExactly(Kind.UPDATED);
	}

	@Test
	void keysComeInTheOrderInWhichTheyChangedFirst() {
		for (String key : List.of("b", "a", "b", "c", "a")) {
			put(this.listening, "put", key, Phase.LIVE);
		}
		assertThat(this.changes.size()).isEqualTo(3);
		tellAll();
		assertThat(this.told).extracting(CloneChange::key).containsExactly("b", "a", "c");
		assertThat(this.changes.conflated()).isEqualTo(2);
	}

	@Test
	void nothingIsTakenBeforeWhatIsInTheQueue() {
		put(this.listening, "put", "k", Phase.LIVE);
		assertThat(this.changes.take(() -> false)).isNull();
		assertThat(this.changes.size()).isOne();
		assertThat(this.changes.take(() -> true)).isNotNull();
		assertThat(this.changes.size()).isZero();
	}

	@Test
	void whateverIsConflatedTheListenerHearsAStoryWithoutContradictions() {
		long seed = System.nanoTime();
		Random random = new Random(seed);
		List<String> keys = List.of("a", "b", "c", "d");
		List<String> updates = List.of("put", "put", "remove", "expire");
		Map<String, String> heard = new TreeMap<>();
		int dispatched = 0;
		for (int i = 0; i < 20_000; i++) {
			if (put(this.listening, updates.get(random.nextInt(4)), keys.get(random.nextInt(4)), Phase.LIVE)) {
				dispatched++;
			}
			for (int tell = random.nextInt(4); tell == 0 && this.changes.size() > 0; tell = random.nextInt(2)) {
				this.changes.take(() -> true).run();
			}
		}
		tellAll();
		for (CloneChange<String> change : this.told) {
			String before = (change.value() != null) ? heard.put(change.key(), change.value())
					: heard.remove(change.key());
			assertThat(change.previousValue()).as("seed %d: %s", seed, change).isEqualTo(before);
			assertThat(change.kind() == Kind.CREATED).as("seed %d: %s", seed, change).isEqualTo(before == null);
		}
		Map<String, String> now = new TreeMap<>();
		this.data.forEach((key, entry) -> now.put(key, new String(entry.value())));
		assertThat(heard).as("seed %d", seed).isEqualTo(now);
		assertThat(this.changes.conflated()).isPositive();
		assertThat(this.told.size() + this.changes.conflated()).as("seed %d", seed).isEqualTo(dispatched);
	}

	private boolean put(Listening<String> listening, String what, String key, Phase phase) {
		ReplicaEntry previous = this.data.get(key);
		ReplicaEntry update = apply(what, key);
		if (previous == null && !update.isPut()) {
			return false;
		}
		this.changes.put(new ChangeDelivery<>(this.listeners, listening, update, previous, phase));
		return true;
	}

	private ReplicaEntry apply(String what, String key) {
		long sequence = ++this.sequence;
		Update.Kind kind = Update.Kind.valueOf(what.toUpperCase());
		ReplicaEntry update = new ReplicaEntry(kind, key,
				(kind == Update.Kind.PUT) ? ("value-" + sequence).getBytes() : null, sequence, 0,
				CloneWriter.Kind.NATIVE, 1, 0, false);
		if (update.isPut()) {
			this.data.put(key, update);
		}
		else {
			this.data.remove(key);
		}
		return update;
	}

	private void tellAll() {
		while (this.changes.size() > 0) {
			this.changes.take(() -> true).run();
		}
		assertThat(this.changes.take(() -> true)).isNull();
	}

	private static Listening<String> listening(List<CloneChange<String>> told) {
		return new Listening<>(new EntryReader<>("test", "", ValueCodec.STRING, () -> {
		}), told::add);
	}

}
