package io.github.clonemap.server;

import java.util.List;

import io.github.clonemap.CloneConflict;

/**
 * Hears what happens to a server of a pair. Called on a thread of its own, one call after
 * the other; it may block, at the cost of what comes after it. The server's report is by
 * then at least as new as what is told.
 *
 * @since 0.1.0
 */
public interface ServerListener {

	/**
	 * Hears nothing.
	 */
	ServerListener NONE = new ServerListener() {
	};

	/**
	 * The server's role has changed.
	 * @param from the role before
	 * @param to the role now
	 * @param epoch the epoch in which the server is
	 */
	default void onRoleChanged(ServerRole from, ServerRole to, int epoch) {
	}

	/**
	 * The server has given up its own order for its peer's.
	 * @param conflicts the writes that it had accepted and that its peer does not have,
	 * in order
	 */
	default void onConflicts(List<CloneConflict> conflicts) {
	}

}
