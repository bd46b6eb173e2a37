package io.github.clonemap.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;

import io.github.clonemap.CloneMap;
import io.github.clonemap.ValueCodec;
import io.github.clonemap.agent.Clock;
import io.github.clonemap.client.ClientReport;
import io.github.clonemap.client.ClientSettings;
import io.github.clonemap.client.CloneClient;
import io.github.clonemap.client.ServerEndpoint;
import io.github.clonemap.client.ValueCodecs;
import io.github.clonemap.server.CloneServer;
import io.github.clonemap.server.ServerSettings;
import io.github.clonemap.zeromq.ZmqClientSockets;
import io.github.clonemap.zeromq.ZmqServerSockets;

/**
 * The main job between processes: a writer, a server and a reader, each a JVM of its own
 * on this machine. Prints one JSON line per measurement.
 *
 * <pre>
 * mvn -q verify -Pbenchmark -DskipTests -Dbenchmark=all -pl clone-spring-boot-autoconfigure
 * </pre>
 *
 * <ul>
 * <li>{@code throughput}: updates per second applied at the reader, and whether all final
 * values are right there;</li>
 * <li>{@code join}: time until a new client can read all entries, and its heap per
 * entry;</li>
 * <li>{@code get}: a local read beside one of a bare {@code ConcurrentHashMap} that has
 * the same keys; in both maps they are other objects than those looked up, as in a real
 * application.</li>
 * </ul>
 */
public final class ProcessBenchmark {

	private static final int KEYS = 10_000;

	private static final int VALUE_BYTES = 100;

	private static final Duration WARM_UP = Duration.ofSeconds(10);

	private static final Duration WINDOW = Duration.ofSeconds(8);

	private static final PrintStream out = System.out;

	private ProcessBenchmark() {
	}

	public static void main(String[] args) throws Exception {
		switch ((args.length == 0) ? "all" : args[0]) {
			case "all" -> {
				throughput(5);
				join(5, 1_000_000);
				get(5);
			}
			case "throughput" -> throughput(runs(args));
			case "join" -> join(runs(args), 1_000_000);
			case "get" -> get(runs(args));
			case "server" -> serve();
			case "writer" -> write(Integer.parseInt(args[1]));
			case "reader" -> read(Integer.parseInt(args[1]));
			case "getter" -> getRepeatedly(args[1]);
			case "filler" -> fill(Integer.parseInt(args[1]), Integer.parseInt(args[2]));
			case "joiner" -> joinOnce(Integer.parseInt(args[1]), Integer.parseInt(args[2]));
			default -> throw new IllegalArgumentException("Unknown benchmark " + args[0]);
		}
	}

	private static int runs(String[] args) {
		return (args.length > 1) ? Integer.parseInt(args[1]) : 5;
	}

	// The director's side

	private static void throughput(int runs) throws Exception {
		double[] rates = new double[runs];
		boolean right = true;
		for (int i = 0; i < runs; i++) {
			try (Child server = new Child("-Xmx1g", "server")) {
				String port = server.expect("port");
				try (Child reader = new Child("-Xmx1g", "reader", port)) {
					reader.expect("ready");
					try (Child writer = new Child("-Xmx1g", "writer", port)) {
						String[] last = writer.expect("written").split(" ");
						reader.tell(last[0]);
						String[] result = reader.expect("read").split(" ");
						rates[i] = Double.parseDouble(result[0]);
						right &= result[1].equals(last[1]);
						out.printf(Locale.ROOT,
								"{\"benchmark\":\"throughput\",\"run\":%d,\"updatesPerSecond\":%.0f,\"written\":%s,"
										+ "\"finalValuesRight\":%b,\"gaps\":%s,\"cpuNanosPerUpdate\":"
										+ "{\"writer\":%.0f,\"server\":%.0f,\"reader\":%.0f}}%n",
								i + 1, rates[i], last[2], result[1].equals(last[1]), result[2],
								writer.cpuNanos() / Double.parseDouble(last[2]),
								server.cpuNanos() / Double.parseDouble(last[2]),
								reader.cpuNanos() / Double.parseDouble(last[2]));
					}
				}
			}
		}
		out.printf(Locale.ROOT, "{\"benchmark\":\"throughput\",\"median\":%.0f,\"finalValuesRight\":%b}%n",
				median(rates), right);
	}

	private static void join(int runs, int entries) throws Exception {
		double[] seconds = new double[runs];
		double[] bytes = new double[runs];
		try (Child server = new Child("-Xmx3g", "server")) {
			String port = server.expect("port");
			try (Child filler = new Child("-Xmx2g", "filler", port, "" + entries)) {
				filler.expect("filled");
			}
			for (int i = 0; i < runs; i++) {
				try (Child joiner = new Child("-Xmx2g", "joiner", port, "" + entries)) {
					String[] result = joiner.expect("joined").split(" ");
					seconds[i] = Double.parseDouble(result[0]);
					bytes[i] = Double.parseDouble(result[1]);
					out.printf(Locale.ROOT,
							"{\"benchmark\":\"join\",\"run\":%d,\"entries\":%d,\"seconds\":%.2f,\"heapBytesPerEntry\":%.0f}%n",
							i + 1, entries, seconds[i], bytes[i]);
				}
			}
		}
		out.printf(Locale.ROOT,
				"{\"benchmark\":\"join\",\"entries\":%d,\"medianSeconds\":%.2f,\"medianHeapBytesPerEntry\":%.0f}%n", entries,
				median(seconds), median(bytes));
	}

