package io.github.clonemap.benchmark;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

import io.github.clonemap.CloneWriter;
import io.github.clonemap.protocol.Update;
import io.github.clonemap.server.ServerSettings;
import io.github.clonemap.store.History;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/**
 * What does it cost to add an update to a full history, beside an {@link ArrayDeque} of
 * the same length? One object is made for each update in both.
 *
 * <pre>
 * mvn -q verify -Pbenchmark -DskipTests -Dbenchmark=history -pl clone-spring-boot-autoconfigure
 * </pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class HistoryAppendBenchmark {

	private static final int CAPACITY = ServerSettings.DEFAULT_HISTORY;

	private final String key = Values.key(0);

	private final byte[] value = Values.of(0, 0);

	private final History history = new History(CAPACITY, ServerSettings.MAX_HISTORY_BYTES, 0);

	private final Deque<Update> deque = new ArrayDeque<>();

	private long sequence;

	@Benchmark
	public Object baseline() {
		Update update = update();
		this.deque.addLast(update);
		return (this.deque.size() > CAPACITY) ? this.deque.removeFirst() : update;
	}

	@Benchmark
	public Object history() {
		Update update = update();
		this.history.add(update);
		return update;
	}

	private Update update() {
		return new Update(Update.Kind.PUT, this.key, this.value, ++this.sequence, 1, CloneWriter.Kind.NATIVE, 1, 0,
				false);
	}

}
