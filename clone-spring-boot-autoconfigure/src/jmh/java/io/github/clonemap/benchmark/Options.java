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
 * @param subjects what is measured between processes, everything if there are none: a
 * profile needs no baseline
 */
record Options(int runs, Duration warmUp, Duration window, List<String> jvm, List<String> subjects) {

	private static final String PREFIX = "clone.benchmark.";

	/**
	 * What the command line says.
	 */
	static Options fromSystemProperties() {
		return new Options(Integer.parseInt(property("runs", "5")), seconds("warm-up", "10"), seconds("window", "8"),
				words("options", " +"), words("subjects", ","));
	}

	private static List<String> words(String name, String separator) {
		String words = property(name, "");
		return words.isEmpty() ? List.of() : List.of(words.split(separator));
	}

	/**
	 * The subjects in the order in which a run measures them: another one begins each
	 * time, so that none is always the one after the pause.
	 */
	List<Subject> inTurn(int run, Subject... subjects) {
		List<Subject> turned = new ArrayList<>(List.of(subjects));
		Collections.rotate(turned, 1 - run);
		turned.removeIf((subject) -> !this.subjects.isEmpty() && !this.subjects.contains(subject.label()));
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
