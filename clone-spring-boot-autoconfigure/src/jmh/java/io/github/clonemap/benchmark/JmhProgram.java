package io.github.clonemap.benchmark;

import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs a class of JMH, with a fork for each run, and reports it as the other programs
 * are. The method {@code baseline} is the baseline.
 *
 * @param question the name of the results
 * @param benchmark the class
 */
record JmhProgram(String question, Class<?> benchmark) implements Program {

	private static final int ITERATIONS = 5;

	private static final String BASELINE = "baseline";

	private static final String ALLOCATION = "gc.alloc.rate.norm";

	@Override
	public void run(Options options) throws RunnerException {
		Collection<RunResult> runResults = new Runner(
				new OptionsBuilder().include(this.benchmark.getName().replace(".", "\\.") + "\\.")
					.forks(options.runs())
					.warmupIterations(ITERATIONS)
					.warmupTime(part(options.warmUp()))
					.measurementIterations(ITERATIONS)
					.measurementTime(part(options.window()))
					.jvmArgsAppend(options.jvm().toArray(String[]::new))
					.addProfiler(GCProfiler.class)
					.verbosity(VerboseMode.SILENT)
					.shouldFailOnError(true)
					.build())
			.run();
		Results results = new Results(this.question, BASELINE);
		for (RunResult runResult : runResults) {
			String method = runResult.getParams().getBenchmark();
			int run = 0;
			for (BenchmarkResult fork : runResult.getBenchmarkResults()) {
				results.add(++run, method.substring(method.lastIndexOf('.') + 1), measured(fork));
			}
		}
		results.print();
	}

	private static TimeValue part(Duration duration) {
		return TimeValue.milliseconds(duration.toMillis() / ITERATIONS);
	}

	private static Map<String, Object> measured(BenchmarkResult fork) {
		Map<String, Object> measured = new LinkedHashMap<>();
		measured.put(fork.getPrimaryResult().getScoreUnit(), fork.getPrimaryResult().getScore());
		Result<?> allocation = fork.getSecondaryResults().get(ALLOCATION);
		if (allocation != null) {
			measured.put(allocation.getScoreUnit(), allocation.getScore());
		}
		return measured;
	}

}
