package io.github.clonemap.client;

import java.time.Duration;

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
	 * Updates were missed in the stream. By {@code clone.gap.policy} a new
	 * synchronization brings them, or the client stops.
	 * @param applied the last sequence that was applied
	 * @param before the sequence that the stream had carried when it was heard again
	 */
	default void onGap(long applied, long before) {
	}

	/**
	 * An update was handed to the application later than {@code clone.snail.max-latency}
	 * allows: the first one of an episode. By {@code clone.snail.policy} the client goes
	 * on or stops.
	 * @param latency how old the update was
	 * @param error how wrong that may be; already taken into account
	 */
	default void onSnail(Duration latency, Duration error) {
	}

}
