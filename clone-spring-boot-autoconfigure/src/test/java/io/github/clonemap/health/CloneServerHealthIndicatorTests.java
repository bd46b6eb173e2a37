package io.github.clonemap.health;

import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import io.github.clonemap.agent.Clock;
import io.github.clonemap.server.CloneServer;
import io.github.clonemap.server.ServerReport;
import io.github.clonemap.server.ServerRole;
import io.github.clonemap.server.ServerSettings;
import io.github.clonemap.server.ServerSockets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.BDDMockito.given;
import static org.mockito.BDDMockito.willAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.withSettings;

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

	@ParameterizedTest
	@CsvSource({ "ACTIVE,true,0,UP", "ACTIVE,false,-1,UP", "PASSIVE,true,-1,UP", "PASSIVE,false,-1,OUT_OF_SERVICE",
			"WAITING,false,-1,OUT_OF_SERVICE" })
	void oneOfAPairIsOutOfServiceWhileItCanNeitherServeNorStandIn(ServerRole role, boolean inSync, long lag,
			String expected) {
		given(this.server.isRunning()).willReturn(true);
		given(this.server.report()).willReturn(report(role, true, inSync, lag));
		Health health = this.indicator.health();
		assertThat(health.getStatus()).isEqualTo(new Status(expected));
		assertThat(health.getDetails()).containsEntry("role", role).containsEntry("inSync", inSync);
		if (lag < 0) {
			assertThat(health.getDetails()).doesNotContainKey("replicaLag");
		}
		else {
			assertThat(health.getDetails()).containsEntry("replicaLag", lag);
		}
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

	@Test
	void downWhileItsSocketsAreDeadAndUpWithNewOnesAndTellsSo() {
		AtomicReference<String> trouble = new AtomicReference<>();
		AtomicInteger renewals = new AtomicInteger();
		ServerSockets sockets = mock(withSettings().stubOnly());
		given(sockets.trouble()).willAnswer((invocation) -> trouble.get());
		given(sockets.renewals()).willAnswer((invocation) -> renewals.get());
		given(sockets.newThread(any())).willAnswer((invocation) -> new Thread(invocation.<Runnable>getArgument(0)));
		willAnswer((invocation) -> {
			Thread.sleep(1);
			return null;
		}).given(sockets).await(anyLong());
		try (CloneServer server = new CloneServer(ServerSettings.defaults(), () -> sockets, Clock.system())) {
			server.start();
			CloneServerHealthIndicator indicator = new CloneServerHealthIndicator(server);
			assertThat(indicator.health().getDetails()).doesNotContainKeys("trouble", "socketRenewals");
			trouble.set("their thread died");
			Health dead = indicator.health();
			assertThat(dead.getStatus()).isEqualTo(Status.DOWN);
			assertThat(dead.getDetails()).containsEntry("trouble", "their thread died")
				.containsEntry("role", ServerRole.ACTIVE)
				.doesNotContainKey("socketRenewals");
			trouble.set(null);
			renewals.set(1);
			Health renewed = indicator.health();
			assertThat(renewed.getStatus()).isEqualTo(Status.UP);
			assertThat(renewed.getDetails()).containsEntry("socketRenewals", 1).doesNotContainKey("trouble");
		}
	}

	private static ServerReport report() {
		return report(ServerRole.ACTIVE, false, false, -1);
	}

	private static ServerReport report(ServerRole role, boolean paired, boolean inSync, long lag) {
		return new ServerReport(role, 1, 2, 42, 3, 4, 5, 6, 7, 8, 9, 10, Map.of(), Map.of(), paired, inSync, lag, 0);
	}

}
