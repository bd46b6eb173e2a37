package io.github.clonemap;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Assumptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A process of its own with the tests' class path, which ends with the test.
 */
public final class JavaProcess implements AutoCloseable {

	private final List<String> output = new CopyOnWriteArrayList<>();

	private final Process process;

	private JavaProcess(Process process) {
		this.process = process;
		Thread reader = new Thread(this::read, "output of process " + process.pid());
		reader.setDaemon(true);
		reader.start();
	}

	/**
	 * Starts a process.
	 * @param main the class with the main method
	 * @param options options of the JVM
	 * @param arguments arguments of the main method
	 */
	public static JavaProcess start(Class<?> main, List<String> options, String... arguments) {
		// DevTools would restart whatever application is started there.
		String classPath = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
			.filter((entry) -> !entry.contains("spring-boot-devtools"))
			.collect(Collectors.joining(File.pathSeparator));
		return start(classPath, main, options, arguments);
	}

	/**
	 * Starts a process that has DevTools on its class path, too.
	 * @param main the class with the main method
	 * @param options options of the JVM
	 * @param arguments arguments of the main method
	 */
	public static JavaProcess startWithDevTools(Class<?> main, List<String> options, String... arguments) {
		return start(System.getProperty("java.class.path"), main, options, arguments);
	}

	private static JavaProcess start(String classPath, Class<?> main, List<String> options, String... arguments) {
		List<String> command = new ArrayList<>();
		command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
		command.addAll(options);
		command.addAll(List.of("-cp", classPath, main.getName()));
		command.addAll(List.of(arguments));
		try {
			return new JavaProcess(new ProcessBuilder(command).redirectErrorStream(true).start());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void read() {
		try (BufferedReader lines = this.process.inputReader()) {
			lines.lines().forEach(this.output::add);
		}
		catch (IOException | UncheckedIOException ex) {
			this.output.add("(closed)");
		}
	}

	/**
	 * Waits for a line of its output, and returns what comes after the word.
	 */
	public String awaitLine(String word, Duration timeout) {
		await().atMost(timeout).untilAsserted(() -> assertThat(line(word)).as(this::toString).isNotNull());
		return line(word);
	}

	private String line(String word) {
		return this.output.stream()
			.filter((line) -> line.startsWith(word))
			.reduce((first, last) -> last)
			.map((line) -> line.substring(word.length()).trim())
			.orElse(null);
	}

	/**
	 * Waits for its end by itself, and asserts that it was a good one.
	 */
	public void awaitSuccess(Duration timeout) throws InterruptedException {
		assertThat(this.process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)).as(this::toString).isTrue();
		assertThat(this.process.exitValue()).as(this::toString).isZero();
	}

	public boolean isAlive() {
		return this.process.isAlive();
	}

	/**
	 * Tells it something, by a line of its input.
	 */
	public void tell(String line) {
		try {
			this.process.outputWriter().write(line + System.lineSeparator());
			this.process.outputWriter().flush();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Stops it for a while, or lets it go on; skips the test where there are no signals.
	 */
	public void signal(String name) throws IOException, InterruptedException {
		Assumptions.assumeTrue(Files.isExecutable(Path.of("/bin/kill")), "This platform has no /bin/kill");
		new ProcessBuilder("/bin/kill", "-" + name, "" + this.process.pid()).start().waitFor();
	}

	@Override
	public void close() {
		this.process.destroyForcibly();
	}

	@Override
	public String toString() {
		return String.join(System.lineSeparator(), this.output);
	}

}
