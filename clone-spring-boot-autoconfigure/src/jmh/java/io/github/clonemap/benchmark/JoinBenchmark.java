package io.github.clonemap.benchmark;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * How long does a new client take until it can read 1,000,000 entries, while somebody
 * writes 20,000 times a second and while nobody does, and how much heap does an entry
 * take at the client and at the server (key of 20 characters and value of 100 bytes
 * included)? Beside it a million records over plain TCP into a {@code ConcurrentHashMap},
 * which is no snapshot of anything. Afterwards the client must have every final value.
 *
 * <pre>
 * mvn -q verify -Pbenchmark -DskipTests -Dbenchmark=join -pl clone-spring-boot-autoconfigure
 * </pre>
 */
final class JoinBenchmark implements Program {

	private static final int ENTRIES = 1_000_000;

	private static final int RATE = 20_000;

	@Override
	public void run(Options options) throws Exception {
		Results results = new Results("join-" + ENTRIES, Subject.TCP.label());
		for (int run = 1; run <= options.runs(); run++) {
			results.add(run, "clone-busy", join(options, new Load(ENTRIES, Load.USUAL_KEYS, RATE)));
			results.add(run, "clone-quiet", join(options, new Load(ENTRIES, 0, 0)));
			results.add(run, Subject.TCP.label(), transfer(options));
		}
		results.print();
	}

	private static Map<String, Object> join(Options options, Load load) throws Exception {
		try (Child server = Child.fork(options, "3g", "server", Subject.CLONE, 0)) {
			String port = server.expect("port");
			double before = Double.parseDouble(server.ask("heap"));
			try (Child writer = Child.fork(options, "2g", "writer", Subject.CLONE, port, load.toArgument())) {
				writer.tell("go");
				writer.expect("filled");
				// So that the writer and its server are warm, as they would be.
				TimeUnit.MILLISECONDS.sleep(options.warmUp().toMillis());
				// An unpaced load asks for no listener: it is not what is measured here.
				Load read = new Load(ENTRIES, load.active(), 0);
				try (Child reader = Child.fork(options, "2g", "reader", Subject.CLONE, port, read.toArgument(), 1)) {
					String[] ready = reader.expect("ready").split(" ");
					// What goes on is heard, too, before it ends.
					TimeUnit.SECONDS.sleep(1);
					String[] written = writer.ask("stop").split(" ");
					Map<String, Object> measured = result(ready, reader, reader.ask("finish"), written);
					measured.put("serverBytesPerEntry", (Double.parseDouble(server.ask("heap")) - before) / ENTRIES);
					return measured;
				}
			}
		}
	}

	private static Map<String, Object> transfer(Options options) throws Exception {
		Load load = new Load(ENTRIES, 0, 0);
		try (Child reader = Child.fork(options, "2g", "reader", Subject.TCP, 0, load.toArgument(), 1);
				Child writer = Child.fork(options, "2g", "writer", Subject.TCP, 0, load.toArgument())) {
			String[] ready = reader.expect("ready").split(" ");
			writer.expect("port");
			long start = System.nanoTime();
			writer.tell("go " + ready[0]);
			String[] written = writer.ask("stop").split(" ");
			ready[1] = String.valueOf(System.nanoTime() - start);
			return result(ready, reader, reader.ask("finish"), written);
		}
	}

	private static Map<String, Object> result(String[] ready, Child reader, String read, String[] written)
			throws InterruptedException {
		Map<String, Object> measured = new LinkedHashMap<>();
		measured.put("seconds", Long.parseLong(ready[1]) / 1e9);
		measured.put("readerBytesPerEntry",
				(Double.parseDouble(reader.ask("heap")) - Double.parseDouble(ready[2])) / ENTRIES);
		measured.put("finalValuesRight", read.split(" ")[0].equals(written[1]));
		measured.put("noWriteFailed", written[2].equals("0"));
		measured.put("writerLateMicros", Long.parseLong(written[3]) / 1e3);
		measured.put("writerLateP99Micros", Long.parseLong(written[4]) / 1e3);
		return measured;
	}

}
