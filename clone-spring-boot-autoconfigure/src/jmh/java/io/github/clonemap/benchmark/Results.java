package io.github.clonemap.benchmark;

import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

import com.sun.management.OperatingSystemMXBean;

/**
 * The numbers of one question: a JSON line for each run of each subject, then medians,
 * and a Markdown table with the baseline beside each of them. A ratio is the median of
 * the ratios of the runs, as a run and its baseline had the same noise around them.
 */
final class Results {

	private static final PrintStream out = System.out;

	private final Map<String, Map<String, Map<Integer, Double>>> values = new LinkedHashMap<>();

	private final List<String> complaints = new ArrayList<>();

	private final String question;

	private final String baseline;

	/**
	 * Creates the results of a question.
	 * @param question its name
	 * @param baseline the subject that all others are compared with
	 */
	Results(String question, String baseline) {
		this.question = question;
		this.baseline = baseline;
	}

	/**
	 * A subject was measured once.
	 * @param run which run, from 1
	 * @param subject what was measured
	 * @param measured the numbers by name; what is NaN was not measured, what is no
	 * number is only printed
	 */
	void add(int run, String subject, Map<String, ?> measured) {
		Map<String, Object> line = new LinkedHashMap<>();
		line.put("benchmark", this.question);
		line.put("run", run);
		line.put("subject", subject);
		line.putAll(measured);
		print(line);
		measured.forEach((name, value) -> {
			if (value instanceof Number number && !Double.isNaN(number.doubleValue())) {
				this.values.computeIfAbsent(name, (key) -> new LinkedHashMap<>())
					.computeIfAbsent(subject, (key) -> new TreeMap<>())
					.put(run, number.doubleValue());
			}
			else if (Boolean.FALSE.equals(value)) {
				this.complaints.add("run " + run + " of " + subject + ": " + name + " is false");
			}
		});
	}

	/**
	 * Prints medians and the table.
	 * @throws IllegalStateException if something that must be true was not: then the
	 * numbers mean nothing
	 */
	void print() {
		StringBuilder table = new StringBuilder();
		table.append("\n| ").append(this.question).append(" | | median (lowest to highest) | beside ");
		table.append(this.baseline).append(" |\n| --- | --- | --- | --- |\n");
		this.values.forEach((name, subjects) -> subjects.forEach((subject, runs) -> {
			double ratio = ratio(runs, subjects.getOrDefault(this.baseline, Map.of()));
			double[] sorted = runs.values().stream().mapToDouble(Double::doubleValue).sorted().toArray();
			Map<String, Object> line = new LinkedHashMap<>();
			line.put("benchmark", this.question);
			line.put("subject", subject);
			line.put("metric", name);
			line.put("runs", sorted.length);
			line.put("median", median(sorted));
			line.put("ratioTo" + this.baseline, ratio);
			print(line);
			table.append("| ").append(name).append(" | ").append(subject).append(" | ").append(text(median(sorted)));
			table.append(" (").append(text(sorted[0])).append(" to ").append(text(sorted[sorted.length - 1]));
			table.append(") | ").append(Double.isNaN(ratio) ? "" : text(ratio) + " ×").append(" |\n");
		}));
		out.println(table);
		if (!this.complaints.isEmpty()) {
			throw new IllegalStateException(this.question + ": " + String.join("; ", this.complaints));
		}
	}

	/**
	 * Prints where all of this is measured.
	 */
	static void printMachine() {
		OperatingSystemMXBean os = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
		Map<String, Object> line = new LinkedHashMap<>();
		line.put("machine", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
		line.put("cores", Runtime.getRuntime().availableProcessors());
		line.put("memoryGigabytes", Math.round(os.getTotalMemorySize() / 1e9));
		line.put("load", os.getSystemLoadAverage());
		line.put("java", System.getProperty("java.vm.name") + " " + System.getProperty("java.vm.version"));
		print(line);
	}

	static double median(double... values) {
		double[] sorted = values.clone();
		Arrays.sort(sorted);
		int middle = sorted.length / 2;
		return (sorted.length % 2 == 1) ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
	}

	private double ratio(Map<Integer, Double> runs, Map<Integer, Double> baselineRuns) {
		double[] ratios = runs.keySet()
			.stream()
			.filter((run) -> baselineRuns.getOrDefault(run, 0.0) != 0)
			.mapToDouble((run) -> runs.get(run) / baselineRuns.get(run))
			.toArray();
		return (ratios.length == 0) ? Double.NaN : median(ratios);
	}

	private static void print(Map<String, Object> line) {
		out.println(line.entrySet()
			.stream()
			.map((entry) -> "\"" + entry.getKey() + "\":" + json(entry.getValue()))
			.collect(Collectors.joining(",", "{", "}")));
	}

	private static String json(Object value) {
		if (value instanceof Double number) {
			return (number.isNaN() || number.isInfinite()) ? "null" : text(number).replace(",", "");
		}
		return (value instanceof Number || value instanceof Boolean) ? value.toString() : "\"" + value + "\"";
	}

	private static String text(double value) {
		int digits = (Math.abs(value) >= 1000) ? 0 : ((Math.abs(value) >= 10) ? 1 : 3);
		return String.format(Locale.ROOT, "%,." + digits + "f", value);
	}

}
