package io.github.clonemap.benchmark;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import io.github.clonemap.CloneMap;
import io.github.clonemap.client.ClientSettings;
import io.github.clonemap.client.CloneClient;
import io.github.clonemap.client.ValueCodecs;
import io.github.clonemap.jackson.JacksonValueCodecs;
import io.github.clonemap.server.CloneServer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import tools.jackson.databind.json.JsonMapper;

/**
 * What does a local {@code get} of an object cost that is shared as JSON, and of a text,
 * beside a bare {@code ConcurrentHashMap} of objects? Values are decoded once, so this
 * should not cost more than a look-up.
 *
 * <pre>
 * mvn -q verify -Pbenchmark -DskipTests -Dbenchmark=typed-get -pl clone-spring-boot-autoconfigure
 * </pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class TypedGetBenchmark {

	private static final int KEYS = 10_000;

	private final Map<String, Flag> bare = new ConcurrentHashMap<>();

	private final String[] keys = new String[KEYS];

	private CloneServer server;

	private CloneClient client;

	private CloneMap<Flag> flags;

	private CloneMap<String> texts;

	private int next;

	@Setup
	public void connect() throws InterruptedException {
		ValueCodecs codecs = new JacksonValueCodecs(JsonMapper.builder().build());
		this.server = CloneSubject.startServer();
		this.client = CloneSubject.start(
				CloneSubject.newClient("typed-get", ClientSettings.DEFAULT_SERVER_TIMEOUT, codecs), this.server.port());
		this.flags = this.client.map("flags", "/flags/", codecs.codec(Flag.class), null);
		this.texts = this.client.map("texts", "/texts/", codecs.codec(String.class), null);
		for (int i = 0; i < KEYS; i++) {
			this.keys[i] = String.valueOf(i);
			this.bare.put(String.valueOf(i), new Flag(true, "since today"));
			this.texts.putAsync(String.valueOf(i), "since today");
		}
		this.flags.putAll(this.bare);
	}

	@TearDown
	public void disconnect() {
		this.client.close();
		this.server.close();
	}

	@Benchmark
	public Object baseline() {
		return this.bare.get(this.keys[next()]);
	}

	@Benchmark
	public Object json() {
		return this.flags.get(this.keys[next()]);
	}

	@Benchmark
	public Object text() {
		return this.texts.get(this.keys[next()]);
	}

	private int next() {
		int next = this.next;
		this.next = (next + 1 < KEYS) ? next + 1 : 0;
		return next;
	}

	/**
	 * A value.
	 *
	 * @param enabled whether it is on
	 * @param note a text
	 */
	public record Flag(boolean enabled, String note) {

	}

}
