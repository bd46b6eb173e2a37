package io.github.clonemap.metrics;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.github.clonemap.CloneMap;
import io.github.clonemap.CloneState;
import io.github.clonemap.CloneStoppedException;
import io.github.clonemap.client.ClientReport;
import io.github.clonemap.client.ClientTimers;
import io.github.clonemap.client.ClientTimers.WriteOutcome;
import io.github.clonemap.client.ClientSettings;
import io.github.clonemap.client.WorkerReport;
import io.github.clonemap.client.CloneClient;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mockito.ArgumentCaptor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.atLeastOnce;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;

/**
 * Tests for {@link CloneClientMetrics}.
 */
class CloneClientMetricsTests {

	private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

	private final CloneClient client = mock();

	private final CloneMap<String> map = mock();

	private CloneClientMetrics metrics;

	@BeforeEach
	void bind() {
		given(this.map.name()).willReturn("flags");
		given(this.map.size()).willReturn(17);
		given(this.client.settings()).willReturn(ClientSettings.defaults());
		report(CloneState.LIVE, Duration.ofMillis(1500));
		this.metrics = new CloneClientMetrics(this.client, List.of(this.map));
		this.metrics.bindTo(this.registry);
	}

	@Test
	void countersReadTheReport() {
		assertThat(count("clone.snail.croaks")).isEqualTo(15);
		assertThat(count("clone.events.conflated")).isEqualTo(16);
		assertThat(count("clone.gaps")).isEqualTo(5);
		assertThat(count("clone.resyncs", "kind", "resume")).isEqualTo(6);
		assertThat(count("clone.resyncs", "kind", "snapshot")).isEqualTo(7);
		assertThat(count("clone.failovers")).isEqualTo(8);
		assertThat(count("clone.listener.errors")).isEqualTo(10);
		assertThat(count("clone.undecodable")).isEqualTo(11);
		assertThat(count("clone.malformed")).isEqualTo(12);
	}

	@Test
	void gaugesReadTheReport() {
		assertThat(gauge("clone.entries", "map", "flags")).isEqualTo(17);
		assertThat(gauge("clone.writes.pending")).isEqualTo(4);
		assertThat(gauge("clone.events.queued", "worker", "1")).isEqualTo(20);
		assertThat(gauge("clone.events.queued", "worker", "2")).isEqualTo(21);
		assertThat(this.registry.get("clone.events.slowest").tag("worker", "1").timeGauge().value(TimeUnit.SECONDS))
			.isEqualTo(2.5);
		assertThat(this.registry.get("clone.events.slowest").tag("worker", "2").timeGauge().value()).isZero();
	}

	@Test
	void entriesThatAreNotShownAreUnknown() {
		given(this.map.size()).willThrow(new CloneStoppedException("on purpose"));
		assertThat(gauge("clone.entries", "map", "flags")).isNaN();
	}

	@Test
	void stalenessIsInSeconds() {
		assertThat(this.registry.get("clone.staleness").timeGauge().value(TimeUnit.SECONDS)).isEqualTo(1.5);
		assertThat(this.registry.get("clone.staleness").timeGauge().value(TimeUnit.MILLISECONDS)).isEqualTo(1500);
	}

	@Test
	void stalenessIsUnknownBeforeTheFirstProof() {
		report(CloneState.CONNECTING, CloneMap.NEVER_FRESH);
		assertThat(gauge("clone.staleness")).isNaN();
	}

	@Test
	void exactlyOneStateIsOn() {
		for (CloneState now : CloneState.values()) {
			given(this.client.state()).willReturn(now);
			for (CloneState state : CloneState.values()) {
				assertThat(gauge("clone.state", "state", CloneMeters.tagValue(state)))
					.isEqualTo((state == now) ? 1 : 0);
			}
		}
	}

	@Test
	void timesOfUpdatesAreTaken() {
		timers().onHandedOver(2_000_000);
		timers().onHandedOver(4_000_000);
		timers().onHandedOver(-1);
		Timer timer = this.registry.get("clone.snail.latency").timer();
		assertThat(timer.count()).isEqualTo(3);
		assertThat(timer.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(6);
		assertThat(timer.max(TimeUnit.MILLISECONDS)).isEqualTo(4);
	}

	@Test
	void timesOfWritesAreTakenByOutcome() {
		for (WriteOutcome outcome : WriteOutcome.values()) {
			for (int i = 0; i <= outcome.ordinal(); i++) {
				timers().onWritten(outcome, 1_000_000);
			}
		}
		assertThat(timer("acknowledged").count()).isEqualTo(1);
		assertThat(timer("condition-failed").count()).isEqualTo(2);
		assertThat(timer("rejected").count()).isEqualTo(3);
		assertThat(timer("not-sent").count()).isEqualTo(4);
		assertThat(timer("unknown").count()).isEqualTo(5);
		assertThat(timer("unknown").totalTime(TimeUnit.MILLISECONDS)).isEqualTo(5);
	}

	@Test
	void everyRegistryHasTheTimes() {
		SimpleMeterRegistry second = new SimpleMeterRegistry();
		this.metrics.bindTo(second);
		timers().onHandedOver(1);
		assertThat(this.registry.get("clone.snail.latency").timer().count()).isEqualTo(1);
		assertThat(second.get("clone.snail.latency").timer().count()).isEqualTo(1);
	}

	private ClientTimers timers() {
		ArgumentCaptor<ClientTimers> timers = ArgumentCaptor.forClass(ClientTimers.class);
		verify(this.client, atLeastOnce()).setTimers(timers.capture());
		return timers.getValue();
	}

	private Timer timer(String outcome) {
		return this.registry.get("clone.writes").tag("outcome", outcome).timer();
	}

	private double count(String name, String... tags) {
		return this.registry.get(name).tags(tags).functionCounter().count();
	}

	private double gauge(String name, String... tags) {
		return this.registry.get(name).tags(tags).gauge().value();
	}

	private void report(CloneState state, Duration staleness) {
		given(this.client.state()).willReturn(state);
		given(this.client.report()).willReturn(new ClientReport(state, 1, "tcp://a:1", 2, staleness, 3, 2, 4, 5, 6, 7,
				8, 15, 9, 16, List.of(new WorkerReport("first", 20, "Some", Duration.ofMillis(2500)),
						new WorkerReport("second", 21, null, Duration.ZERO)),
				10, 11, 12, 13, 14));
	}

}
