package io.github.clonemap.metrics;

import java.util.Map;

import io.github.clonemap.server.CloneServer;
import io.github.clonemap.server.MalformedReason;
import io.github.clonemap.server.RejectReason;
import io.github.clonemap.server.ServerReport;
import io.github.clonemap.server.ServerRole;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link CloneServerMetrics}.
 */
class CloneServerMetricsTests {

	private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

	private final CloneServer server = mock();

	private final CloneServerMetrics metrics = new CloneServerMetrics(this.server);

	@BeforeEach
	void bind() {
		given(this.server.report()).willReturn(report());
		this.metrics.bindTo(this.registry);
	}

	@Test
	void countersReadTheReport() {
		assertThat(count("clone.server.updates")).isEqualTo(7);
		assertThat(count("clone.server.snapshots")).isEqualTo(8);
		assertThat(count("clone.server.expired")).isEqualTo(10);
		assertThat(count("clone.server.malformed", "reason", "no-session")).isEqualTo(11);
		assertThat(count("clone.server.malformed", "reason", "frames")).isZero();
		assertThat(count("clone.server.rejected", "reason", "value-too-large")).isEqualTo(12);
		assertThat(count("clone.server.rejected", "reason", "bad-key")).isZero();
	}

	@Test
	void gaugesReadTheReport() {
		assertThat(gauge("clone.server.entries")).isEqualTo(3);
		assertThat(gauge("clone.server.bytes")).isEqualTo(4);
		assertThat(gauge("clone.server.sessions")).isEqualTo(5);
		assertThat(gauge("clone.server.subscriptions")).isEqualTo(6);
		assertThat(gauge("clone.server.role", "role", "passive")).isEqualTo(1);
		assertThat(gauge("clone.server.role", "role", "active")).isZero();
	}

	@Test
	void aServerThatIsAloneHasNoNumbersOfAPair() {
		assertThat(gauge("clone.server.replica.lag")).isNaN();
		assertThat(gauge("clone.server.in.sync")).isNaN();
		assertThat(count("clone.server.conflicts")).isZero();
	}

	@Test
	void metersOfAPairReadTheReport() {
		given(this.server.report()).willReturn(report(ServerRole.ACTIVE, true, 13, 14));
		assertThat(gauge("clone.server.replica.lag")).isEqualTo(13);
		assertThat(gauge("clone.server.in.sync")).isEqualTo(1);
		assertThat(count("clone.server.conflicts")).isEqualTo(14);
		given(this.server.report()).willReturn(report(ServerRole.WAITING, false, -1, 14));
		assertThat(gauge("clone.server.replica.lag")).isNaN();
		assertThat(gauge("clone.server.in.sync")).isZero();
		assertThat(gauge("clone.server.role", "role", "waiting")).isEqualTo(1);
		assertThat(gauge("clone.server.role", "role", "active")).isZero();
		assertThat(gauge("clone.server.role", "role", "passive")).isZero();
	}

	@Test
	void stoppedServerHasUnknownGaugesAndKeepsItsCounts() {
		assertThat(count("clone.server.updates")).isEqualTo(7);
		given(this.server.report()).willReturn(null);
		assertThat(gauge("clone.server.entries")).isNaN();
		assertThat(gauge("clone.server.role", "role", "passive")).isNaN();
		assertThat(count("clone.server.updates")).isEqualTo(7);
	}

	private double count(String name, String... tags) {
		return this.registry.get(name).tags(tags).functionCounter().count();
	}

	private double gauge(String name, String... tags) {
		return this.registry.get(name).tags(tags).gauge().value();
	}

	private static ServerReport report() {
		return new ServerReport(ServerRole.PASSIVE, 1, 2, 42, 3, 4, 5, 6, 7, 8, 9, 10,
				Map.of(RejectReason.VALUE_TOO_LARGE, 12L), Map.of(MalformedReason.NO_SESSION, 11L), false, false, -1,
				0);
	}

	private static ServerReport report(ServerRole role, boolean inSync, long lag, long conflicts) {
		return new ServerReport(role, 1, 2, 42, 3, 4, 5, 6, 7, 8, 9, 10, Map.of(), Map.of(), true, inSync, lag,
				conflicts);
	}

}
