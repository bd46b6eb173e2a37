package io.github.clonemap.benchmark;

/**
 * How many updates come through each second, from one writer to one reader and to four,
 * each a process of its own? Beside it the plain hub and plain TCP. Of several readers
 * the slowest counts.
 *
 * <pre>
 * mvn -q verify -Pbenchmark -DskipTests -Dbenchmark=throughput -pl clone-spring-boot-autoconfigure
 * </pre>
 */
final class ThroughputBenchmark implements Program {

	private final int readers;

	ThroughputBenchmark(int readers) {
		this.readers = readers;
	}

	@Override
	public void run(Options options) throws Exception {
		Results results = new Results("throughput-" + this.readers, Subject.HUB.label());
		for (int run = 1; run <= options.runs(); run++) {
			for (Subject subject : options.inTurn(run, Subject.CLONE, Subject.HUB, Subject.TCP)) {
				Pipeline pipeline = new Pipeline(options, subject, Load.full(), this.readers, 1);
				results.add(run, subject.label(), pipeline.run().throughput());
			}
		}
		results.print();
	}

}
