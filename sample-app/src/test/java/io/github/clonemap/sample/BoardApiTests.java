package io.github.clonemap.sample;

import java.net.URI;
import java.util.List;

import io.github.clonemap.CloneState;
import io.github.clonemap.server.CloneServer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The fleet, the state, the page and what Spring Boot adds, on a real server.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "clone.server.port=0")
@AutoConfigureRestTestClient
class BoardApiTests {

	@Autowired
	private RestTestClient client;

	@Autowired
	private Instance instance;

	@Autowired
	private FleetBoard board;

	@Autowired
	private CloneServer server;

	@LocalServerPort
	private int port;

	@BeforeEach
	void waitForReadings() {
		await().untilAsserted(() -> assertThat(this.board.fleet()).isNotEmpty());
	}

	@Test
	void instanceIsNamedByHostAndPort() {
		assertThat(this.instance.port()).isEqualTo(this.port);
		assertThat(this.instance.name()).endsWith(":" + this.port).doesNotContain("/");
	}

	@Test
	void fleetHasThisInstanceWithItsReadings() {
		this.client.get()
			.uri("/api/fleet")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.length()")
			.isEqualTo(1)
			.jsonPath("$[0].instance")
			.isEqualTo(this.instance.name())
			.jsonPath("$[0].self")
			.isEqualTo(true)
			.jsonPath("$[0].updated")
			.exists()
			.jsonPath("$[0].readings['heap.used'].unit")
			.isEqualTo("bytes")
			.jsonPath("$[0].readings['heap.used'].value")
			.value(Double.class, (value) -> assertThat(value).isPositive())
			.jsonPath("$[0].readings.threads.value")
			.value(Double.class, (value) -> assertThat(value).isPositive());
	}

	@Test
	void readingsArePublishedAgainAndAgain() {
		double uptime = uptime();
		await().until(() -> uptime() > uptime);
	}

	@Test
	void stateTellsHowThisInstanceStands() {
		this.client.get()
			.uri("/api/state")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.instance")
			.isEqualTo(this.instance.name())
			.jsonPath("$.port")
			.isEqualTo(this.port)
			.jsonPath("$.state")
			.isEqualTo(CloneState.LIVE.name())
			.jsonPath("$.sequence")
			.value(String.class, (value) -> assertThat(value).matches("[1-9][0-9]*"))
			.jsonPath("$.position")
			.value(String.class, (value) -> assertThat(value).matches("[1-9][0-9]*\\.[0-9]+"))
			.jsonPath("$.stalenessMillis")
			.isNumber()
			.jsonPath("$.entries.readings")
			.value(Integer.class, (value) -> assertThat(value).isPositive())
			.jsonPath("$.server.port")
			.isEqualTo(this.server.port())
			.jsonPath("$.uses")
			.isEqualTo("tcp://127.0.0.1:" + this.server.port())
			.jsonPath("$.server.role")
			.isEqualTo("ACTIVE")
			.jsonPath("$.server.inSync")
			.doesNotExist()
			.jsonPath("$.server.replicaLag")
			.doesNotExist();
	}

	@Test
	void pageIsServedAndMayOnlyLoadItsOwnFiles() {
		for (String path : new String[] { "/", "/app.js", "/style.css", "/favicon.svg" }) {
			this.client.get()
				.uri(path)
				.exchange()
				.expectStatus()
				.isOk()
				.expectHeader()
				.value("Content-Security-Policy",
						(policy) -> assertThat(policy).startsWith("default-src 'none'; script-src 'self';"))
				.expectHeader()
				.valueEquals("X-Content-Type-Options", "nosniff");
		}
		String page = this.client.get().uri("/").exchange().returnResult(String.class).getResponseBody();
		assertThat(page).contains("<title>Fleet board</title>")
			.doesNotContain("http:", "https:", "<script>", " style=");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/nowhere", "/api/nowhere", "/actuator/nowhere", "/error" })
	void unknownPathIsAProblem(String path) {
		assertProblem(path, 404);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/api/flags/a%2Fb", "/api/flags/%00" })
	void whatTheContainerRefusesIsAProblemToo(String path) {
		assertProblem(path, 400);
	}

	@Test
	void readinessDependsOnTheMap() {
		this.client.get()
			.uri("/actuator/health/readiness")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.status")
			.isEqualTo("UP")
			.jsonPath("$.components.clone.status")
			.isEqualTo("UP");
	}

	@Test
	void actuatorHasMetricsAndEndpoint() {
		this.client.get()
			.uri("/actuator/metrics")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$.names")
			.value(List.class, (names) -> assertThat(names.contains("clone.entries")).isTrue());
		this.client.get().uri("/actuator/clone").exchange().expectStatus().isOk();
	}

	private double uptime() {
		return this.board.fleet().get(0).readings().get("uptime").value();
	}

	private void assertProblem(String path, int status) {
		this.client.get()
			.uri(URI.create("http://localhost:" + this.port + path))
			.exchange()
			.expectStatus()
			.isEqualTo(status)
			.expectHeader()
			.contentType(MediaType.APPLICATION_PROBLEM_JSON)
			.expectBody()
			.jsonPath("$.status")
			.isEqualTo(status)
			.jsonPath("$.title")
			.isNotEmpty();
	}

}
