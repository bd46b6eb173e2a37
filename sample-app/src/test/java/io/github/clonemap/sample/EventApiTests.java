package io.github.clonemap.sample;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import io.github.clonemap.CloneMap;
import io.github.clonemap.WriteOptions;
import io.github.clonemap.event.CloneServerRoleChangedEvent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The server-sent events, on a real server.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = { "clone.server.port=0",
		"fleet-board.events.max-streams=3", "fleet-board.events.heartbeat=200ms" })
class EventApiTests {

	@Autowired
	private CloneMap<Flag> flags;

	@Autowired
	private Instance instance;

	@Autowired
	private ApplicationContext context;

	@LocalServerPort
	private int port;

	private final String name = "flag-" + UUID.randomUUID();

	private final List<EventSource> sources = new ArrayList<>();

	@AfterEach
	void close() throws Exception {
		for (EventSource source : this.sources) {
			source.close();
		}
	}

	@Test
	void beginsWithASnapshotOfEverything() {
		this.flags.put(this.name, new Flag(true, "seen at once"));
		EventSource source = open();
		assertThat(source.response().headers().firstValue("Content-Type")).hasValue("text/event-stream");
		assertThat(source.response().headers().firstValue("Cache-Control")).hasValue("no-store");
		await().until(() -> !source.events().isEmpty());
		assertThat(source.events().get(0).name()).isEqualTo("snapshot");
		JsonNode snapshot = source.events().get(0).data();
		assertThat(snapshot.path("state").path("instance").asString()).isEqualTo(this.instance.name());
		assertThat(snapshot.path("state").path("state").asString()).isEqualTo("LIVE");
		assertThat(snapshot.path("fleet").isArray()).isTrue();
		assertThat(snapshot.path("flags").valueStream())
			.anySatisfy((flag) -> assertThat(flag.path("name").asString()).isEqualTo(this.name));
	}

	@Test
	void tellsEachChangeOfAFlag() {
		EventSource source = open();
		await().until(() -> !source.events("snapshot").isEmpty());
		this.flags.put(this.name, new Flag(true, "new"));
		await().until(() -> !changes(source).isEmpty());
		JsonNode created = changes(source).get(0);
		assertThat(created.path("kind").asString()).isEqualTo("CREATED");
		assertThat(created.path("flag").path("note").asString()).isEqualTo("new");
		assertThat(created.path("flag").path("sequence").asString())
			.isEqualTo(String.valueOf(this.flags.entry(this.name).sequence()));
		this.flags.remove(this.name);
		await().until(() -> changes(source).size() == 2);
		JsonNode removed = changes(source).get(1);
		assertThat(removed.path("kind").asString()).isEqualTo("REMOVED");
		assertThat(removed.has("flag")).isFalse();
	}

	@Test
	void tellsThatAFlagHasEnded() {
		EventSource source = open();
		this.flags.putAsync(this.name, new Flag(true, ""), WriteOptions.none().ttl(Duration.ofMillis(200)));
		await().untilAsserted(() -> assertThat(changes(source))
			.anySatisfy((change) -> assertThat(change.path("kind").asString()).isEqualTo("EXPIRED")));
	}

	@Test
	void tellsReadingsStateAndSignsOfLife() {
		EventSource source = open();
		await().untilAsserted(() -> {
			assertThat(source.events("reading")).anySatisfy(
					(reading) -> assertThat(reading.path("instance").asString()).isEqualTo(this.instance.name()));
			assertThat(source.events("state"))
				.anySatisfy((state) -> assertThat(state.path("state").asString()).isEqualTo("LIVE"));
			assertThat(source.comments()).contains("heartbeat");
		});
	}

	@Test
	void tellsTheStateWhenTheServerHasANewRole() {
		EventSource source = open();
		await().until(() -> !source.events("snapshot").isEmpty());
		int before = source.events("state").size();
		for (int i = 0; i < 10; i++) {
			this.context.publishEvent(new CloneServerRoleChangedEvent(this, "PASSIVE", "ACTIVE", 2));
		}
		// By itself it comes once a second.
		await().atMost(Duration.ofSeconds(4)).until(() -> source.events("state").size() >= before + 10);
	}

	@Test
	void refusesTooManyStreamsUntilOneHasEnded() throws Exception {
		open();
		open();
		EventSource last = open();
		EventSource refused = tryToOpen();
		assertThat(refused.response().statusCode()).isEqualTo(503);
		assertThat(refused.response().headers().firstValue("Content-Type")).hasValue("application/problem+json");
		assertThat(refused.response().headers().firstValue("Retry-After")).isPresent();
		last.close();
		open();
	}

	/**
	 * Opens a stream as soon as there is room: the server learns that one has ended when
	 * it next sends something.
	 */
	private EventSource open() {
		return await().until(this::tryToOpen, (source) -> source.response().statusCode() == 200);
	}

	private EventSource tryToOpen() throws Exception {
		EventSource source = new EventSource(this.port);
		this.sources.add(source);
		return source;
	}

	private List<JsonNode> changes(EventSource source) {
		return source.events("flag")
			.stream()
			.filter((change) -> change.path("name").asString().equals(this.name))
			.toList();
	}

}
