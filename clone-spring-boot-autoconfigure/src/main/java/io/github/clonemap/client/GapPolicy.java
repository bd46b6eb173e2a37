package io.github.clonemap.client;

/**
 * What becomes of a client that has found a gap in its stream.
 *
 * @since 0.1.0
 */
public enum GapPolicy {

	/** It fetches what it has missed. */
	RESYNC,

	/** It stops: nobody reads here any more. */
	STOP

}
