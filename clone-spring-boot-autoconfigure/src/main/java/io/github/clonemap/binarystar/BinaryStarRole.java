package io.github.clonemap.binarystar;

/**
 * What a server of a pair was configured to be.
 *
 * @since 0.1.0
 */
public enum BinaryStarRole {

	/** It becomes active first, and may begin alone. */
	PRIMARY,

	/** It stands in when the primary is lost. */
	BACKUP

}
