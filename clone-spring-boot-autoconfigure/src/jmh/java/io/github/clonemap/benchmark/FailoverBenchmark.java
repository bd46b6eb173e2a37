package io.github.clonemap.benchmark;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * How long is a writer without acknowledgements when its server is killed and there is
 * another one? Beside it the time-out after which a silent server counts as lost, which
 * is the least that it can be.
 * <p>
 * The two servers know nothing of each other yet: the second one begins empty, and
 * nothing but the time can be right or wrong. When there are pairs, {@link #measure} is
 * the place to start one, and to check that no acknowledged write is lost.
 *
 * <pre>
 * mvn -q verify -Pbenchmark -DskipTests -Dbenchmark=failover -pl clone-spring-boot-autoconfigure
 * </pre>
 */
final class FailoverBenchmark implements Program {

	private static final String BASELINE = "time-out";

	@Override
	public void run(Options options) throws Exception {
		for (Duration timeout : List.of(Duration.ofSeconds(1), Duration.ofSeconds(3))) {
			Results results = new Results("failover-" + timeout.toMillis(), BASELINE);
			for (int run = 1; run <= options.runs(); run++) {
				results.add(run, "clone", measure(options, timeout));
				results.add(run, BASELINE, Map.of("outageMillis", (double) timeout.toMillis()));
			}
			results.print();
		}
	}

	private static Map<String, Object> measure(Options options, Duration timeout) throws Exception {
		try (Child first = Child.fork(options, "1g", "server", Subject.CLONE, 0);
				Child second = Child.fork(options, "1g", "server", Subject.CLONE, 0);
				Child survivor = Child.fork(options, "1g", "survivor", Subject.CLONE, first.expect("port"),
						second.expect("port"), timeout.toMillis())) {
			survivor.expect("ready");
			TimeUnit.SECONDS.sleep(2);
			String[] before = survivor.ask("outage").split(" ");
			first.kill();
			TimeUnit.MILLISECONDS.sleep(timeout.multipliedBy(3).toMillis());
			String[] after = survivor.ask("outage").split(" ");
			Map<String, Object> measured = new LinkedHashMap<>();
			measured.put("outageMillis", Long.parseLong(after[0]) / 1e6);
			measured.put("writesOfUnknownOutcome", Long.parseLong(after[1]) - Long.parseLong(before[1]));
			measured.put("longestPauseBeforeMillis", Long.parseLong(before[0]) / 1e6);
			return measured;
		}
	}

}
