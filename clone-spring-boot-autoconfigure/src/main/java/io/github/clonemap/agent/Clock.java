package io.github.clonemap.agent;

import java.util.concurrent.TimeUnit;

/**
 * Where time comes from. May be asked by any thread.
 *
 * @since 0.1.0
 */
public interface Clock {

	/**
	 * Monotonic time, for deadlines and ages.
	 * @return nanoseconds since some fixed moment
	 */
	long nanoTime();

	/**
	 * The time of day, but monotonic: it is read once and then moves with
	 * {@link #nanoTime()}, so that a clock that is set does not make data older or
	 * younger.
	 * @return microseconds since 1970
	 */
	long epochMicros();

	/**
	 * The clock of this machine.
	 * @return a new clock, which reads the time of day now
	 */
	static Clock system() {
		long startNanos = System.nanoTime();
		// To the millisecond will do: it is where a count begins, and how far the clocks
		// of
		// two machines are apart is measured.
		long startMicros = TimeUnit.MILLISECONDS.toMicros(System.currentTimeMillis());
		return new Clock() {

			@Override
			public long nanoTime() {
				return System.nanoTime();
			}

			@Override
			public long epochMicros() {
				return startMicros + (System.nanoTime() - startNanos) / 1000;
			}

		};
	}

}
