package io.github.clonemap.client;

/**
 * What becomes of a client that hands updates over too late (the Guide's Suicidal Snail).
 *
 * @since 0.1.0
 */
public enum SnailPolicy {

	/** It says so, and goes on. */
	REPORT,

	/** It says so and stops: nobody reads late data here any more. */
	STOP,

	/** It says so and stops, and the whole application ends with it. */
	EXIT

}
