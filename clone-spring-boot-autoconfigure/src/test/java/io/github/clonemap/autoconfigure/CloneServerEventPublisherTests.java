package io.github.clonemap.autoconfigure;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.github.clonemap.CloneConflict;
import io.github.clonemap.CloneWriter;
import io.github.clonemap.agent.Clock;
import io.github.clonemap.event.CloneConflictEvent;
import io.github.clonemap.event.CloneServerRoleChangedEvent;
import io.github.clonemap.server.CloneServer;
import io.github.clonemap.server.ServerRole;
import io.github.clonemap.server.ServerSettings;
import io.github.clonemap.zeromq.ZmqServerSockets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CloneServerEventPublisher}.
 */
@ExtendWith(OutputCaptureExtension.class)
class CloneServerEventPublisherTests {

	private static final byte[] SECRET = "s3cret \" \n \u00fc".getBytes(StandardCharsets.UTF_8);

	private final CloneConflict put = new CloneConflict("/flags/\"a\"", SECRET, (2L << 48) + 1,
			new CloneWriter(CloneWriter.Kind.NATIVE, 7), Instant.parse("2026-01-02T03:04:05.000006Z"));

	private final CloneConflict removed = new CloneConflict("/flags/b", null, (2L << 48) + 2,
			new CloneWriter(CloneWriter.Kind.NATIVE, 8), Instant.parse("2026-01-02T03:04:06Z"));

	private final CloneServer server = new CloneServer(ServerSettings.defaults(),
			ZmqServerSockets.factory("127.0.0.1", 0, 1024), Clock.system());

	@TempDir
	private Path directory;

	@Test
	void lostWritesAreLinesOfJsonAtTheEndOfTheFile(CapturedOutput output) throws Exception {
		Path file = this.directory.resolve("conflicts.jsonl");
		Files.writeString(file, "{\"before\":true}\n");
		try (AnnotationConfigApplicationContext context = contextOf()) {
			CloneServerEventPublisher publisher = new CloneServerEventPublisher(this.server, file, context);
			publisher.onConflicts(List.of(this.put, this.removed));
			publisher.onConflicts(List.of(this.removed));
		}
		List<String> lines = Files.readAllLines(file);
		assertThat(lines).hasSize(4).startsWith("{\"before\":true}");
		JsonNode first = new JsonMapper().readTree(lines.get(1));
		assertThat(first.propertyNames()).containsExactly("key", "value", "sequence", "writerKind", "writerId",
				"serverTime");
		assertThat(first.path("key").asString()).isEqualTo("/flags/\"a\"");
		assertThat(Base64.getDecoder().decode(first.path("value").asString())).isEqualTo(SECRET);
		assertThat(first.path("sequence").asLong()).isEqualTo((2L << 48) + 1);
		assertThat(first.path("writerKind").asString()).isEqualTo("NATIVE");
		assertThat(first.path("writerId").asLong()).isEqualTo(7);
		assertThat(first.path("serverTime").asString()).isEqualTo("2026-01-02T03:04:05.000006Z");
		JsonNode second = new JsonMapper().readTree(lines.get(2));
		assertThat(second.path("key").asString()).isEqualTo("/flags/b");
		assertThat(second.path("value").isNull()).isTrue();
		assertThat(output).contains("2 lost writes are in " + file).doesNotContain("s3cret");
	}

	@Test
	void aFileThatCannotBeWrittenIsToldAndTheEventComesAllTheSame(CapturedOutput output) {
		Path file = this.directory.resolve("nowhere").resolve("conflicts.jsonl");
		try (AnnotationConfigApplicationContext context = contextOf(Conflicts.class)) {
			CloneServerEventPublisher publisher = new CloneServerEventPublisher(this.server, file, context);
			publisher.start();
			publisher.onConflicts(List.of(this.put));
			assertThat(output).contains("1 lost writes could not be written to " + file).doesNotContain("s3cret");
			assertThat(context.getBean(Conflicts.class).events).singleElement()
				.satisfies((event) -> assertThat(event.getConflicts()).containsExactly(this.put));
		}
	}

	@Test
	void eventsComeFromStartToStopAndTheFileIsWrittenEvenThen() {
		Path file = this.directory.resolve("conflicts.jsonl");
		try (AnnotationConfigApplicationContext context = contextOf(Conflicts.class, Roles.class)) {
			CloneServerEventPublisher publisher = new CloneServerEventPublisher(this.server, file, context);
			publisher.onRoleChanged(ServerRole.WAITING, ServerRole.PASSIVE, 1);
			assertThat(context.getBean(Roles.class).events).isEmpty();
			publisher.start();
			publisher.onRoleChanged(ServerRole.PASSIVE, ServerRole.ACTIVE, 2);
			publisher.stop();
			publisher.onRoleChanged(ServerRole.ACTIVE, ServerRole.PASSIVE, 3);
			publisher.onConflicts(List.of(this.put));
			assertThat(context.getBean(Conflicts.class).events).isEmpty();
			assertThat(file).isNotEmptyFile();
			assertThat(context.getBean(Roles.class).events).singleElement().satisfies((event) -> {
				assertThat(event.getSource()).isSameAs(this.server);
				assertThat(event.getFrom()).isEqualTo("PASSIVE");
				assertThat(event.getTo()).isEqualTo("ACTIVE");
				assertThat(event.getEpoch()).isEqualTo(2);
			});
		}
	}

	@Test
	void onlyWhatSomebodyListensToIsPublished() {
		Counting context = new Counting();
		context.register(Roles.class);
		context.refresh();
		try (context) {
			CloneServerEventPublisher publisher = new CloneServerEventPublisher(this.server, null, context);
			publisher.start();
			publisher.onConflicts(List.of(this.put));
			assertThat(context.published).isEmpty();
			publisher.onRoleChanged(ServerRole.PASSIVE, ServerRole.ACTIVE, 2);
			assertThat(context.published).hasOnlyElementsOfType(CloneServerRoleChangedEvent.class).hasSize(1);
		}
	}

	private static AnnotationConfigApplicationContext contextOf(Class<?>... components) {
		AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext();
		context.register(components.length > 0 ? components : new Class<?>[] { Object.class });
		context.refresh();
		return context;
	}

	static class Roles {

		private final Queue<CloneServerRoleChangedEvent> events = new ConcurrentLinkedQueue<>();

		@EventListener
		void on(CloneServerRoleChangedEvent event) {
			this.events.add(event);
		}

	}

	static class Conflicts {

		private final Queue<CloneConflictEvent> events = new ConcurrentLinkedQueue<>();

		@EventListener
		void on(CloneConflictEvent event) {
			this.events.add(event);
		}

	}

	/**
	 * Counts what is published, whether somebody listens or not.
	 */
	static class Counting extends AnnotationConfigApplicationContext {

		private final Queue<ApplicationEvent> published = new ConcurrentLinkedQueue<>();

		@Override
		public void publishEvent(ApplicationEvent event) {
			if (event.getClass().getName().startsWith("io.github.clonemap")) {
				this.published.add(event);
			}
			super.publishEvent(event);
		}

	}

}
