package io.github.clonemap.benchmark;

import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

import io.github.clonemap.CloneWriter;
import io.github.clonemap.protocol.Update;
import io.github.clonemap.store.StoredEntry;
import io.github.clonemap.store.TimedEntry;
import io.github.clonemap.store.TimerWheel;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * What does it cost to write an entry with a time to live again, while 100,000 of them
 * wait: its old end is taken out, its new one goes in, and time moves on by 50
 * microseconds, so that each entry comes again after five of its ten seconds? Beside it a
 * {@link TreeMap} by deadline, where an entry can be taken out as well.
 *
 * <pre>
 * mvn -q verify -Pbenchmark -DskipTests -Dbenchmark=expiry -pl clone-spring-boot-autoconfigure
 * </pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ExpiryWheelBenchmark {

	private static final int ENTRIES = 100_000;

	private static final long STEP_NANOS = 50_000;

	private static final long TTL_NANOS = 2 * ENTRIES * STEP_NANOS;

	private final TimedEntry[] entries = new TimedEntry[ENTRIES];

	/** A deadline is one entry's alone, as time moves between two writes. */
	private final long[] deadlines = new long[ENTRIES];

	private final TimerWheel wheel = new TimerWheel(0);

	private final TreeMap<Long, StoredEntry> tree = new TreeMap<>();

	private long nowNanos;

	private int next;

	private int expired;

	@Setup
	public void fill() {
		for (int i = 0; i < ENTRIES; i++) {
			this.entries[i] = (TimedEntry) StoredEntry.of(Update.Kind.PUT, Values.key(i), Values.of(i, 0), i + 1, 1,
					CloneWriter.Kind.NATIVE, 1, TimeUnit.NANOSECONDS.toMillis(TTL_NANOS), false);
			this.nowNanos += STEP_NANOS;
			this.deadlines[i] = this.nowNanos + TTL_NANOS;
			this.wheel.add(this.entries[i], this.deadlines[i]);
			this.tree.put(this.deadlines[i], this.entries[i]);
		}
	}

	@Benchmark
	public int baseline() {
		int index = next();
		this.tree.remove(this.deadlines[index]);
		this.deadlines[index] = this.nowNanos + TTL_NANOS;
		this.tree.put(this.deadlines[index], this.entries[index]);
		while (this.tree.firstKey() <= this.nowNanos) {
			this.tree.pollFirstEntry();
			this.expired++;
		}
		return this.expired;
	}

	@Benchmark
	public int wheel() {
		int index = next();
		this.wheel.remove(this.entries[index]);
		this.wheel.add(this.entries[index], this.nowNanos + TTL_NANOS);
		this.wheel.advance(this.nowNanos, (entry) -> this.expired++);
		return this.expired;
	}

	private int next() {
		this.nowNanos += STEP_NANOS;
		int next = this.next;
		this.next = (next + 1 < ENTRIES) ? next + 1 : 0;
		return next;
	}

}
