package io.github.clonemap.sample;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

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
	void stop() throws InterruptedException {
		for (BoardProcess process : this.processes) {
			process.close();
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
		second.kill();
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

}
