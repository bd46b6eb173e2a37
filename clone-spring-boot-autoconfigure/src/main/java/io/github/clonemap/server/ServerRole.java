package io.github.clonemap.server;

/**
 * What a server is now.
 *
 * @since 0.1.0
 */
public enum ServerRole {

	/** It does not know yet what its peer is, and answers nobody. */
	WAITING,

	/** It orders writes and answers clients. */
	ACTIVE,

	/** It follows the active one. */
	PASSIVE

}
