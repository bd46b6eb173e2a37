package io.github.clonemap.benchmark;

import java.util.Map;

/**
 * What do 50 and 500 real clients mean: how long until all are there, and how old is an
 * update when the listeners of all of them hear it? The rate is such that there are
 * 50,000 deliveries each second; beside it as many readers of the plain hub.
 *
 * <pre>
 * mvn -q verify -Pbenchmark -DskipTests -Dbenchmark=clients -pl clone-spring-boot-autoconfigure
 * </pre>
 */
final class ClientsBenchmark implements Program {

	private static final int DELIVERIES_PER_SECOND = 10_000;

	/**
	 * Few, so that what comes before the measurement is over soon: 500 clients hear it.
	 */
	private static final int KEYS = 100;

	private static final int CLIENTS_PER_PROCESS = 50;

	private final int clients;

	ClientsBenchmark(int clients) {
		this.clients = clients;
	}

	@Override
	public void run(Options options) throws Exception {
		Results results = new Results("clients-" + this.clients, Subject.HUB.label());
		for (int run = 1; run <= options.runs(); run++) {
			for (Subject subject : options.inTurn(run, Subject.CLONE, Subject.HUB)) {
				Load load = new Load(KEYS, KEYS, DELIVERIES_PER_SECOND / this.clients);
				Pipeline.Outcome outcome = new Pipeline(options, subject, load, this.clients / CLIENTS_PER_PROCESS,
						CLIENTS_PER_PROCESS)
					.run();
				Map<String, Object> measured = outcome.latencies();
				measured.put("secondsUntilAllAreThere", outcome.openSeconds());
				measured.putAll(outcome.costs());
				results.add(run, subject.label(), measured);
			}
		}
		results.print();
	}

}
