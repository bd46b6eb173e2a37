package io.github.clonemap;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * One change of one key, as seen by one client.
 *
 * @param <V> the type of the values
 * @param map the name of the map
 * @param key the key, relative to the map's subtree
 * @param kind what happened
 * @param value the value after the change, {@code null} if there is none any more
 * @param previousValue the value before the change in this client's view, {@code null} if
 * there was none
 * @param sequence the place of the change in the server's order. For a removal that was
 * found by a new synchronization ({@link Phase#RESYNC}) the exact place is not known: it
 * is the sequence of that synchronization.
 * @param writer who made the change; {@link CloneWriter.Kind#SERVER} where that is not
 * known any more
 * @param serverTime when the server ordered it, by the server's clock
 * @param phase how it reached this client
 * @since 0.1.0
 */
public record CloneChange<V>(String map, String key, Kind kind, @Nullable V value, @Nullable V previousValue,
		long sequence, CloneWriter writer, Instant serverTime, Phase phase) {

	/**
	 * What happened to the key.
	 */
	public enum Kind {

		/** The key is new. */
		CREATED,

		/** The key has a new value. */
		UPDATED,

		/** Somebody removed the key. */
		REMOVED,

		/** The key's lifetime, or its writer's session, ended. */
		EXPIRED

	}

	/**
	 * How a change reached this client.
	 */
	public enum Phase {

		/** It was there when this client, or this listener, joined. */
		INITIAL,

		/** It came in the stream of updates. */
		LIVE,

		/** It was found missing, or left over, by a new synchronization. */
		RESYNC

	}

}
