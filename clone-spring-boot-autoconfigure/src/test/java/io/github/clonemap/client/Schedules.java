package io.github.clonemap.client;

import java.util.function.LongConsumer;

/**
 * Runs random schedules: {@code -Dclone.test.schedules} says how many,
 * {@code -Dclone.test.seed} the first seed. A failure tells its seed.
 */
final class Schedules {

	private Schedules() {
	}

	/**
	 * Runs them.
	 * @param schedule plays the one of a seed
	 */
	static void run(LongConsumer schedule) {
		int schedules = Integer.getInteger("clone.test.schedules", 300);
		long first = Long.getLong("clone.test.seed", System.nanoTime());
		for (int i = 0; i < schedules; i++) {
			long seed = first + i;
			try {
				schedule.accept(seed);
			}
			catch (Throwable ex) {
				throw new AssertionError(
						"Schedule failed, run it again with -Dclone.test.schedules=1 -Dclone.test.seed=" + seed, ex);
			}
		}
	}

}
