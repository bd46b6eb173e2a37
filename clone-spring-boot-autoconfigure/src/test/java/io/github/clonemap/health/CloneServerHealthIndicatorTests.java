package io.github.clonemap.health;

import java.util.Map;

import io.github.clonemap.server.CloneServer;
import io.github.clonemap.server.ServerReport;
import io.github.clonemap.server.ServerRole;
import org.junit.jupiter.api.Test;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link CloneServerHealthIndicator}.
 */
class CloneServerHealthIndicatorTests {

	private final CloneServer server = mock();

	private final CloneServerHealthIndicator indicator = new CloneServerHealthIndicator(this.server);

	@Test
	void upWhileItRuns() {
		given(this.server.isRunning()).willReturn(true);
		given(this.server.report()).willReturn(report());
		Health health = this.indicator.health();
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails())
			.isEqualTo(Map.of("role", ServerRole.ACTIVE, "epoch", 2, "sequence", 42L, "sessions", 5, "entries", 3));
	}

	@Test
	void downWhileItIsStopped() {
		assertThat(this.indicator.health()).isEqualTo(Health.down().build());
	}

	@Test
	void downWhenItsThreadHasDied() {
		given(this.server.report()).willReturn(report());
		assertThat(this.indicator.health()).isEqualTo(Health.down().build());
	}

	private static ServerReport report() {
		return new ServerReport(ServerRole.ACTIVE, 1, 2, 42, 3, 4, 5, 6, 7, 8, 9, 10, Map.of(), Map.of());
	}

}
