package io.github.clonemap.store;

import io.github.clonemap.CloneWriter;
import org.jspecify.annotations.Nullable;

/**
 * An entry that may wait for its end in a {@link TimerWheel}. A class of its own, so that
 * the millions that have no time to live have no room for it either.
 *
 * @since 0.1.0
 */
public sealed class TimedEntry extends StoredEntry permits AttachedEntry {

	@Nullable Timer timer;

	TimedEntry(Kind kind, String key, byte @Nullable [] value, long sequence, long serverTimeMicros,
			CloneWriter.Kind writerKind, long writerId, long ttlMillis, boolean ephemeral) {
		super(kind, key, value, sequence, serverTimeMicros, writerKind, writerId, ttlMillis, ephemeral);
	}

}
