package io.github.clonemap.benchmark;

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * What a process does that was started by a {@link Child}: it obeys, a line at a time,
 * until there are no more lines.
 */
abstract class Role implements AutoCloseable {

	private static final PrintStream out = System.out;

	/**
	 * Runs a role; the first argument says which.
	 * @param args the role, and what it needs to know
	 * @throws Exception if something does not work
	 */
	public static void main(String[] args) throws Exception {
		Subject subject = Subject.valueOf(args[1]);
		int port = Integer.parseInt(args[2]);
		try (Role role = switch (args[0]) {
			case "server" -> new ServerRole(subject);
			case "writer" -> new WriterRole(subject, port, Load.parse(args[3]));
			case "reader" -> new ReaderRole(subject, port, Load.parse(args[3]), Integer.parseInt(args[4]));
			case "caller" ->
				new CallerRole(subject, port, Stream.of(args[3].split(",")).map(Integer::valueOf).toList());
			case "survivor" ->
				new SurvivorRole(List.of(port, Integer.parseInt(args[3])), Duration.ofMillis(Long.parseLong(args[4])));
			default -> throw new IllegalArgumentException("There is no role " + args[0]);
		}) {
			BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
			for (String line = lines.readLine(); line != null; line = lines.readLine()) {
				String[] words = line.split(" ");
				if (words[0].equals("heap")) {
					say("heap", usedHeap());
				}
				else {
					role.obey(words);
				}
			}
		}
		// Some threads of the baselines wait for ever.
		System.exit(0);
	}

	/**
	 * Does what it is told.
	 * @param words a line, as words
	 */
	abstract void obey(String[] words) throws Exception;

	/**
	 * Says a line to whoever started this process.
	 */
	static void say(Object... words) {
		StringBuilder line = new StringBuilder();
		for (Object word : words) {
			line.append((line.length() == 0) ? "" : " ").append(word);
		}
		out.println(line);
	}

	/**
	 * What is still needed of the heap.
	 */
	static long usedHeap() throws InterruptedException {
		Runtime runtime = Runtime.getRuntime();
		for (int i = 0; i < 3; i++) {
			System.gc();
			TimeUnit.MILLISECONDS.sleep(100);
		}
		return runtime.totalMemory() - runtime.freeMemory();
	}

}
