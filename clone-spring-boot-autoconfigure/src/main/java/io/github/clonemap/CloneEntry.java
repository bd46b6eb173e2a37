package io.github.clonemap;

import java.time.Duration;
import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * A value with what the server knows of it.
 *
 * @param <V> the type of the value
 * @param key the key, relative to the map's subtree
 * @param value the value; shared, not to be modified
 * @param sequence the place of the write in the server's order
 * @param writer who wrote it
 * @param ttl the lifetime that was given at the write, or {@code null} for none
 * @param ephemeral whether the entry ends with the session of its writer
 * @param serverTime when the server ordered the write, by the server's clock
 * @since 0.1.0
 */
public record CloneEntry<V>(String key, V value, long sequence, CloneWriter writer, @Nullable Duration ttl,
		boolean ephemeral, Instant serverTime) {

}
