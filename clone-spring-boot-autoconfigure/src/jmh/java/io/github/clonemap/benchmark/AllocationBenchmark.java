package io.github.clonemap.benchmark;

/**
 * How much does an update allocate at the server, at a reader and at the writer, and how
 * much CPU time does it cost there: one by one, in small batches, and as many as
 * possible? All threads of a process count, those of the transport, too; the writer's
 * value and the reader's copy of it are part of that.
 *
 * <pre>
 * mvn -q verify -Pbenchmark -DskipTests -Dbenchmark=allocation -pl clone-spring-boot-autoconfigure
 * </pre>
 */
final class AllocationBenchmark implements Program {

	@Override
	public void run(Options options) throws Exception {
		for (int rate : new int[] { 1_000, 50_000, 0 }) {
			Results results = new Results("allocation-" + ((rate > 0) ? rate : "full"), Subject.HUB.label());
			for (int run = 1; run <= options.runs(); run++) {
				for (Subject subject : options.inTurn(run, Subject.CLONE_MAP, Subject.HUB)) {
					Pipeline pipeline = new Pipeline(options, subject, Load.paced(rate), 1, 1);
					results.add(run, subject.label(), pipeline.run().costs());
				}
			}
			results.print();
		}
	}

}
