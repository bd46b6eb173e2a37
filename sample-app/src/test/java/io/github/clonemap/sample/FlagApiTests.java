package io.github.clonemap.sample;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

import io.github.clonemap.CloneMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.resttestclient.autoconfigure.AutoConfigureRestTestClient;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.client.RestTestClient;
import org.springframework.test.web.servlet.client.RestTestClient.ResponseSpec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The flags over HTTP, on a real server.
 */
@SpringBootTest(webEnvironment = WebEnvironment.RANDOM_PORT, properties = "clone.server.port=0")
@AutoConfigureRestTestClient
class FlagApiTests {

	@Autowired
	private RestTestClient client;

	@Autowired
	private CloneMap<Flag> flags;

	@Autowired
	private CloneMap<byte[]> cloneMap;

	private final String name = "flag-" + UUID.randomUUID();

	@Test
	void createsFlagAndReadsItBack() {
		String tag = entityTag(put("{\"enabled\":true,\"note\":\"tried with ten users\"}").expectStatus().isCreated());
		this.client.get()
			.uri("/api/flags/{name}", this.name)
			.exchange()
			.expectStatus()
			.isOk()
			.expectHeader()
			.valueEquals(HttpHeaders.ETAG, tag)
			.expectBody()
			.jsonPath("$.name")
			.isEqualTo(this.name)
			.jsonPath("$.enabled")
			.isEqualTo(true)
			.jsonPath("$.note")
			.isEqualTo("tried with ten users")
			.jsonPath("$.sequence")
			.isEqualTo(tag.replace("\"", ""))
			.jsonPath("$.expires")
			.doesNotExist();
		assertThat(this.flags).containsEntry(this.name, new Flag(true, "tried with ten users"));
	}

	@Test
	void listsFlagsByName() {
		put("{\"enabled\":true}").expectStatus().isCreated();
		this.client.get()
			.uri("/api/flags")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$[*].name")
			.value(List.class, (names) -> assertThat(names.contains(this.name)).isTrue());
	}

	@Test
	void updateAnswersWithTheTagOfWhatItWrote() {
		String first = entityTag(put("{\"enabled\":true}").expectStatus().isCreated());
		String second = entityTag(put("{\"enabled\":false}").expectStatus().isOk());
		assertThat(sequence(second)).isGreaterThan(sequence(first));
		assertThat(second).isEqualTo(currentTag());
	}

	@Test
	void readsNothingAnewIfNothingHasChanged() {
		String tag = entityTag(put("{\"enabled\":true}").expectStatus().isCreated());
		this.client.get()
			.uri("/api/flags/{name}", this.name)
			.ifNoneMatch(tag)
			.exchange()
			.expectStatus()
			.isNotModified();
	}

	@Test
	void noteMayBeLeftOut() {
		put("{\"enabled\":true}").expectStatus().isCreated().expectBody().jsonPath("$.note").isEqualTo("");
	}

	@Test
	void updatesTheVersionThatWasSeen() {
		String seen = entityTag(put("{\"enabled\":true}"));
		put("{\"enabled\":false}", HttpHeaders.IF_MATCH, seen).expectStatus().isOk();
		assertThat(this.flags.get(this.name)).isEqualTo(new Flag(false, ""));
	}

	@Test
	void refusesUpdateOfAnOlderVersionAndTellsTheCurrentOne() {
		String seen = entityTag(put("{\"enabled\":true}"));
		String current = entityTag(put("{\"enabled\":true,\"note\":\"somebody else\"}"));
		problem(put("{\"enabled\":false}", HttpHeaders.IF_MATCH, seen), 412).expectHeader()
			.valueEquals(HttpHeaders.ETAG, current);
		assertThat(this.flags.get(this.name)).isEqualTo(new Flag(true, "somebody else"));
	}

	@Test
	void refusesUpdateOfARemovedVersion() {
		String seen = entityTag(put("{\"enabled\":true}"));
		delete().expectStatus().isNoContent();
		problem(put("{\"enabled\":false}", HttpHeaders.IF_MATCH, seen), 412).expectHeader()
			.doesNotExist(HttpHeaders.ETAG);
		assertThat(this.flags).doesNotContainKey(this.name);
	}

	@Test
	void starMatchesAnyVersionButNotNone() {
		problem(put("{\"enabled\":true}", HttpHeaders.IF_MATCH, "*"), 412);
		problem(delete(HttpHeaders.IF_MATCH, "*"), 412);
		put("{\"enabled\":true}").expectStatus().isCreated();
		put("{\"enabled\":false}", HttpHeaders.IF_MATCH, "*").expectStatus().isOk();
		delete(HttpHeaders.IF_MATCH, "*").expectStatus().isNoContent();
	}

	@Test
	void createsOnlyWhatIsAbsent() {
		String tag = entityTag(put("{\"enabled\":true}", HttpHeaders.IF_NONE_MATCH, "*").expectStatus().isCreated());
		problem(put("{\"enabled\":false}", HttpHeaders.IF_NONE_MATCH, "*"), 412).expectHeader()
			.valueEquals(HttpHeaders.ETAG, tag);
	}

