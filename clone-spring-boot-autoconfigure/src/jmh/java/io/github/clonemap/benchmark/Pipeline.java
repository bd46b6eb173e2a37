package io.github.clonemap.benchmark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.DataFormatException;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * One run of a subject: a middle, a writer and readers, each a process of its own, under
 * a load, for a warm-up and a window. At the end every reader must have every final
 * value.
 */
final class Pipeline {

	private final Options options;

	private final Subject subject;

	private final Load load;

	private final int processes;

	private final int readersEach;

	private String heap = "1g";

	/**
	 * Creates a pipeline.
	 * @param options how long it runs
	 * @param subject what it is made of
	 * @param load what the writer does
	 * @param processes how many processes read
	 * @param readersEach how many readers each of these has
	 */
	Pipeline(Options options, Subject subject, Load load, int processes, int readersEach) {
		this.options = options;
		this.subject = subject;
		this.load = load;
		this.processes = processes;
		this.readersEach = readersEach;
	}

	/**
	 * Sets the largest heap of each process.
	 */
	Pipeline heap(String heap) {
		this.heap = heap;
		return this;
	}

	/**
	 * Runs it.
	 */
	Outcome run() throws Exception {
		try (Child server = this.subject.hasServer() ? fork("server", 0) : null) {
			String port = (server != null) ? server.expect("port") : "0";
			try (Child writer = fork("writer", port, this.load.toArgument())) {
				port = writer.expect("port");
				List<Child> readers = new ArrayList<>();
				try {
					return run(server, writer, readers, port);
				}
				finally {
					for (Child reader : readers) {
						reader.close();
					}
				}
			}
		}
	}

	private Child fork(String role, Object port, Object... rest) throws Exception {
		List<Object> arguments = new ArrayList<>(List.of(role, this.subject.name(), port));
		arguments.addAll(List.of(rest));
		return Child.fork(this.options, this.heap, arguments.toArray());
	}

	private Outcome run(@Nullable Child server, Child writer, List<Child> readers, String port) throws Exception {
		StringBuilder go = new StringBuilder("go");
		double openSeconds = 0;
		for (int i = 0; i < this.processes; i++) {
			Child reader = fork("reader", port, this.load.toArgument(), this.readersEach);
			readers.add(reader);
			String[] ready = reader.expect("ready").split(" ");
			go.append(' ').append(ready[0]);
			openSeconds += Long.parseLong(ready[1]) / 1e9;
		}
		writer.tell(go.toString());
		writer.expect("filled");
		TimeUnit.MILLISECONDS.sleep(this.options.warmUp().toMillis());
		List<Child> all = new ArrayList<>(readers);
		all.add(writer);
		if (server != null) {
			all.add(server);
		}
		takeLatencies(readers);
		List<Mark> before = marks(all);
		TimeUnit.MILLISECONDS.sleep(this.options.window().toMillis());
		List<Mark> after = marks(all);
		Histogram[] latencies = takeLatencies(readers);
		String[] written = writer.ask("stop").split(" ");
		List<Mark> done = new ArrayList<>();
		for (int i = 0; i < all.size(); i++) {
			done.add(after.get(i).since(before.get(i)));
		}
		boolean right = true;
		long lost = 0;
		for (Child reader : readers) {
			String[] read = reader.ask("finish").split(" ");
			right &= read[0].equals(written[1]);
			lost += Long.parseLong(read[1]);
		}
		return new Outcome(done.subList(0, this.processes), done.get(this.processes),
				(server != null) ? done.get(this.processes + 1) : null, latencies[0], latencies[1], right, lost,
				Long.parseLong(written[2]), Long.parseLong(written[3]), openSeconds, this.readersEach);
	}

	private static List<Mark> marks(List<Child> children) throws InterruptedException {
		// All are asked before the first one is waited for: the windows are the same.
		children.forEach((child) -> child.tell("mark"));
		List<Mark> marks = new ArrayList<>();
		for (Child child : children) {
			marks.add(Mark.parse(child.expect("mark")));
		}
		return marks;
	}

	private Histogram[] takeLatencies(List<Child> readers) throws InterruptedException, DataFormatException {
		Histogram[] sums = { new Histogram(3), new Histogram(3) };
		if (this.load.isPaced()) {
			readers.forEach((reader) -> reader.tell("latencies"));
			for (Child reader : readers) {
				String[] histograms = reader.expect("latencies").split(" ");
				for (int i = 0; i < sums.length; i++) {
					sums[i].add(ReaderRole.decode(histograms[i]));
				}
			}
		}
		return sums;
	}