	private static void get(int runs) throws Exception {
		double[] ratios = new double[runs];
		double[] viewRatios = new double[runs];
		for (int i = 0; i < runs; i++) {
			// A process each: the compiler must not mix what it learns of them.
			double bareNanos = getterNanos("bare");
			double mapNanos = getterNanos("map");
			double viewNanos = getterNanos("view");
			ratios[i] = mapNanos / bareNanos;
			viewRatios[i] = viewNanos / bareNanos;
			out.printf(Locale.ROOT,
					"{\"benchmark\":\"get\",\"run\":%d,\"bareNanos\":%.1f,\"mapNanos\":%.1f,\"viewNanos\":%.1f}%n", i + 1,
					bareNanos, mapNanos, viewNanos);
		}
		out.printf(Locale.ROOT, "{\"benchmark\":\"get\",\"medianRatio\":%.2f,\"medianRatioOfView\":%.2f}%n",
				median(ratios), median(viewRatios));
	}

	private static double getterNanos(String subject) throws Exception {
		try (Child getter = new Child("-Xmx1g", "getter", subject)) {
			return Double.parseDouble(getter.expect("got"));
		}
	}

	private static double nanosPerGet(Map<String, byte[]> map, String[] keys) {
		int rounds = 2000;
		long sum = 0;
		long start = System.nanoTime();
		for (int round = 0; round < rounds; round++) {
			for (String key : keys) {
				sum += map.get(key).length;
			}
		}
		double nanos = (double) (System.nanoTime() - start) / rounds / keys.length;
		if (sum != (long) rounds * keys.length * VALUE_BYTES) {
			throw new IllegalStateException("a value was missing");
		}
		return nanos;
	}

	private static double median(double[] values) {
		double[] sorted = values.clone();
		Arrays.sort(sorted);
		return sorted[sorted.length / 2];
	}

	// The children's side

	private static void getRepeatedly(String subject) throws Exception {
		try (CloneServer server = server(); CloneClient client = client(server.port(), "get")) {
			CloneMap<byte[]> map = client.map("get", "", ValueCodec.BYTES, null);
			Map<String, byte[]> bare = new ConcurrentHashMap<>();
			String[] keys = new String[KEYS];
			for (int i = 0; i < KEYS; i++) {
				keys[i] = key(i);
				bare.put(new String(keys[i]), value(i, 0));
			}
			map.putAll(bare);
			Map<String, byte[]> looked = switch (subject) {
				case "bare" -> bare;
				case "map" -> map;
				default -> client.map("view", "/k/", ValueCodec.BYTES, null);
			};
			if (subject.equals("view")) {
				Arrays.setAll(keys, (i) -> keys[i].substring(3));
			}
			System.gc();
			double[] nanos = new double[9];
			for (int i = -3; i < nanos.length; i++) {
				double measured = nanosPerGet(looked, keys);
				if (i >= 0) {
					nanos[i] = measured;
				}
			}
			out.println("got " + median(nanos));
		}
	}

	private static void serve() throws IOException {
		try (CloneServer server = server()) {
			out.println("port " + server.port());
			System.in.read();
		}
	}

	private static void write(int port) throws Exception {
		try (CloneClient client = client(port, "writer")) {
			CloneMap<byte[]> map = client.map("all", "", ValueCodec.BYTES, null);
			long end = System.nanoTime() + WARM_UP.plus(WINDOW).plusSeconds(1).toNanos();
			String[] keys = new String[KEYS];
			for (int i = 0; i < KEYS; i++) {
				keys[i] = key(i);
			}
			long written = 0;
			int round = 0;
			CompletableFuture<?> last = CompletableFuture.completedFuture(null);
			CRC32 crc = new CRC32();
			while (System.nanoTime() < end) {
				round++;
				crc.reset();
				for (int i = 0; i < KEYS; i++) {
					byte[] value = value(i, round);
					crc.update(value);
					last = map.putAsync(keys[i], value);
				}
				written += KEYS;
			}
			last.get(10, TimeUnit.SECONDS);
			map.barrier().get(10, TimeUnit.SECONDS);
			out.println("written " + map.sequence() + " " + crc.getValue() + " " + written);
			System.in.read();
		}
	}