	@ParameterizedTest
	@ValueSource(strings = { "\"not-a-sequence\"", "\"1\"", "W/\"1\"", "\"-5\"", "\"99999999999999999999\"" })
	void foreignTagMatchesNothing(String tag) {
		String current = entityTag(put("{\"enabled\":true}"));
		problem(put("{\"enabled\":false}", HttpHeaders.IF_MATCH, tag), 412).expectHeader()
			.valueEquals(HttpHeaders.ETAG, current);
		problem(delete(HttpHeaders.IF_MATCH, tag), 412).expectHeader().valueEquals(HttpHeaders.ETAG, current);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = { "If-Match | 17", "If-Match | ", "If-None-Match | \"17\"" })
	void refusesMalformedCondition(String header, String value) {
		problem(put("{\"enabled\":true}", header, Objects.requireNonNullElse(value, " ")), 400);
	}

	@Test
	void exactlyOneOfManyWritersOfTheSameVersionSucceeds() throws Exception {
		String seen = entityTag(put("{\"enabled\":false}"));
		List<Integer> statuses = atOnce(24,
				(i) -> put("{\"enabled\":true,\"note\":\"writer %d\"}".formatted(i), HttpHeaders.IF_MATCH, seen)
					.returnResult()
					.getStatus()
					.value());
		assertThat(statuses).containsOnlyOnce(200).containsOnly(200, 412);
	}

	@Test
	void exactlyOneOfManyCreatorsSucceeds() throws Exception {
		List<Integer> statuses = atOnce(24,
				(i) -> put("{\"enabled\":true}", HttpHeaders.IF_NONE_MATCH, "*").returnResult().getStatus().value());
		assertThat(statuses).containsOnlyOnce(201).containsOnly(201, 412);
	}

	@Test
	void exactlyOneOfManyUnconditionalWritersCreates() throws Exception {
		List<Integer> statuses = atOnce(24, (i) -> put("{\"enabled\":true}").returnResult().getStatus().value());
		assertThat(statuses).containsOnlyOnce(201).containsOnly(200, 201);
	}

	@Test
	void exactlyOneOfManyRemoversOfTheSameVersionSucceeds() throws Exception {
		String seen = entityTag(put("{\"enabled\":false}"));
		List<Integer> statuses = atOnce(24,
				(i) -> delete(HttpHeaders.IF_MATCH, seen).returnResult().getStatus().value());
		assertThat(statuses).containsOnlyOnce(204).containsOnly(204, 412);
	}

	@Test
	void readsItsOwnWritesAtOnce() {
		for (int i = 0; i < 50; i++) {
			String tag = entityTag(put("{\"enabled\":true,\"note\":\"%d\"}".formatted(i)));
			assertThat(currentTag()).isEqualTo(tag);
		}
	}

	@Test
	void flagEndsAfterItsTimeToLive() {
		put("{\"enabled\":true}", "?ttl=300ms").expectStatus().isCreated().expectBody().jsonPath("$.expires").exists();
		await().atMost(Duration.ofSeconds(5))
			.untilAsserted(
					() -> this.client.get().uri("/api/flags/{name}", this.name).exchange().expectStatus().isNotFound());
	}

	@Test
	void timeToLiveIsTakenAsGiven() {
		put("{\"enabled\":true}", "?ttl=1h30m").expectStatus().isCreated();
		assertThat(this.flags.entry(this.name)).satisfies((entry) -> assertThat(entry.ttl()).hasMinutes(90));
	}

	@Test
	void writingAgainWithoutTimeToLiveMakesTheFlagLast() {
		put("{\"enabled\":true}", "?ttl=1h").expectStatus().isCreated();
		put("{\"enabled\":true}").expectStatus().isOk().expectBody().jsonPath("$.expires").doesNotExist();
	}

	@ParameterizedTest
	@ValueSource(strings = { "soon", "30", "0s", "-30s", "3651d", "999999999999999999999d", "30parsecs" })
	void refusesMalformedTimeToLive(String ttl) {
		problem(put("{\"enabled\":true}", "?ttl=" + ttl), 400).expectBody()
			.jsonPath("$.detail")
			.value(String.class, (detail) -> assertThat(detail).contains("ttl"));
		assertThat(this.flags).doesNotContainKey(this.name);
	}

	@Test
	void removesFlag() {
		put("{\"enabled\":true}");
		delete().expectStatus().isNoContent();
		assertThat(this.flags).doesNotContainKey(this.name);
	}

	@Test
	void removesTheVersionThatWasSeen() {
		String seen = entityTag(put("{\"enabled\":true}"));
		delete(HttpHeaders.IF_MATCH, seen).expectStatus().isNoContent();
		assertThat(this.flags).doesNotContainKey(this.name);
	}

	@Test
	void refusesRemovalOfAnOlderVersion() {
		String seen = entityTag(put("{\"enabled\":true}"));
		String current = entityTag(put("{\"enabled\":true}"));
		problem(delete(HttpHeaders.IF_MATCH, seen), 412).expectHeader().valueEquals(HttpHeaders.ETAG, current);
		assertThat(this.flags).containsKey(this.name);
	}

