package io.github.clonemap.sample;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

import io.github.clonemap.sample.EventStream.Event;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * One stream, with an emitter that can be made slow.
 */
@Timeout(30)
class EventStreamTests {

	private final RecordingEmitter emitter = new RecordingEmitter();

	private final EventStreamProperties properties = new EventStreamProperties(1, 4, Duration.ofMillis(100));

	private final EventStream stream = new EventStream(this.emitter, event("first"), this.properties);

	private final Thread thread = new Thread(this.stream, "event-stream-test");

	@AfterEach
	void end() throws InterruptedException {
		this.emitter.open.countDown();
		this.stream.close();
		this.thread.join();
	}

	@Test
	void sendsItsFirstEventThenOthersInOrder() {
		this.stream.offer(event("second"));
		this.thread.start();
		this.stream.offer(event("third"));
		await().untilAsserted(() -> assertThat(this.emitter.events()).containsExactly("first", "second", "third"));
	}

	@Test
	void makesDataWhenItIsSent() {
		AtomicInteger value = new AtomicInteger(1);
		this.stream.offer(new Event("value", () -> "value-" + value.get()));
		value.set(2);
		this.thread.start();
		await().untilAsserted(() -> assertThat(this.emitter.sent).anyMatch((text) -> text.contains("value-2")));
	}

	@Test
	void sendsHeartbeatsAlsoWhileEventsFlow() {
		this.thread.start();
		await().untilAsserted(() -> {
			this.stream.offer(event("more"));
			assertThat(this.emitter.sent).filteredOn((text) -> text.startsWith(":heartbeat")).hasSizeGreaterThan(2);
		});
	}

	@Test
	void cutsOffSlowBrowserWithoutWaitingForIt() {
		this.emitter.block();
		this.thread.start();
		await().until(() -> this.emitter.blocked);
		for (int i = 0; i < 10; i++) {
			this.stream.offer(event("more"));
		}
		assertThat(this.emitter.completed).isFalse();
		this.emitter.open.countDown();
		await().until(() -> this.emitter.completed);
		assertThat(this.emitter.events()).doesNotContain("more");
	}

	@Test
	void closesWithoutWaitingForSlowBrowser() {
		this.emitter.block();
		this.thread.start();
		await().until(() -> this.emitter.blocked);
		this.stream.close();
		assertThat(this.emitter.completed).isFalse();
		this.emitter.open.countDown();
		await().until(() -> this.emitter.completed);
	}

	@Test
	void endsWhenTheBrowserHasGone() throws InterruptedException {
		this.emitter.broken = true;
		this.thread.start();
		this.thread.join();
		assertThat(this.emitter.completed).isFalse();
	}

	@Test
	void endsIfAnEventCannotBeMade() throws InterruptedException {
		this.stream.offer(new Event("broken", () -> {
			throw new IllegalArgumentException("no data");
		}));
		this.thread.start();
		this.thread.join();
		assertThat(this.emitter.completed).isTrue();
	}

	private static Event event(String name) {
		return new Event(name, () -> "data of " + name);
	}

	/**
	 * Keeps what is sent; blocks or fails when it is told to.
	 */
	private static final class RecordingEmitter extends SseEmitter {

		private final List<String> sent = new CopyOnWriteArrayList<>();

		private CountDownLatch open = new CountDownLatch(0);

		private volatile boolean blocked;

		private volatile boolean broken;

		private volatile boolean completed;

		void block() {
			this.open = new CountDownLatch(1);
		}

		List<String> events() {
			return this.sent.stream()
				.filter((text) -> text.startsWith("event:"))
				.map((text) -> text.substring("event:".length(), text.indexOf('\n')))
				.toList();
		}

		@Override
		public void send(SseEventBuilder builder) throws IOException {
			if (this.broken) {
				throw new IOException("Broken pipe");
			}
			try {
				this.blocked = true;
				this.open.await();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
			this.sent
				.add(builder.build().stream().map((part) -> part.getData().toString()).collect(Collectors.joining()));
		}

		@Override
		public void complete() {
			this.completed = true;
		}

	}

}
