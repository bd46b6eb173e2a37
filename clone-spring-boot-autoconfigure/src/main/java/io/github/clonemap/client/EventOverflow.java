package io.github.clonemap.client;

/**
 * What becomes of a change when too many wait for the same thread already.
 *
 * @since 0.1.0
 */
public enum EventOverflow {

	/**
	 * It waits in the stream, with all that comes after it: every change is handed over.
	 */
	BLOCK,

	/**
	 * It takes the place of the one before it of the same key: a listener that is too
	 * slow hears the newest change of each key, and the stream goes on.
	 */
	CONFLATE

}