	@Test
	void doesNotFindUnknownFlag() {
		problem(this.client.get().uri("/api/flags/{name}", this.name).exchange(), 404).expectBody()
			.jsonPath("$.instance")
			.isEqualTo("/api/flags/" + this.name);
		problem(delete(), 404);
	}

	@ParameterizedTest
	@ValueSource(strings = { "-begins-with-dash", "has space", "umläut", "semi;colon",
			"too-long-0123456789012345678901234567890123456789012345678901234567890" })
	void refusesBadName(String name) {
		problem(this.client.get().uri("/api/flags/{name}", name).exchange(), 400);
		problem(this.client.delete().uri("/api/flags/{name}", name).exchange(), 400);
		problem(this.client.put()
			.uri("/api/flags/{name}", name)
			.contentType(MediaType.APPLICATION_JSON)
			.body("{\"enabled\":true}")
			.exchange(), 400).expectBody()
			.jsonPath("$.detail")
			.value(String.class, (detail) -> assertThat(detail).contains("name"));
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "", "{", "[]", "null", "\"on\"", "{\"enabled\":\"maybe\"}", "{\"enabled\":true,\"note\":{}}" })
	void refusesMalformedBody(String body) {
		problem(put(body), 400);
		assertThat(this.flags).doesNotContainKey(this.name);
	}

	@Test
	void refusesFlagThatBreaksTheRulesAndNamesThem() {
		problem(put("{\"note\":\"%s\"}".formatted("x".repeat(201))), 400).expectBody()
			.jsonPath("$.detail")
			.isEqualTo("enabled must be true or false; note must have at most 200 characters");
		put("{\"enabled\":true,\"note\":\"%s\"}".formatted("x".repeat(200))).expectStatus().isCreated();
	}

	@Test
	void refusesOtherMethodsAndTypes() {
		problem(this.client.post()
			.uri("/api/flags/{name}", this.name)
			.contentType(MediaType.APPLICATION_JSON)
			.body("{}")
			.exchange(), 405);
		problem(this.client.put()
			.uri("/api/flags/{name}", this.name)
			.contentType(MediaType.TEXT_PLAIN)
			.body("on")
			.exchange(), 415);
		problem(this.client.get().uri("/api/flags").accept(MediaType.APPLICATION_XML).exchange(), 406);
	}

	@Test
	void whatIsNotAFlagIsNotShownAndCanBeReplaced() {
		this.cloneMap.put("/flags/" + this.name, new byte[] { 1, 2, 3 });
		problem(this.client.get().uri("/api/flags/{name}", this.name).exchange(), 404);
		this.client.get()
			.uri("/api/flags")
			.exchange()
			.expectStatus()
			.isOk()
			.expectBody()
			.jsonPath("$[*].name")
			.value(List.class, (names) -> assertThat(names.contains(this.name)).isFalse());
		put("{\"enabled\":true}").expectStatus().isOk();
	}

	private ResponseSpec put(String body) {
		return put(body, "");
	}

	private ResponseSpec put(String body, String query) {
		return this.client.put()
			.uri("/api/flags/" + this.name + query)
			.contentType(MediaType.APPLICATION_JSON)
			.body(body)
			.exchange();
	}

	private ResponseSpec put(String body, String header, String value) {
		return this.client.put()
			.uri("/api/flags/{name}", this.name)
			.header(header, value)
			.contentType(MediaType.APPLICATION_JSON)
			.body(body)
			.exchange();
	}

	private ResponseSpec delete(String... header) {
		RestTestClient.RequestHeadersSpec<?> request = this.client.method(HttpMethod.DELETE)
			.uri("/api/flags/{name}", this.name);
		if (header.length > 0) {
			request.header(header[0], header[1]);
		}
		return request.exchange();
	}

	/**
	 * The one shape of all errors.
	 */
	private static ResponseSpec problem(ResponseSpec response, int status) {
		response.expectStatus()
			.isEqualTo(status)
			.expectHeader()
			.contentType(MediaType.APPLICATION_PROBLEM_JSON)
			.expectBody()
			.jsonPath("$.status")
			.isEqualTo(status)
			.jsonPath("$.title")
			.isNotEmpty()
			.jsonPath("$.detail")
			.isNotEmpty();
		return response;
	}

	private String currentTag() {
		return entityTag(this.client.get().uri("/api/flags/{name}", this.name).exchange());
	}

	private static String entityTag(ResponseSpec response) {
		return Objects.requireNonNull(response.returnResult().getResponseHeaders().getETag());
	}

	private static long sequence(String tag) {
		return Long.parseLong(tag.replace("\"", ""));
	}

	private static <T> List<T> atOnce(int count, IntFunction<T> call) throws Exception {
		ExecutorService executor = Executors.newFixedThreadPool(count);
		try {
			List<Callable<T>> calls = IntStream.range(0, count)
				.<Callable<T>>mapToObj((i) -> () -> call.apply(i))
				.toList();
			List<T> results = new ArrayList<>();
			for (Future<T> result : executor.invokeAll(calls)) {
				results.add(result.get());
			}
			return results;
		}
		finally {
			executor.shutdownNow();
		}
	}

}
