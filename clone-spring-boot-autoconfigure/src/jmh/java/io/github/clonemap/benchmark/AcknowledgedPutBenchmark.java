package io.github.clonemap.benchmark;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How long does a {@code put} take that waits until it is acknowledged and visible, one
 * after the other? Beside it the round trip of the plain hub, whose writer can only wait
 * to hear its own update, and that of plain TCP, where the reader answers with a byte.
 *
 * <pre>
 * mvn -q verify -Pbenchmark -DskipTests -Dbenchmark=acknowledged -pl clone-spring-boot-autoconfigure
 * </pre>
 */
final class AcknowledgedPutBenchmark implements Program {

	@Override
	public void run(Options options) throws Exception {
		Results results = new Results("acknowledged", Subject.HUB.label());
		for (int run = 1; run <= options.runs(); run++) {
			for (Subject subject : options.inTurn(run, Subject.CLONE, Subject.HUB, Subject.TCP)) {
				results.add(run, subject.label(), measure(options, subject));
			}
		}
		results.print();
	}

	private static Map<String, Object> measure(Options options, Subject subject) throws Exception {
		boolean middle = subject.hasServer();
		try (Child peer = middle ? Child.fork(options, "1g", "server", subject, 0)
				: Child.fork(options, "1g", "reader", subject, 0, Load.full().toArgument(), 1)) {
			String port = peer.expect(middle ? "port" : "ready").split(" ")[0];
			try (Child caller = Child.fork(options, "1g", "caller", subject, port, port)) {
				caller.expect("ready");
				caller.ask("call " + options.warmUp().toMillis());
				String[] called = caller.ask("call " + options.window().toMillis()).split(" ");
				Map<String, Object> measured = new LinkedHashMap<>();
				measured.put("putsPerSecond", Double.valueOf(called[0]));
				measured.put("p50Micros", Long.parseLong(called[1]) / 1e3);
				measured.put("p90Micros", Long.parseLong(called[2]) / 1e3);
				measured.put("p99Micros", Long.parseLong(called[3]) / 1e3);
				measured.put("maxMicros", Long.parseLong(called[4]) / 1e3);
				measured.put("noWriteFailed", called[5].equals("0"));
				return measured;
			}
		}
	}

}
