package io.github.clonemap.benchmark;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * How much is measured. The defaults are for numbers that are shown to somebody; shorter
 * ones ({@code -Dbenchmark.runs=1 -Dbenchmark.warm-up=2 -Dbenchmark.window=2}) show that
 * a program works.
 *
 * @param runs how many times each subject is measured
 * @param warmUp how long before the first number counts
 * @param window how long is counted
 * @param jvm further arguments of each JVM, such as a collector or a recording
 */
record Options(int runs, Duration warmUp, Duration window, List<String> jvm) {

	private static final String PREFIX = "clone.benchmark.";

	/**
	 * What the command line says.
	 */
	static Options fromSystemProperties() {
		String jvm = property("options", "");
		return new Options(Integer.parseInt(property("runs", "5")), seconds("warm-up", "10"), seconds("window", "8"),
				jvm.isEmpty() ? List.of() : List.of(jvm.split(" +")));
	}

	/**
	 * The subjects in the order in which a run measures them: another one begins each
	 * time, so that none is always the one after the pause.
	 */
	static <T> List<T> inTurn(int run, List<T> subjects) {
		List<T> turned = new ArrayList<>(subjects);
		Collections.rotate(turned, 1 - run);
		return turned;
	}

	private static Duration seconds(String name, String other) {
		return Duration.ofMillis((long) (Double.parseDouble(property(name, other)) * 1000));
	}

	private static String property(String name, String other) {
		String value = System.getProperty(PREFIX + name, "").trim();
		return value.isEmpty() ? other : value;
	}

}
