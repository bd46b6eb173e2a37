package io.github.clonemap.autoconfigure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URI;
import java.net.URL;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import io.github.clonemap.Footprint;
import io.github.clonemap.JavaProcess;
import io.github.clonemap.autoconfigure.restart.DevToolsApplication;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.devtools.restart.Restarter;
import org.springframework.boot.devtools.restart.classloader.RestartClassLoader;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * DevTools restarts an application that has a server and a client, in a process of its
 * own: what the application brings is loaded anew each time, this class and the libraries
 * are not.
 */
public class DevToolsTests {

	private static final int RESTARTS = 5;

	private static final Set<ClassLoader> loaders = new HashSet<>();

	private static Footprint nothing;

	private static Footprint running;

	@TempDir
	private Path directory;

	@Test
	void anApplicationThatDevToolsRestartsAgainAndAgainLeavesNothingBehind() throws Exception {
		String file = DevToolsApplication.class.getName().replace('.', '/') + ".class";
		Path copy = this.directory.resolve(file);
		Files.createDirectories(copy.getParent());
		Files.copy(Path.of(DevToolsApplication.class.getClassLoader().getResource(file).toURI()), copy);
		try (JavaProcess process = JavaProcess.startWithDevTools(DevToolsApplication.class, List.of("-Xmx256m"),
				this.directory.toUri().toString())) {
			process.awaitSuccess(Duration.ofSeconds(90));
			assertThat(process.toString()).contains("started " + (RESTARTS + 1) + " times");
		}
	}

	/**
	 * The first thing that the application does, at each start. The first time it does
	 * not return, as DevTools starts the application on a thread of its own.
	 */
	public static void beforeStart(String[] arguments) {
		orEnd(() -> {
			if (nothing == null) {
				openWhatTheJvmKeeps();
				nothing = Footprint.now();
			}
			nothing.awaitNothingNew();
		});
		Restarter.initialize(arguments, false, (thread) -> new URL[] { url(arguments[0]) }, true);
	}

	/**
	 * The last thing that the application does, at each start.
	 */
	public static void afterStart(ConfigurableApplicationContext context, Class<?> application) {
		orEnd(() -> {
			assertThat(application.getClassLoader()).isInstanceOf(RestartClassLoader.class);
			assertThat(loaders.add(application.getClassLoader())).isTrue();
			if (running == null) {
				running = Footprint.settled();
			}
			running.awaitNoMore();
			if (loaders.size() <= RESTARTS) {
				new Thread(Restarter.getInstance()::restart, "restart").start();
				return;
			}
			context.close();
			nothing.awaitNothingNew();
			System.out.println("started " + loaders.size() + " times");
			System.exit(0);
		});
	}

	/**
	 * With its first channel the JVM opens a socket that it never closes.
	 */
	private static void openWhatTheJvmKeeps() {
		try {
			SocketChannel.open().close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static void orEnd(Runnable work) {
		try {
			work.run();
		}
		catch (Throwable ex) {
			ex.printStackTrace();
			System.exit(1);
		}
	}

	private static URL url(String location) {
		try {
			return URI.create(location).toURL();
		}
		catch (MalformedURLException ex) {
			throw new IllegalArgumentException(ex);
		}
	}

}
