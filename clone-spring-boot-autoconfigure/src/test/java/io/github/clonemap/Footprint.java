package io.github.clonemap;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

import com.sun.management.UnixOperatingSystemMXBean;
import org.junit.jupiter.api.Assumptions;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What this process holds of the machine: threads by name, and file descriptors by kind
 * (sockets, pipes, selectors), so that a test can tell what something has left behind.
 * Files are not counted, as class loading opens jars when it likes.
 */
public final class Footprint {

	private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

	private static final Path CONNECTIONS = Path.of("/proc/self/net");

	private final Set<Thread> threads;

	private final Map<String, Integer> descriptors;

	private final Set<String> sockets;

	private Footprint(Set<Thread> threads, Map<String, Integer> descriptors, Set<String> sockets) {
		this.threads = threads;
		this.descriptors = descriptors;
		this.sockets = sockets;
	}

	/**
	 * The footprint of this moment; skips the test where the platform cannot tell.
	 */
	public static Footprint now() {
		return new Footprint(threads(), descriptors(), sockets());
	}

	/**
	 * The footprint of something that runs, when it has made all its connections and
	 * nothing changes any more.
	 */
	public static Footprint settled() {
		Footprint[] last = { now() };
		await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(700)).until(() -> {
			Footprint before = last[0];
			last[0] = now();
			return before.threads.equals(last[0].threads) && before.descriptors.equals(last[0].descriptors);
		});
		return last[0];
	}

	/**
	 * Waits until nothing is there that was not there before.
	 */
	public void awaitNothingNew() {
		await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
			assertThat(newThreads()).as("threads left behind").isEmpty();
			assertThat(sockets()).as("TCP sockets left behind").isSubsetOf(this.sockets);
			descriptors()
				.forEach((kind, count) -> assertThat(count).as("file descriptors left behind, of the kind %s", kind)
					.isLessThanOrEqualTo(this.descriptors.getOrDefault(kind, 0)));
		});
	}

	/**
	 * Waits until there is as much as before, by kind and by role: restarted things may
	 * take the place of others.
	 */
	public void awaitNoMore() {
		Map<String, Long> before = roles(this.threads);
		await().atMost(Duration.ofSeconds(10)).untilAsserted(() -> {
			roles(threads()).forEach((role, count) -> assertThat(count).as("threads %s", role)
				.isLessThanOrEqualTo(before.getOrDefault(role, 0L)));
			descriptors().forEach((kind, count) -> assertThat(count).as("file descriptors of the kind %s", kind)
				.isLessThanOrEqualTo(this.descriptors.getOrDefault(kind, 0)));
		});
	}

	private Set<String> newThreads() {
		return threads().stream()
			.filter((thread) -> !this.threads.contains(thread))
			.map(Thread::getName)
			.collect(Collectors.toSet());
	}

	/**
	 * Ours, and those that JeroMQ makes by itself.
	 */
	private static Set<Thread> threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().contains("clone") || thread.getName().contains("iothread")
					|| thread.getName().contains("reaper"))
			.collect(Collectors.toSet());
	}

	private static Map<String, Long> roles(Set<Thread> threads) {
		return threads.stream()
			.collect(
					Collectors.groupingBy((thread) -> thread.getName().replaceAll("\\d+", "#"), Collectors.counting()));
	}

	private static Map<String, Integer> descriptors() {
		Map<String, Integer> kinds = new TreeMap<>();
		if (Files.isDirectory(DESCRIPTORS)) {
			try (DirectoryStream<Path> links = Files.newDirectoryStream(DESCRIPTORS)) {
				for (Path link : links) {
					String target = target(link);
					if (!target.startsWith("/")) {
						kinds.merge(target.replaceAll(":\\[?\\d+]?$", ""), 1, Integer::sum);
					}
				}
				return kinds;
			}
			catch (IOException ex) {
				throw new AssertionError(ex);
			}
		}
		if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system) {
			kinds.put("any", (int) system.getOpenFileDescriptorCount());
			return kinds;
		}
		return Assumptions.abort("This platform does not tell how many file descriptors a process has");
	}

	private static String target(Path link) {
		try {
			return Files.readSymbolicLink(link).toString();
		}
		catch (IOException ex) {
			// The one that lists them, or one that was closed meanwhile.
			return "/";
		}
	}

	/**
	 * The TCP sockets of this process, by inode; none where the platform does not tell.
	 */
	private static Set<String> sockets() {
		Set<String> ours = new HashSet<>();
		if (!Files.isDirectory(DESCRIPTORS) || !Files.isDirectory(CONNECTIONS)) {
			return ours;
		}
		try (DirectoryStream<Path> links = Files.newDirectoryStream(DESCRIPTORS)) {
			for (Path link : links) {
				String target = target(link);
				if (target.startsWith("socket:[")) {
					ours.add(target.substring(8, target.length() - 1));
				}
			}
			Set<String> tcp = new HashSet<>();
			for (String table : new String[] { "tcp", "tcp6" }) {
				Path path = CONNECTIONS.resolve(table);
				if (Files.isReadable(path)) {
					Files.readAllLines(path).stream().skip(1).forEach((line) -> tcp.add(line.trim().split("\\s+")[9]));
				}
			}
			ours.retainAll(tcp);
			return ours;
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
	}

	@Override
	public String toString() {
		return roles(this.threads) + " " + this.descriptors;
	}

}
