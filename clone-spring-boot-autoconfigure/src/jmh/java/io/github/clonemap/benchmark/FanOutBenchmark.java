package io.github.clonemap.benchmark;

/**
 * How many deliveries does a server make each second to 1,000 subscribers of its stream?
 * They are bare sockets in one process, so that the server is the bottleneck; beside it
 * the plain hub with the same sockets. A subscriber for whom the server has no room any
 * more misses batches (and would fetch them); how many is in the result.
 *
 * <pre>
 * mvn -q verify -Pbenchmark -DskipTests -Dbenchmark=fan-out -pl clone-spring-boot-autoconfigure
 * </pre>
 */
final class FanOutBenchmark implements Program {

	private static final int SUBSCRIBERS = 1000;

	@Override
	public void run(Options options) throws Exception {
		Results results = new Results("fan-out-" + SUBSCRIBERS, Subject.HUB_STREAM.label());
		for (int run = 1; run <= options.runs(); run++) {
			for (Subject subject : options.inTurn(run, Subject.CLONE_STREAM, Subject.HUB_STREAM)) {
				Pipeline pipeline = new Pipeline(options, subject, new Load(100, 100, 0), 1, SUBSCRIBERS).heap("3g");
				results.add(run, subject.label(), pipeline.run().throughput());
			}
		}
		results.print();
	}

}
