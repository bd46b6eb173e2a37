package io.github.clonemap.benchmark;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.github.clonemap.CloneWriter;
import io.github.clonemap.protocol.Update;
import io.github.clonemap.store.EntryStore;
import io.github.clonemap.store.StoredEntry;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * What does it cost the server's store to put an entry in the place of another one, in
 * the order of the sequences? Beside it a {@link LinkedHashMap} in the order of access,
 * which keeps an order, too. One object is made for each update in both.
 *
 * <pre>
 * mvn -q verify -Pbenchmark -DskipTests -Dbenchmark=store -pl clone-spring-boot-autoconfigure
 * </pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class StoreApplyBenchmark {

	private static final int KEYS = 10_000;

	private final String[] keys = Values.keys(KEYS);

	private final byte[] value = Values.of(0, 0);

	private final EntryStore store = new EntryStore();

	private final Map<String, StoredEntry> linked = new LinkedHashMap<>(16, 0.75f, true);

	private long sequence;

	@Benchmark
	public Object baseline() {
		StoredEntry entry = entry();
		return this.linked.put(entry.key(), entry);
	}

	@Benchmark
	public Object store() {
		return this.store.put(entry());
	}

	private StoredEntry entry() {
		String key = this.keys[(int) (this.sequence % KEYS)];
		return StoredEntry.of(Update.Kind.PUT, key, this.value, ++this.sequence, 1, CloneWriter.Kind.NATIVE, 1, 0,
				false);
	}

}
