package io.github.clonemap.benchmark;

import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import io.github.clonemap.CloneMap;
import io.github.clonemap.ValueCodec;
import io.github.clonemap.client.ClientSettings;
import io.github.clonemap.client.CloneClient;
import io.github.clonemap.client.ValueCodecs;
import io.github.clonemap.server.CloneServer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What does a local {@code get} cost, of the map of everything and of a view of a
 * subtree, beside that of a bare {@code ConcurrentHashMap}? 10,000 keys in no order; in
 * all maps they are other objects than those that are looked up, as in an application.
 *
 * <pre>
 * mvn -q verify -Pbenchmark -DskipTests -Dbenchmark=get -pl clone-spring-boot-autoconfigure
 * </pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class LocalGetBenchmark {

	private static final int KEYS = 10_000;

	private static final String SUBTREE = "/k/";

	private final Map<String, byte[]> bare = new ConcurrentHashMap<>();

	private final String[] keys = new String[KEYS];

	private final String[] relativeKeys = new String[KEYS];

	private CloneServer server;

	private CloneClient client;

	private CloneMap<byte[]> map;

	private CloneMap<byte[]> view;

	private int next;

	@Setup
	public void connect() throws InterruptedException {
		this.server = CloneSubject.startServer();
		this.client = CloneSubject.start(
				CloneSubject.newClient("get", ClientSettings.DEFAULT_SERVER_TIMEOUT, ValueCodecs.BASIC),
				this.server.port());
		this.map = this.client.map("all", "", ValueCodec.BYTES, null);
		this.view = this.client.map("view", SUBTREE, ValueCodec.BYTES, null);
		for (int i = 0; i < KEYS; i++) {
			this.bare.put(Values.key(i), Values.of(i, 0));
			this.keys[i] = Values.key(i);
			this.relativeKeys[i] = Values.key(i).substring(SUBTREE.length());
		}
		// Made in the same order as in the bare map, and looked up in none, so that no map
		// has the better place in the processor's caches.
		Map<String, byte[]> values = new LinkedHashMap<>();
		for (String key : this.keys) {
			values.put(key, this.bare.get(key));
		}
		this.map.putAll(values);
		Collections.shuffle(Arrays.asList(this.keys), new Random(1));
		Collections.shuffle(Arrays.asList(this.relativeKeys), new Random(1));
	}

	@TearDown
	public void disconnect() {
		this.client.close();
		this.server.close();
	}

	@Benchmark
	public byte[] baseline() {
		return this.bare.get(this.keys[next()]);
	}

	@Benchmark
	public byte[] map() {
		return this.map.get(this.keys[next()]);
	}

	@Benchmark
	public byte[] view() {
		return this.view.get(this.relativeKeys[next()]);
	}

	private int next() {
		int next = this.next;
		this.next = (next + 1 < KEYS) ? next + 1 : 0;
		return next;
	}

}
