package io.github.clonemap.benchmark;

/**
 * What stands between writers and readers, once it runs.
 */
interface Service extends AutoCloseable {

	/**
	 * Where it listens.
	 */
	int port();

	/**
	 * How many updates have come through it; about, if it counts by itself only now and
	 * then.
	 */
	long updates();

}
