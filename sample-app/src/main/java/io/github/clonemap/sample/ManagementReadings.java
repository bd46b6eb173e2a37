package io.github.clonemap.sample;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryMXBean;
import java.lang.management.OperatingSystemMXBean;
import java.lang.management.RuntimeMXBean;
import java.lang.management.ThreadMXBean;
import java.util.Map;
import java.util.TreeMap;

import org.springframework.stereotype.Component;

/**
 * What the management beans of the JVM and of the operating system say right now. A
 * reading that this platform does not offer is left out rather than guessed.
 */
@Component
class ManagementReadings {

	private final RuntimeMXBean runtime = ManagementFactory.getRuntimeMXBean();

	private final MemoryMXBean memory = ManagementFactory.getMemoryMXBean();

	private final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

	private final OperatingSystemMXBean operatingSystem = ManagementFactory.getOperatingSystemMXBean();

	/**
	 * Takes the readings.
	 * @return the readings by name
	 */
	Map<String, Reading> take() {
		Map<String, Reading> readings = new TreeMap<>();
		if (this.operatingSystem instanceof com.sun.management.OperatingSystemMXBean system) {
			put(readings, "cpu.process", system.getProcessCpuLoad() * 100, "%");
			put(readings, "cpu.system", system.getCpuLoad() * 100, "%");
		}
		put(readings, "load.average", this.operatingSystem.getSystemLoadAverage(), "");
		put(readings, "heap.used", this.memory.getHeapMemoryUsage().getUsed(), "bytes");
		put(readings, "threads", this.threads.getThreadCount(), "");
		put(readings, "uptime", this.runtime.getUptime() / 1000.0, "s");
		return readings;
	}

	/**
	 * The management beans say "not available" with a negative number.
	 */
	private static void put(Map<String, Reading> readings, String name, double value, String unit) {
		if (value >= 0) {
			readings.put(name, new Reading(value, unit));
		}
	}

}