	/**
	 * What a run has shown.
	 *
	 * @param readers what the reading processes did in the window
	 * @param writer what the writer's process did
	 * @param server what the middle did, {@code null} if it has no process of its own
	 * @param sinceIntended how old updates were when they were seen, since they were
	 * meant to be sent
	 * @param sinceSent the same since they were sent: what is left if the writer's own
	 * lateness is taken away
	 * @param right whether all readers have all final values
	 * @param lost how many updates, or how many times, something was missing on the way
	 * @param failed how many writes failed
	 * @param latenessNanos how late the writer was, usually
	 * @param openSeconds how long it took until all readers were ready
	 * @param readersEach how many readers each reading process has
	 */
	record Outcome(List<Mark> readers, Mark writer, @Nullable Mark server, Histogram sinceIntended, Histogram sinceSent,
			boolean right, long lost, long failed, long latenessNanos, double openSeconds, int readersEach) {

		/**
		 * The rate of the slowest process, for one reader.
		 */
		double slowestPerSecond() {
			return this.readers.stream().mapToDouble(Mark::updatesPerSecond).min().orElseThrow() / this.readersEach;
		}

		/**
		 * How many updates came in, over all readers.
		 */
		double deliveriesPerSecond() {
			return this.readers.stream().mapToDouble(Mark::updatesPerSecond).sum();
		}

		/**
		 * How many updates there were in the window.
		 */
		private double updates() {
			return this.readers.stream().mapToLong(Mark::updates).sum() / (double) this.readers.size()
					/ this.readersEach;
		}

		/**
		 * Throughput, and what it costs.
		 */
		Map<String, Object> throughput() {
			Map<String, Object> measured = new LinkedHashMap<>();
			measured.put("updatesPerSecond", slowestPerSecond());
			measured.put("deliveriesPerSecond", deliveriesPerSecond());
			measured.putAll(costs());
			return measured;
		}

		/**
		 * CPU time and allocation of each process for each update.
		 */
		Map<String, Object> costs() {
			Map<String, Object> measured = new LinkedHashMap<>();
			Mark reader = this.readers.get(0);
			measured.put("writerCpuNanosPerUpdate", this.writer.cpuNanos() / updates());
			measured.put("serverCpuNanosPerUpdate",
					(this.server != null) ? this.server.cpuNanos() / updates() : Double.NaN);
			measured.put("readerCpuNanosPerUpdate", reader.cpuNanos() / updates());
			measured.put("writerBytesPerUpdate", this.writer.allocatedBytes() / updates());
			measured.put("serverBytesPerUpdate",
					(this.server != null) ? this.server.allocatedBytes() / updates() : Double.NaN);
			measured.put("readerBytesPerUpdate", reader.allocatedBytes() / updates());
			measured.putAll(checks());
			return measured;
		}

		/**
		 * How long it takes until an update is seen.
		 */
		Map<String, Object> latencies() {
			Map<String, Object> measured = new LinkedHashMap<>();
			measured.put("p50Micros", micros(this.sinceIntended, 50));
			measured.put("p99Micros", micros(this.sinceIntended, 99));
			measured.put("p999Micros", micros(this.sinceIntended, 99.9));
			measured.put("maxMicros", micros(this.sinceIntended, 100));
			measured.put("p50MicrosSinceSent", micros(this.sinceSent, 50));
			measured.put("p99MicrosSinceSent", micros(this.sinceSent, 99));
			measured.put("writerLateMicros", this.latenessNanos / 1e3);
			measured.put("seenPerSecond", this.sinceIntended.getTotalCount() * 1e9 / this.readers.get(0).nanos());
			measured.putAll(checks());
			return measured;
		}

		/**
		 * Whether the numbers mean anything.
		 */
		Map<String, Object> checks() {
			Map<String, Object> measured = new LinkedHashMap<>();
			measured.put("finalValuesRight", this.right);
			measured.put("noWriteFailed", this.failed == 0);
			measured.put("lost", this.lost);
			return measured;
		}

		private static double micros(Histogram histogram, double percentile) {
			return histogram.getValueAtPercentile(percentile) / 1e3;
		}

	}

}
