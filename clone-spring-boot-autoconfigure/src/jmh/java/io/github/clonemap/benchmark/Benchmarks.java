package io.github.clonemap.benchmark;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

import io.github.clonemap.client.DispatchBenchmark;
import io.github.clonemap.client.SingleDispatchBenchmark;

/**
 * Finds the programs by their names, and runs them.
 *
 * <pre>
 * mvn -q verify -Pbenchmark -DskipTests -Dbenchmark=NAME -pl clone-spring-boot-autoconfigure
 * </pre>
 *
 * {@code all}, {@code jmh} and {@code processes} are names, too. How much is measured:
 * {@code -Dbenchmark.runs=5 -Dbenchmark.warm-up=10 -Dbenchmark.window=8} (seconds), and
 * {@code -Dbenchmark.options="-XX:+UseParallelGC"} for the JVMs that are forked.
 */
public final class Benchmarks {

	private static final Map<String, Program> IN_ONE_PROCESS = new LinkedHashMap<>();

	private static final Map<String, Program> BETWEEN_PROCESSES = new LinkedHashMap<>();

	static {
		IN_ONE_PROCESS.put("get", new JmhProgram("get", LocalGetBenchmark.class));
		IN_ONE_PROCESS.put("typed-get", new JmhProgram("typed-get", TypedGetBenchmark.class));
		IN_ONE_PROCESS.put("encode", new JmhProgram("encode", BatchEncodeBenchmark.class));
		IN_ONE_PROCESS.put("decode", new JmhProgram("decode", BatchDecodeBenchmark.class));
		IN_ONE_PROCESS.put("store", new JmhProgram("store", StoreApplyBenchmark.class));
		IN_ONE_PROCESS.put("history", new JmhProgram("history", HistoryAppendBenchmark.class));
		IN_ONE_PROCESS.put("expiry", new JmhProgram("expiry", ExpiryWheelBenchmark.class));
		IN_ONE_PROCESS.put("dispatch", new JmhProgram("dispatch", DispatchBenchmark.class));
		IN_ONE_PROCESS.put("dispatch-one", new JmhProgram("dispatch-one", SingleDispatchBenchmark.class));
		IN_ONE_PROCESS.put("events", new JmhProgram("events", EventPublicationBenchmark.class));
		BETWEEN_PROCESSES.put("throughput", (options) -> {
			new ThroughputBenchmark(1).run(options);
			new ThroughputBenchmark(4).run(options);
		});
		BETWEEN_PROCESSES.put("latency-1000", new LatencyBenchmark(1_000));
		BETWEEN_PROCESSES.put("latency-10000", new LatencyBenchmark(10_000));
		BETWEEN_PROCESSES.put("acknowledged", new AcknowledgedPutBenchmark());
		BETWEEN_PROCESSES.put("allocation", new AllocationBenchmark());
		BETWEEN_PROCESSES.put("scale", new ScaleBenchmark());
		BETWEEN_PROCESSES.put("join", new JoinBenchmark());
		BETWEEN_PROCESSES.put("fan-out", new FanOutBenchmark());
		BETWEEN_PROCESSES.put("clients", (options) -> {
			new ClientsBenchmark(50).run(options);
			new ClientsBenchmark(500).run(options);
		});
		BETWEEN_PROCESSES.put("failover", new FailoverBenchmark());
	}

	private Benchmarks() {
	}

	/**
	 * Runs programs.
	 * @param args the name
	 * @throws Exception if something does not work
	 */
	public static void main(String[] args) throws Exception {
		Options options = Options.fromSystemProperties();
		Map<String, Program> programs = new LinkedHashMap<>(IN_ONE_PROCESS);
		programs.putAll(BETWEEN_PROCESSES);
		String name = (args.length > 0) ? args[0] : "all";
		switch (name) {
			case "jmh" -> programs.keySet().retainAll(IN_ONE_PROCESS.keySet());
			case "processes" -> programs.keySet().retainAll(BETWEEN_PROCESSES.keySet());
			case "all" -> {
			}
			default -> programs.keySet().retainAll(Set.of(name));
		}
		if (programs.isEmpty()) {
			throw new IllegalArgumentException(
					"There is no benchmark " + name + " among " + IN_ONE_PROCESS.keySet() + BETWEEN_PROCESSES.keySet());
		}
		Results.printMachine();
		for (Program program : programs.values()) {
			program.run(options);
		}
	}

}
