package io.github.clonemap.sample;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * One running application, seen through its web port.
 */
final class BoardProcess implements AutoCloseable {

	private static final Pattern STARTED = Pattern.compile("Tomcat started on port (\\d+)");

	private final Path log;

	private final Process process;

	BoardProcess(Path log, String... args) throws IOException {
		String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
		List<String> command = new ArrayList<>(List.of(java, "-Xmx128m", "-cp", System.getProperty("java.class.path"),
				FleetBoardApplication.class.getName(), "--server.port=0"));
		command.addAll(List.of(args));
		this.log = log;
		this.process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
	}

	/**
	 * As {@code kill -9} does.
	 */
	void kill() throws InterruptedException {
		this.process.destroyForcibly();
		assertThat(this.process.waitFor(10, TimeUnit.SECONDS)).isTrue();
	}

	@Override
	public void close() throws InterruptedException {
		kill();
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

	JsonNode state() {
		return get("/api/state");
	}

	JsonNode get(String path) {
		String body = client().get().uri(path).exchangeSuccessfully().returnResult(String.class).getResponseBody();
		return new JsonMapper().readTree(body);
	}

	/**
	 * Writes a flag.
	 * @return whether the write was acknowledged
	 */
	boolean put(String flag, String note) {
		return client().put()
			.uri("/api/flags/" + flag)
			.contentType(MediaType.APPLICATION_JSON)
			.body("{\"enabled\":true,\"note\":\"" + note + "\"}")
			.exchange()
			.returnResult()
			.getStatus()
			.is2xxSuccessful();
	}

	/**
	 * The notes of all flags by name.
	 */
	Map<String, String> flags() {
		Map<String, String> notes = new TreeMap<>();
		get("/api/flags").forEach((flag) -> notes.put(flag.path("name").asString(), flag.path("note").asString()));
		return notes;
	}

	int port() {
		Matcher started = STARTED.matcher(readLog());
		assertThat(started.find()).isTrue();
		return Integer.parseInt(started.group(1));
	}

	private RestTestClient client() {
		return RestTestClient.bindToServer().baseUrl("http://localhost:" + port()).build();
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
