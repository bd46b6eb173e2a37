package io.github.clonemap.autoconfigure.metrics;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.github.clonemap.CloneMap;
import io.github.clonemap.autoconfigure.CloneAutoConfiguration;
import io.github.clonemap.autoconfigure.CloneServerAutoConfiguration;
import io.github.clonemap.metrics.CloneClientMetrics;
import io.github.clonemap.metrics.CloneMeters;
import io.github.clonemap.metrics.CloneServerMetrics;
import io.micrometer.common.docs.KeyName;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CloneMetricsAutoConfiguration} and
 * {@link CloneServerMetricsAutoConfiguration}.
 */
class CloneMetricsAutoConfigurationTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CloneAutoConfiguration.class, CloneServerAutoConfiguration.class,
				CloneMetricsAutoConfiguration.class, CloneServerMetricsAutoConfiguration.class,
				MetricsAutoConfiguration.class, CompositeMeterRegistryAutoConfiguration.class))
		.withBean(SimpleMeterRegistry.class)
		.withPropertyValues("clone.server.port=0");

	@Test
	void metersAreThoseThatAreDocumented() {
		this.contextRunner.run((context) -> {
			List<Meter> meters = context.getBean(MeterRegistry.class)
				.getMeters()
				.stream()
				.filter((meter) -> meter.getId().getName().startsWith("clone."))
				.toList();
			for (CloneMeters documented : CloneMeters.values()) {
				assertThat(meters).filteredOn((meter) -> meter.getId().getName().equals(documented.getName()))
					.as(documented.getName())
					.isNotEmpty()
					.allSatisfy((meter) -> assertThatMeterIs(meter.getId(), documented));
			}
			assertThat(meters).extracting((meter) -> meter.getId().getName())
				.isSubsetOf(Arrays.stream(CloneMeters.values()).map(CloneMeters::getName).toList());
		});
	}

	private static void assertThatMeterIs(Meter.Id id, CloneMeters documented) {
		assertThat(id.getType()).isEqualTo(documented.getType());
		assertThat(id.getDescription()).isEqualTo(documented.getDescription());
		// A registry has its own unit of time.
		assertThat(id.getBaseUnit())
			.isEqualTo((documented.getType() == Meter.Type.TIMER) ? "seconds" : documented.getBaseUnit());
		assertThat(id.getTags()).extracting(Tag::getKey)
			.containsExactlyElementsOf(Arrays.stream(documented.getKeyNames()).map(KeyName::asString).toList());
	}

	@Test
	void metersFollowTheWork() {
		this.contextRunner.withPropertyValues("clone.maps.names.value-type=string").run((context) -> {
			MeterRegistry registry = context.getBean(MeterRegistry.class);
			CloneMap<String> names = context.getBean("names", CloneMap.class);
			names.put("first", "Ada");
			names.put("last", "Lovelace");
			Timer writes = registry.get("clone.writes").tag("outcome", "acknowledged").timer();
			Awaitility.await().until(() -> writes.count() == 2);
			assertThat(writes.totalTime(TimeUnit.NANOSECONDS)).isPositive();
			assertThat(registry.get("clone.entries").tag("map", "names").gauge().value()).isEqualTo(2);
			assertThat(registry.get("clone.entries").tag("map", "cloneMap").gauge().value()).isEqualTo(2);
			assertThat(registry.get("clone.state").tag("state", "live").gauge().value()).isEqualTo(1);
			assertThat(registry.get("clone.staleness").timeGauge().value(TimeUnit.SECONDS)).isBetween(0.0, 10.0);
			assertThat(registry.get("clone.resyncs").tag("kind", "snapshot").functionCounter().count()).isEqualTo(1);
			Awaitility.await().until(() -> registry.get("clone.snail.latency").timer().count() == 2);
			Awaitility.await()
				.untilAsserted(
						() -> assertThat(registry.get("clone.server.updates").functionCounter().count()).isEqualTo(2));
			assertThat(registry.get("clone.server.sessions").gauge().value()).isEqualTo(1);
			assertThat(registry.get("clone.server.role").tag("role", "active").gauge().value()).isEqualTo(1);
			context.stop();
			assertThat(registry.get("clone.server.entries").gauge().value()).isNaN();
			assertThat(registry.get("clone.state").tag("state", "stopped").gauge().value()).isEqualTo(1);
			assertThat(registry.get("clone.server.updates").functionCounter().count()).isEqualTo(2);
		});
	}

	@Test
	void withoutServerThereAreNoMetersOfIt() {
		this.contextRunner.withPropertyValues("clone.servers=tcp://localhost:1", "clone.startup.mode=async")
			.run((context) -> {
				assertThat(context).hasSingleBean(CloneClientMetrics.class).doesNotHaveBean(CloneServerMetrics.class);
				assertThat(context.getBean(MeterRegistry.class).find("clone.server.entries").gauge()).isNull();
				assertThat(context.getBean(MeterRegistry.class).get("clone.staleness").timeGauge().value()).isNaN();
			});
	}

	@Test
	void withoutRegistryThereAreNoMeters() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(CloneAutoConfiguration.class, CloneServerAutoConfiguration.class,
					CloneMetricsAutoConfiguration.class, CloneServerMetricsAutoConfiguration.class))
			.withPropertyValues("clone.server.port=0")
			.run((context) -> assertThat(context).hasBean("cloneMap")
				.doesNotHaveBean(CloneClientMetrics.class)
				.doesNotHaveBean(CloneServerMetrics.class));
	}

	@Test
	void withoutMicrometerTheApplicationStarts() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(CloneAutoConfiguration.class, CloneServerAutoConfiguration.class,
					CloneMetricsAutoConfiguration.class, CloneServerMetricsAutoConfiguration.class))
			.withPropertyValues("clone.server.port=0")
			.withClassLoader(new FilteredClassLoader(MeterRegistry.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasBean("cloneMap")
				.doesNotHaveBean("cloneClientMetrics")
				.doesNotHaveBean("cloneServerMetrics"));
	}

	@Test
	void withoutClientThereAreNoMeters() {
		this.contextRunner.withPropertyValues("clone.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(CloneClientMetrics.class)
				.doesNotHaveBean(CloneServerMetrics.class));
	}

}
