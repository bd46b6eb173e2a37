package io.github.clonemap.client;

import io.github.clonemap.CloneState;

/**
 * Hears what happens between a client and its servers. Called on a dispatch thread, one
 * call after the other; it may block, at the cost of what comes after it.
 *
 * @since 0.1.0
 */
public interface ClientListener {

	/**
	 * The client's state has changed.
	 * @param from the state before
	 * @param to the state now
	 * @param reason why
	 */
	default void onStateChanged(CloneState from, CloneState to, String reason) {
	}

	/**
	 * Updates were missed in the stream; a new synchronization brings them.
	 * @param applied the last sequence that was applied
	 * @param before the sequence that the stream had carried when it was heard again
	 */
	default void onGap(long applied, long before) {
	}

}
