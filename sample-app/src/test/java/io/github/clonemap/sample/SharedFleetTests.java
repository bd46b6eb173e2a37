package io.github.clonemap.sample;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import io.github.clonemap.CloneState;
import io.github.clonemap.server.CloneServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.test.web.servlet.client.RestTestClient.ResponseSpec;
import org.springframework.util.StringUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Two instances in one JVM: the first hosts the server, the second joins it.
 */
class SharedFleetTests {

	private ConfigurableApplicationContext first;

	private ConfigurableApplicationContext second;

	@BeforeEach
	void start() {
		this.first = run("--clone.server.port=0");
		int port = this.first.getBean(CloneServer.class).port();
		this.second = run("--clone.servers=tcp://localhost:" + port);
	}

	@AfterEach
	void stop() {
		this.second.close();
		this.first.close();
	}

	@Test
	void flagOfOneInstanceIsSeenByTheOther() {
		put(this.first, "{\"enabled\":true,\"note\":\"from the first\"}").expectStatus().isCreated();
		await().untilAsserted(() -> client(this.second).get()
			.uri("/api/flags/shared")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.note")
			.isEqualTo("from the first"));
		put(this.second, "{\"enabled\":false,\"note\":\"from the second\"}").expectStatus().isOk();
		await().until(() -> "from the second".equals(board(this.first).flag("shared").note()));
		client(this.first).delete().uri("/api/flags/shared").exchange().expectStatus().isNoContent();
		await().until(() -> board(this.second).flag("shared") == null);
	}

	@Test
	void oneInstanceRemovesTheVersionThatTheOtherHasJustWritten() {
		for (int i = 0; i < 20; i++) {
			String tag = Objects
				.requireNonNull(put(this.first, "{\"enabled\":true}").returnResult().getResponseHeaders().getETag());
			client(this.second).delete()
				.uri("/api/flags/shared")
				.header(HttpHeaders.IF_MATCH, tag)
				.exchange()
				.expectStatus()
				.isNoContent();
		}
	}

	@Test
	void exactlyOneWriterOfAVersionSucceedsWhereverItIs() throws Exception {
		String tag = Objects
			.requireNonNull(put(this.first, "{\"enabled\":true}").returnResult().getResponseHeaders().getETag());
		ExecutorService executor = Executors.newFixedThreadPool(16);
		try {
			List<Future<Integer>> writes = new ArrayList<>();
			for (int i = 0; i < 16; i++) {
				ConfigurableApplicationContext instance = (i % 2 == 0) ? this.first : this.second;
				writes.add(executor
					.submit(() -> put(instance, "{\"enabled\":false}", tag).returnResult().getStatus().value()));
			}
			List<Integer> statuses = new ArrayList<>();
			for (Future<Integer> write : writes) {
				statuses.add(write.get());
			}
			assertThat(statuses).containsOnlyOnce(200).containsOnly(200, 412);
		}
		finally {
			executor.shutdownNow();
		}
	}

	@Test
	void eachInstanceSeesTheReadingsOfBoth() {
		String[] names = { name(this.first), name(this.second) };
		await().untilAsserted(() -> {
			assertThat(board(this.first).fleet()).extracting(InstanceView::instance).containsExactlyInAnyOrder(names);
			assertThat(board(this.second).fleet()).extracting(InstanceView::instance).containsExactlyInAnyOrder(names);
		});
	}

	@Test
	void closedInstanceLeavesAtOnce() {
		await().until(() -> board(this.first).fleet().size() == 2);
		this.second.close();
		// Sooner than the session time-out of five seconds.
		await().atMost(Duration.ofSeconds(3)).until(() -> board(this.first).fleet().size() == 1);
	}

	@Test
	void instanceWithoutServerKeepsReadingAndRefusesToWrite() {
		put(this.first, "{\"enabled\":true,\"note\":\"last known\"}").expectStatus().isCreated();
		await().until(() -> board(this.second).flag("shared") != null);
		this.first.close();
		await().until(() -> board(this.second).state().state() != CloneState.LIVE);
		assertThat(board(this.second).flag("shared").note()).isEqualTo("last known");
		put(this.second, "{\"enabled\":false}").expectStatus()
			.is5xxServerError()
			.expectHeader()
			.contentType(MediaType.APPLICATION_PROBLEM_JSON);
		client(this.second).delete()
			.uri("/api/flags/shared")
			.header(HttpHeaders.IF_MATCH, "\"9000000000000000000\"")
			.exchange()
			.expectStatus()
			.isEqualTo(503)
			.expectHeader()
			.exists(HttpHeaders.RETRY_AFTER);
		client(this.second).get().uri("/actuator/health/readiness").exchange().expectStatus().isEqualTo(503);
	}

	@Test
	void closesWithoutWaitingForOpenEventStreams() throws Exception {
		try (EventSource source = new EventSource(this.second.getBean(Instance.class).port())) {
			await().until(() -> !source.events().isEmpty());
			long begin = System.nanoTime();
			this.second.close();
			assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(10));
			await().until(source::isEnded);
		}
	}

	private static ConfigurableApplicationContext run(String... args) {
		return new SpringApplicationBuilder(FleetBoardApplication.class).run(StringUtils
			.concatenateStringArrays(new String[] { "--server.port=0", "--clone.write-timeout=2s" }, args));
	}

	private static FleetBoard board(ConfigurableApplicationContext instance) {
		return instance.getBean(FleetBoard.class);
	}

	private static String name(ConfigurableApplicationContext instance) {
		return instance.getBean(Instance.class).name();
	}

	private static RestTestClient client(ConfigurableApplicationContext instance) {
		return RestTestClient.bindToServer()
			.baseUrl("http://localhost:" + instance.getBean(Instance.class).port())
			.build();
	}

	private static ResponseSpec put(ConfigurableApplicationContext instance, String body, String... ifMatch) {
		return client(instance).put()
			.uri("/api/flags/shared")
			.headers((headers) -> headers.addAll(HttpHeaders.IF_MATCH, List.of(ifMatch)))
			.contentType(MediaType.APPLICATION_JSON)
			.body(body)
			.exchange();
	}

}
