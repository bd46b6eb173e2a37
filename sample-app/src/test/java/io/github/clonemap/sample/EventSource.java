package io.github.clonemap.sample;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Reads server-sent events as a browser does.
 */
final class EventSource implements AutoCloseable {

	private final List<Event> events = new CopyOnWriteArrayList<>();

	private final List<String> comments = new CopyOnWriteArrayList<>();

	private final HttpResponse<InputStream> response;

	private volatile boolean ended;

	EventSource(int port) throws IOException, InterruptedException {
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://localhost:" + port + "/api/events"))
			.header("Accept", "text/event-stream")
			.timeout(Duration.ofSeconds(10))
			.build();
		this.response = HttpClient.newHttpClient().send(request, BodyHandlers.ofInputStream());
		Thread reader = new Thread(this::read, "event-source");
		reader.setDaemon(true);
		reader.start();
	}

	private void read() {
		JsonMapper mapper = new JsonMapper();
		String name = "";
		try (BufferedReader reader = new BufferedReader(
				new InputStreamReader(this.response.body(), StandardCharsets.UTF_8))) {
			for (String line = reader.readLine(); line != null; line = reader.readLine()) {
				if (line.startsWith("event:")) {
					name = line.substring("event:".length());
				}
				else if (line.startsWith("data:")) {
					this.events.add(new Event(name, mapper.readTree(line.substring("data:".length()))));
				}
				else if (line.startsWith(":")) {
					this.comments.add(line.substring(1));
				}
			}
		}
		catch (IOException ex) {
			// Closed, by one side or the other.
		}
		this.ended = true;
	}

	HttpResponse<InputStream> response() {
		return this.response;
	}

	List<Event> events() {
		return this.events;
	}

	List<JsonNode> events(String name) {
		return this.events.stream().filter((event) -> event.name().equals(name)).map(Event::data).toList();
	}

	List<String> comments() {
		return this.comments;
	}

	boolean isEnded() {
		return this.ended;
	}

	@Override
	public void close() throws IOException {
		this.response.body().close();
	}

	/**
	 * An event.
	 *
	 * @param name its name
	 * @param data its data
	 */
	record Event(String name, JsonNode data) {

	}

}
