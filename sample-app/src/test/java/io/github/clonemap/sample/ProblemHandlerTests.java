package io.github.clonemap.sample;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;

import io.github.clonemap.CloneConditionFailedException;
import io.github.clonemap.CloneEncodingException;
import io.github.clonemap.CloneInterruptedException;
import io.github.clonemap.CloneNotConnectedException;
import io.github.clonemap.CloneRejectedException;
import io.github.clonemap.CloneStoppedException;
import io.github.clonemap.CloneTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Each failure of the map becomes the answer that tells a client what to do.
 */
class ProblemHandlerTests {

	private final FlagService flags = mock();

	private final MockMvcTester mvc = MockMvcTester.of(List.of(new FlagController(mock(), this.flags)),
			(builder) -> builder.setControllerAdvice(new ProblemHandler()).build());

	static Stream<Arguments> failures() {
		return Stream.of(Arguments.of(new CloneConditionFailedException("changed", 17), 412),
				Arguments.of(new CloneNotConnectedException("no server"), 503),
				Arguments.of(new CloneStoppedException("closing"), 503),
				Arguments.of(new CloneTimeoutException("no answer"), 504),
				Arguments.of(new CloneInterruptedException("interrupted"), 504),
				Arguments.of(new CloneRejectedException("too many entries"), 507),
				Arguments.of(new CloneEncodingException("not encodable", null), 422),
				Arguments.of(new IllegalStateException("a secret"), 500));
	}

	@ParameterizedTest
	@MethodSource("failures")
	void answersWithProblemIfAFutureFails(RuntimeException failure, int status) {
		given(this.flags.put(eq("flag"), any(), any(), any()))
			.willReturn(CompletableFuture.failedFuture(new CompletionException(failure)));
		assertProblem(put(), status);
	}

	@ParameterizedTest
	@MethodSource("failures")
	void answersWithProblemIfACallFails(RuntimeException failure, int status) {
		given(this.flags.put(eq("flag"), any(), any(), any())).willThrow(failure);
		given(this.flags.remove("flag")).willThrow(failure);
		assertProblem(put(), status);
		assertProblem(delete(), status);
	}

	@Test
	void tellsWhenToTryAgainIfNothingWasSent() {
		given(this.flags.remove("flag")).willThrow(new CloneNotConnectedException("no server"));
		assertThat(delete()).hasHeader(HttpHeaders.RETRY_AFTER, "2");
	}

	@Test
	void tellsTheCurrentVersionIfThereIsOne() {
		given(this.flags.remove("flag")).willThrow(new CloneConditionFailedException("changed", 17))
			.willThrow(new CloneConditionFailedException("changed", 0));
		assertThat(delete()).hasHeader(HttpHeaders.ETAG, "\"17\"");
		assertThat(delete()).doesNotContainHeader(HttpHeaders.ETAG);
	}

	@Test
	void keepsTheDetailsOfADefectToItself() {
		given(this.flags.remove("flag")).willThrow(new IllegalStateException("a secret"));
		assertThat(delete()).bodyText().doesNotContain("secret");
	}

	private MvcTestResult put() {
		return this.mvc.put()
			.uri("/api/flags/flag")
			.contentType(MediaType.APPLICATION_JSON)
			.content("{\"enabled\":true}")
			.exchange();
	}

	private MvcTestResult delete() {
		return this.mvc.delete().uri("/api/flags/flag").exchange();
	}

	private static void assertProblem(MvcTestResult result, int status) {
		assertThat(result).hasStatus(status).hasContentType(MediaType.APPLICATION_PROBLEM_JSON);
		assertThat(result).bodyJson().extractingPath("$.status").isEqualTo(status);
		assertThat(result).bodyJson().extractingPath("$.detail").asString().isNotBlank();
		assertThat(result).bodyJson().extractingPath("$.instance").isEqualTo("/api/flags/flag");
	}

}
