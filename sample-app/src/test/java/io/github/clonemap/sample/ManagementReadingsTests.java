package io.github.clonemap.sample;

import java.lang.management.ManagementFactory;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The readings are what the management beans say.
 */
class ManagementReadingsTests {

	private final ManagementReadings readings = new ManagementReadings();

	@Test
	void readsTheManagementBeans() {
		assertThat(this.readings.take()).containsKeys("heap.used", "threads", "uptime");
		double uptime = ManagementFactory.getRuntimeMXBean().getUptime() / 1000.0;
		assertThat(this.readings.take().get("uptime")).satisfies((reading) -> {
			assertThat(reading.unit()).isEqualTo("s");
			assertThat(reading.value()).isBetween(uptime, uptime + 60);
		});
		assertThat(this.readings.take().get("threads").value()).isBetween(1.0,
				(double) ManagementFactory.getThreadMXBean().getPeakThreadCount());
	}

	@Test
	void leavesOutWhatThePlatformDoesNotOffer() {
		assertThat(this.readings.take().values()).allSatisfy((reading) -> assertThat(reading.value()).isNotNegative());
	}

}
