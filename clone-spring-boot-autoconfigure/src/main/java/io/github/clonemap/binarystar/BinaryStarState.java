package io.github.clonemap.binarystar;

/**
 * What a server of a pair is now.
 *
 * @since 0.1.0
 */
public enum BinaryStarState {

	/** It does not know yet what its peer is. */
	WAITING,

	/** It orders writes and answers clients. */
	ACTIVE,

	/** It follows its peer, and answers nobody. */
	PASSIVE

}
