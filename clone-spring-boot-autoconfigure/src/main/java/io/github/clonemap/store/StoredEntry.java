package io.github.clonemap.store;

import io.github.clonemap.CloneWriter;
import io.github.clonemap.protocol.Update;
import org.jspecify.annotations.Nullable;

/**
 * An update with its place in the store: a link of the list in sequence order.
 *
 * @since 0.1.0
 */
public sealed class StoredEntry extends TableEntry permits TimedEntry {

	@Nullable StoredEntry previous;

	@Nullable StoredEntry next;

	StoredEntry(Kind kind, String key, byte @Nullable [] value, long sequence, long serverTimeMicros,
			CloneWriter.Kind writerKind, long writerId, long ttlMillis, boolean ephemeral) {
		super(kind, key, value, sequence, serverTimeMicros, writerKind, writerId, ttlMillis, ephemeral);
	}

	/**
	 * Itself: only the thread of its store reads the table.
	 */
	@Override
	protected final TableEntry moved() {
		return this;
	}

	/**
	 * Creates an entry; the arguments are those of {@link Update}.
	 * @param kind what happened
	 * @param key the whole key
	 * @param value the value for {@link io.github.clonemap.protocol.Update.Kind#PUT},
	 * else {@code null}
	 * @param sequence its place in the server's order
	 * @param serverTimeMicros when the server ordered it
	 * @param writerKind by which door it came in
	 * @param writerId the id of the client that wrote it
	 * @param ttlMillis the time to live, 0 for none
	 * @param ephemeral whether the entry ends with its writer's session
	 * @return the entry
	 */
	public static StoredEntry of(Kind kind, String key, byte @Nullable [] value, long sequence, long serverTimeMicros,
			CloneWriter.Kind writerKind, long writerId, long ttlMillis, boolean ephemeral) {
		return (ttlMillis > 0)
				? new TimedEntry(kind, key, value, sequence, serverTimeMicros, writerKind, writerId, ttlMillis,
						ephemeral)
				: new StoredEntry(kind, key, value, sequence, serverTimeMicros, writerKind, writerId, 0, ephemeral);
	}

}
