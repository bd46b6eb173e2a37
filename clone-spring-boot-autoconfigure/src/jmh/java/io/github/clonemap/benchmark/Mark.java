package io.github.clonemap.benchmark;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.stream.LongStream;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;

/**
 * What a process has done up to some moment. The difference of two is what it did in
 * between.
 *
 * @param nanos the moment, by the clock that all processes of a machine share
 * @param updates how many updates have come through it, over all of its readers
 * @param cpuNanos the CPU time of the whole process, its compiler and collector included
 * @param allocatedBytes what its threads have allocated
 */
record Mark(long nanos, long updates, long cpuNanos, long allocatedBytes) {

	private static final OperatingSystemMXBean PROCESS = ManagementFactory
		.getPlatformMXBean(OperatingSystemMXBean.class);

	private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	/**
	 * The mark of this moment in this process.
	 */
	static Mark now(long updates) {
		long allocated = LongStream.of(THREADS.getThreadAllocatedBytes(THREADS.getAllThreadIds()))
			.filter((bytes) -> bytes > 0)
			.sum();
		return new Mark(System.nanoTime(), updates, PROCESS.getProcessCpuTime(), allocated);
	}

	static Mark parse(String text) {
		long[] fields = Arrays.stream(text.split(" ")).mapToLong(Long::parseLong).toArray();
		return new Mark(fields[0], fields[1], fields[2], fields[3]);
	}

	Mark since(Mark earlier) {
		return new Mark(this.nanos - earlier.nanos, this.updates - earlier.updates, this.cpuNanos - earlier.cpuNanos,
				this.allocatedBytes - earlier.allocatedBytes);
	}

	double updatesPerSecond() {
		return this.updates * 1e9 / this.nanos;
	}

	/**
	 * How it travels between processes.
	 */
	String toLine() {
		return this.nanos + " " + this.updates + " " + this.cpuNanos + " " + this.allocatedBytes;
	}

}
