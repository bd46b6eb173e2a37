package io.github.clonemap.autoconfigure;

import java.util.Optional;
import java.util.function.IntConsumer;

import io.github.clonemap.client.CloneClient;
import io.github.clonemap.client.SnailPolicy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ApplicationContext;

/**
 * Ends the application when its client was too slow and that is the policy: closes its
 * context with an exit code, as Boot does it.
 * <p>
 * The code becomes that of the process as soon as nothing else keeps the process alive: a
 * supervisor must see why the application has ended, but a library must not end what is
 * not its own, such as the other applications of a web server, or a test.
 */
final class SnailExit implements Runnable {

	/**
	 * The exit code: that of a failure which may be gone at the next attempt
	 * ({@code EX_TEMPFAIL} in {@code sysexits.h}).
	 */
	static final int EXIT_CODE = 75;

	private static final Logger logger = LoggerFactory.getLogger(SnailExit.class);

	private final CloneClient client;

	private final ApplicationContext context;

	private final IntConsumer endOfProcess;

	SnailExit(CloneClient client, ApplicationContext context, IntConsumer endOfProcess) {
		this.client = client;
		this.context = context;
		this.endOfProcess = endOfProcess;
	}

	/**
	 * The client has stopped because it was too slow. Called by its agent, for which the
	 * context waits when it closes: so a thread of its own closes the context. It is no
	 * daemon, or the process would end before it with another code.
	 */
	@Override
	public void run() {
		if (this.client.settings().snailPolicy() == SnailPolicy.EXIT) {
			Thread thread = new Thread(this::exit, "clone-exit");
			thread.setDaemon(false);
			thread.start();
		}
	}

	private void exit() {
		logger.error("The application ends with exit code {} (clone.snail.policy)", EXIT_CODE);
		int code = SpringApplication.exit(this.context, () -> EXIT_CODE);
		for (Optional<Thread> other = other(); other.isPresent(); other = other()) {
			try {
				other.get().join();
			}
			catch (InterruptedException ex) {
				return;
			}
		}
		this.endOfProcess.accept(code);
	}

	/**
	 * A thread that keeps the process alive, beside this one and the one that waits for
	 * all of these.
	 */
	private static Optional<Thread> other() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> !thread.isDaemon() && thread != Thread.currentThread()
					&& !thread.getName().startsWith("DestroyJavaVM"))
			.findAny();
	}

}
