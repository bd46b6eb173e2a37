package io.github.clonemap.benchmark;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A JVM with one of the roles, which speaks a line at a time. It ends when this process
 * does, as its input ends then.
 */
final class Child implements AutoCloseable {

	/** How long to wait for what must come. */
	private static final int STEP_SECONDS = 120;

	private static final int END_SECONDS = 15;

	private static final String END = "";

	private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

	private final String name;

	private final Process process;

	private Child(String name, List<String> command) throws IOException {
		this.name = name;
		this.process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
		Thread thread = new Thread(this::listen, "lines of " + name);
		thread.setDaemon(true);
		thread.start();
	}

	/**
	 * Starts a JVM.
	 * @param options has further arguments of the JVM, which win over these
	 * @param heap its largest heap, such as {@code 1g}
	 * @param role what it is, and what that role needs to know
	 */
	static Child fork(Options options, String heap, Object... role) throws IOException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx" + heap));
		command.addAll(options.jvm());
		command.addAll(List.of("-cp", System.getProperty("java.class.path"), Role.class.getName()));
		for (Object argument : role) {
			command.add(argument.toString());
		}
		return new Child(role[0].toString(), command);
	}

	/**
	 * Waits for a line.
	 * @param word how it starts
	 * @return the rest of it
	 */
	String expect(String word) throws InterruptedException {
		while (true) {
			String line = this.lines.poll(STEP_SECONDS, TimeUnit.SECONDS);
			if (line == null || line.equals(END)) {
				throw new IllegalStateException(
						"The " + this.name + ((line == null) ? " did not say '" : " ended before '") + word + "'"
								+ ((line == null) ? " in time" : ""));
			}
			if (line.startsWith(word + " ")) {
				return line.substring(word.length() + 1);
			}
		}
	}

	/**
	 * Says a line.
	 */
	void tell(String line) {
		try {
			this.process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
			this.process.getOutputStream().flush();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Says a line and waits for the answer, which starts with the same word.
	 */
	String ask(String line) throws InterruptedException {
		tell(line);
		return expect(line.split(" ")[0]);
	}

	/**
	 * Ends the process as a crash would.
	 */
	void kill() throws InterruptedException {
		this.process.destroyForcibly().waitFor();
	}

	@Override
	public void close() throws InterruptedException {
		try {
			this.process.getOutputStream().close();
		}
		catch (IOException ex) {
			// It has ended already.
		}
		if (!this.process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
			kill();
		}
	}

	private void listen() {
		try (BufferedReader reader = new BufferedReader(
				new InputStreamReader(this.process.getInputStream(), StandardCharsets.UTF_8))) {
			for (String line = reader.readLine(); line != null; line = reader.readLine()) {
				this.lines.add(line);
			}
		}
		catch (IOException ex) {
			// It was killed.
		}
		this.lines.add(END);
	}

}
