package io.github.clonemap.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The application as it is started by hand: two processes, of which one is killed.
 */
@Timeout(120)
class FleetBoardProcessTests {

	private static final Duration SESSION_TIMEOUT = Duration.ofSeconds(3);

	@TempDir
	private Path directory;

	private final List<BoardProcess> processes = new ArrayList<>();

	@AfterEach
	void stop() throws Exception {
		for (BoardProcess process : this.processes) {
			process.process.destroyForcibly().waitFor();
		}
	}

	@Test
	void secondProcessJoinsAndItsReadingsVanishAfterItWasKilled() throws Exception {
		BoardProcess first = start("--clone.server.port=0",
				"--clone.server.session-timeout=" + SESSION_TIMEOUT.toMillis() + "ms");
		first.awaitStarted();
		int port = first.get("/api/state").path("server").path("port").asInt();
		BoardProcess second = start("--clone.servers=tcp://localhost:" + port);
		second.awaitStarted();
		await().untilAsserted(() -> {
			assertThat(first.fleet()).containsExactlyInAnyOrder(first.name(), second.name());
			assertThat(second.fleet()).containsExactlyInAnyOrder(first.name(), second.name());
		});

		long killed = System.nanoTime();
		second.process.destroyForcibly();
		assertThat(second.process.waitFor(10, TimeUnit.SECONDS)).isTrue();
		await().atMost(SESSION_TIMEOUT.plusSeconds(10))
			.untilAsserted(() -> assertThat(first.fleet()).containsExactly(first.name()));
		// A little less: the last sign of life came before the kill.
		assertThat(Duration.ofNanos(System.nanoTime() - killed)).isGreaterThan(SESSION_TIMEOUT.dividedBy(2));
		assertThat(first.get("/api/state").path("state").asString()).isEqualTo("LIVE");
	}

	private BoardProcess start(String... args) throws IOException {
		BoardProcess process = new BoardProcess(this.directory.resolve("process-" + this.processes.size() + ".log"),
				args);
		this.processes.add(process);
		return process;
	}

	/**
	 * One running application, seen through its web port.
	 */
	private static final class BoardProcess {

		private static final Pattern STARTED = Pattern.compile("Tomcat started on port (\\d+)");

		private final Path log;

		private final Process process;

		BoardProcess(Path log, String... args) throws IOException {
			String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
			List<String> command = new ArrayList<>(List.of(java, "-Xmx128m", "-cp",
					System.getProperty("java.class.path"), FleetBoardApplication.class.getName(), "--server.port=0"));
			command.addAll(List.of(args));
			this.log = log;
			this.process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
		}

		void awaitStarted() {
			await().atMost(Duration.ofSeconds(60)).until(() -> {
				assertThat(this.process.isAlive()).as(() -> "is alive: " + readLog()).isTrue();
				return STARTED.matcher(readLog()).find();
			});
		}

		String name() {
			return get("/api/state").path("instance").asString();
		}

		List<String> fleet() {
			return get("/api/fleet").valueStream().map((view) -> view.path("instance").asString()).toList();
		}

		JsonNode get(String path) {
			Matcher started = STARTED.matcher(readLog());
			assertThat(started.find()).isTrue();
			RestTestClient client = RestTestClient.bindToServer()
				.baseUrl("http://localhost:" + started.group(1))
				.build();
			String body = client.get().uri(path).exchangeSuccessfully().returnResult(String.class).getResponseBody();
			return new JsonMapper().readTree(body);
		}

		private String readLog() {
			try {
				return Files.readString(this.log);
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
