package io.github.clonemap.benchmark;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A readers' end: one reader, or several in one process.
 */
interface Sink extends AutoCloseable {

	/**
	 * Where it listens, if writers connect to it, else 0.
	 */
	default int port() {
		return 0;
	}

	/**
	 * How many updates have come, over all readers.
	 */
	long updates();

	/**
	 * How many updates are known to be lost or had to be fetched again.
	 */
	long lost();

	/**
	 * What each reader has; a sample, where the readers keep nothing.
	 */
	List<? extends Map<String, byte[]>> maps();

	/**
	 * Waits until every reader has what was written last.
	 */
	default void awaitEnd() throws Exception {
		long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
		for (Map<String, byte[]> map : maps()) {
			while (!map.containsKey(Values.END_KEY)) {
				if (System.nanoTime() > deadline) {
					throw new TimeoutException("The last update did not come");
				}
				TimeUnit.MILLISECONDS.sleep(5);
			}
		}
	}

	/**
	 * Hears of each update when a reader has it: when it is in the reader's map, or, for
	 * a listener, when that is called.
	 */
	@FunctionalInterface
	interface Seen {

		void onUpdate(byte[] value);

	}

}