	private static void read(int port) throws Exception {
		try (CloneClient client = client(port, "reader")) {
			CloneMap<byte[]> map = client.map("all", "", ValueCodec.BYTES, null);
			out.println("ready 0");
			while (client.report().updates() == 0) {
				TimeUnit.MILLISECONDS.sleep(10);
			}
			TimeUnit.MILLISECONDS.sleep(WARM_UP.toMillis());
			long startNanos = System.nanoTime();
			long start = client.report().updates();
			TimeUnit.MILLISECONDS.sleep(WINDOW.toMillis());
			long applied = client.report().updates() - start;
			double rate = applied * 1e9 / (System.nanoTime() - startNanos);
			long last = Long.parseLong(new BufferedReader(new InputStreamReader(System.in)).readLine().trim());
			map.await(last).get(10, TimeUnit.SECONDS);
			CRC32 crc = new CRC32();
			for (int i = 0; i < KEYS; i++) {
				crc.update(map.get(key(i)));
			}
			ClientReport report = client.report();
			out.println("read " + rate + " " + crc.getValue() + " " + report.gaps());
			System.in.read();
		}
	}

	private static void fill(int port, int entries) throws Exception {
		try (CloneClient client = client(port, "filler")) {
			CloneMap<byte[]> map = client.map("all", "", ValueCodec.BYTES, null);
			CompletableFuture<?> last = CompletableFuture.completedFuture(null);
			for (int i = 0; i < entries; i++) {
				last = map.putAsync(key(i), value(i, 0));
			}
			last.get(30, TimeUnit.SECONDS);
			out.println("filled " + entries);
		}
	}

	private static void joinOnce(int port, int entries) throws Exception {
		long before = usedHeap();
		long start = System.nanoTime();
		try (CloneClient client = client(port, "joiner")) {
			CloneMap<byte[]> map = client.map("all", "", ValueCodec.BYTES, null);
			double seconds = (System.nanoTime() - start) / 1e9;
			if (map.size() != entries || !Arrays.equals(map.get(key(entries - 1)), value(entries - 1, 0))) {
				throw new IllegalStateException(map.size() + " entries");
			}
			double bytes = (double) (usedHeap() - before) / entries;
			out.println("joined " + seconds + " " + bytes);
			if (map.size() != entries) {
				throw new IllegalStateException("still needed");
			}
		}
	}

	private static long usedHeap() throws InterruptedException {
		Runtime runtime = Runtime.getRuntime();
		for (int i = 0; i < 3; i++) {
			System.gc();
			TimeUnit.MILLISECONDS.sleep(100);
		}
		return runtime.totalMemory() - runtime.freeMemory();
	}

	private static String key(int index) {
		return String.format(Locale.ROOT, "/k/%017d", index);
	}

	private static byte[] value(int index, int round) {
		byte[] value = new byte[VALUE_BYTES];
		value[0] = 1;
		for (int i = 0; i < 4; i++) {
			value[1 + i] = (byte) (index >>> (8 * i));
			value[5 + i] = (byte) (round >>> (8 * i));
		}
		return value;
	}

	private static CloneServer server() {
		ServerSettings settings = ServerSettings.defaults();
		CloneServer server = new CloneServer(settings,
				ZmqServerSockets.factory("127.0.0.1", 0, settings.maxValueSize()), Clock.system());
		server.start();
		return server;
	}

	private static CloneClient client(int port, String name) throws InterruptedException {
		ClientSettings defaults = ClientSettings.defaults();
		CloneClient client = new CloneClient(
				new ClientSettings(name, defaults.subtrees(), Duration.ofSeconds(30), defaults.serverTimeout(),
						defaults.maxInFlight(), defaults.eventThreads(), defaults.eventQueueCapacity()),
				ValueCodecs.BASIC, ZmqClientSockets.factory(), Clock.system());
		client.start(List.of(new ServerEndpoint("127.0.0.1", port)));
		if (!client.awaitLive(Duration.ofSeconds(60))) {
			throw new IllegalStateException("not live");
		}
		return client;
	}

	/**
	 * A JVM with one of the roles, which speaks a line at a time.
	 */
	private static final class Child implements AutoCloseable {

		private final Process process;

		private final BufferedReader lines;

		Child(String heap, String... args) throws IOException {
			List<String> command = new ArrayList<>(
					List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), heap));
			String options = System.getProperty("clone.benchmark.options", "");
			if (!options.isBlank()) {
				command.addAll(List.of(options.split(" ")));
			}
			command.addAll(List.of("-cp", System.getProperty("java.class.path"), ProcessBenchmark.class.getName()));
			command.addAll(List.of(args));
			this.process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
			this.lines = new BufferedReader(
					new InputStreamReader(this.process.getInputStream(), StandardCharsets.UTF_8));
		}

		/**
		 * The CPU time of the whole process, its compiler and collector included.
		 */
		double cpuNanos() {
			return this.process.toHandle().info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
		}

		String expect(String word) throws IOException {
			for (String line = this.lines.readLine(); line != null; line = this.lines.readLine()) {
				if (line.startsWith(word + " ")) {
					return line.substring(word.length() + 1);
				}
			}
			throw new IllegalStateException("A process ended without saying '" + word + "'");
		}

		void tell(String line) {
			try {
				this.process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
				this.process.getOutputStream().flush();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		@Override
		public void close() throws InterruptedException {
			try {
				this.process.getOutputStream().close();
			}
			catch (IOException ex) {
				// It has ended already.
			}
			if (!this.process.waitFor(15, TimeUnit.SECONDS)) {
				this.process.destroyForcibly();
			}
		}

	}

}
