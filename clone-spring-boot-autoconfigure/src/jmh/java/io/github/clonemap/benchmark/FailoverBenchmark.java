package io.github.clonemap.benchmark;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.github.clonemap.binarystar.BinaryStarRole;
import io.github.clonemap.server.PairSettings;

/**
 * How long is a writer without acknowledgements when the active server of a pair is
 * killed? Beside it the time-out after which the passive one counts the other as lost,
 * which is the least that it can be. No write may fail or have an unknown outcome.
 *
 * <pre>
 * mvn -q verify -Pbenchmark -DskipTests -Dbenchmark=failover -pl clone-spring-boot-autoconfigure
 * </pre>
 */
final class FailoverBenchmark implements Program {

	private static final String BASELINE = "time-out";

	@Override
	public void run(Options options) throws Exception {
		for (Duration heartbeat : List.of(Duration.ofMillis(100), Duration.ofMillis(500))) {
			Duration peerTimeout = heartbeat.multipliedBy(PairSettings.DEFAULT_PEER_TIMEOUT_HEARTBEATS);
			Results results = new Results("failover-" + heartbeat.toMillis(), BASELINE);
			for (int run = 1; run <= options.runs(); run++) {
				results.add(run, "clone-pair", measure(options, heartbeat));
				results.add(run, BASELINE, Map.of("outageMillis", (double) peerTimeout.toMillis()));
			}
			results.print();
		}
	}

	private static Map<String, Object> measure(Options options, Duration heartbeat) throws Exception {
		PairPorts ports = PairPorts.free();
		Duration serverTimeout = heartbeat.multipliedBy(6);
		try (Child primary = PairServerRole.fork(options, BinaryStarRole.PRIMARY, ports, heartbeat);
				Child backup = PairServerRole.fork(options, BinaryStarRole.BACKUP, ports.reversed(), heartbeat);
				Child survivor = Child.fork(options, "1g", "survivor", Subject.CLONE_PAIR, primary.expect("port"),
						backup.expect("port"), serverTimeout.toMillis())) {
			survivor.expect("ready");
			primary.ask("sync");
			backup.ask("sync");
			TimeUnit.SECONDS.sleep(2);
			String[] before = survivor.ask("outage").split(" ");
			primary.kill();
			TimeUnit.MILLISECONDS.sleep(serverTimeout.multipliedBy(3).toMillis());
			String[] after = survivor.ask("outage").split(" ");
			Map<String, Object> measured = new LinkedHashMap<>();
			measured.put("outageMillis", Long.parseLong(after[0]) / 1e6);
			measured.put("writesOfUnknownOutcome", Long.parseLong(after[1]) - Long.parseLong(before[1]));
			measured.put("longestPauseBeforeMillis", Long.parseLong(before[0]) / 1e6);
			return measured;
		}
	}

}
