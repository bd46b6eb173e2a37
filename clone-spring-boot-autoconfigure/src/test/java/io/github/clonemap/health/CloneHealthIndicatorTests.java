package io.github.clonemap.health;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.github.clonemap.CloneMap;
import io.github.clonemap.CloneState;
import io.github.clonemap.client.ClientReport;
import io.github.clonemap.client.CloneClient;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link CloneHealthIndicator}.
 */
class CloneHealthIndicatorTests {

	private final CloneClient client = mock();

	private final CloneHealthIndicator indicator = new CloneHealthIndicator(this.client);

	@ParameterizedTest
	@CsvSource({ "CONNECTING,DOWN", "SYNCING,OUT_OF_SERVICE", "LIVE,UP", "STALE,DOWN", "STOPPED,DOWN" })
	void statusFollowsState(CloneState state, String status) {
		given(this.client.report()).willReturn(report(state, "tcp://a:5556", Duration.ofMillis(20)));
		assertThat(this.indicator.health().getStatus()).isEqualTo(new Status(status));
	}

	@Test
	void detailsAreNumbers() {
		given(this.client.report()).willReturn(report(CloneState.LIVE, "tcp://a:5556", Duration.ofMillis(20)));
		assertThat(this.indicator.health().getDetails()).isEqualTo(Map.of("state", CloneState.LIVE, "sequence", 42L,
				"entries", 3L, "writesPending", 4, "failovers", 8L, "server", "tcp://a:5556", "stalenessMillis", 20L));
	}

	@Test
	void whatIsUnknownIsLeftOut() {
		given(this.client.report()).willReturn(report(CloneState.CONNECTING, null, CloneMap.NEVER_FRESH));
		assertThat(this.indicator.health().getDetails()).doesNotContainKeys("server", "stalenessMillis");
	}

	@Test
	void failureIsDown() {
		given(this.client.report()).willThrow(new IllegalStateException("broken"));
		Health health = this.indicator.health();
		assertThat(health.getStatus()).isEqualTo(Status.DOWN);
		assertThat(health.getDetails().get("error")).asString().contains("broken");
	}

	private static ClientReport report(CloneState state, @Nullable String server, Duration staleness) {
		return new ClientReport(state, 1, server, 42, staleness, 3, 2, 4, 5, 6, 7, 8, 15, 9, 16, List.of(), 10, 11, 12,
				13, 14);
	}

}
