package io.github.clonemap.benchmark;

/**
 * How long does it take from a write until it is seen at a reader in another process, at
 * a rate that is far from the limit? Measured from the time at which the write was meant
 * to be sent, so that a writer who is held up does not hide it (coordinated omission).
 * Seen by a listener ({@code clone}), in the map ({@code clone-map}), by a listener with
 * the server in the writer's process ({@code clone-hosted}); in the reader's map behind
 * the plain hub and behind plain TCP.
 *
 * <pre>
 * mvn -q verify -Pbenchmark -DskipTests -Dbenchmark=latency-1000 -pl clone-spring-boot-autoconfigure
 * </pre>
 */
final class LatencyBenchmark implements Program {

	private final int rate;

	LatencyBenchmark(int rate) {
		this.rate = rate;
	}

	@Override
	public void run(Options options) throws Exception {
		Results results = new Results("latency-" + this.rate, Subject.HUB.label());
		for (int run = 1; run <= options.runs(); run++) {
			for (Subject subject : options.inTurn(run, Subject.CLONE, Subject.CLONE_MAP, Subject.CLONE_HOSTED,
					Subject.HUB, Subject.TCP)) {
				Pipeline pipeline = new Pipeline(options, subject, Load.paced(this.rate), 1, 1);
				results.add(run, subject.label(), pipeline.run().latencies());
			}
		}
		results.print();
	}

}
