package io.github.clonemap.benchmark;

/**
 * A question, and the runs that answer it.
 */
@FunctionalInterface
interface Program {

	/**
	 * Measures, and prints what was measured.
	 * @param options how much
	 * @throws Exception if something does not work
	 */
	void run(Options options) throws Exception;

}
