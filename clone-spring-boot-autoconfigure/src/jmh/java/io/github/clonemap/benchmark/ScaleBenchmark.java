package io.github.clonemap.benchmark;

/**
 * Does an update cost more when there are more entries: 10,000, 100,000, 1,000,000? All
 * keys are written in turn. A larger map fits the caches less, so the plain hub's reader
 * and its {@code ConcurrentHashMap} of the same size stand beside it.
 *
 * <pre>
 * mvn -q verify -Pbenchmark -DskipTests -Dbenchmark=scale -pl clone-spring-boot-autoconfigure
 * </pre>
 */
final class ScaleBenchmark implements Program {

	@Override
	public void run(Options options) throws Exception {
		for (int entries : new int[] { 10_000, 100_000, 1_000_000 }) {
			Results results = new Results("scale-" + entries, Subject.HUB.label());
			for (int run = 1; run <= options.runs(); run++) {
				for (Subject subject : options.inTurn(run, Subject.CLONE, Subject.HUB)) {
					Load load = new Load(entries, entries, 0);
					results.add(run, subject.label(),
							new Pipeline(options, subject, load, 1, 1).heap("2g").run().throughput());
				}
			}
			results.print();
		}
	}

}
