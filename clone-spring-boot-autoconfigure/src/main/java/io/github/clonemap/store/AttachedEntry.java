package io.github.clonemap.store;

import io.github.clonemap.CloneWriter;
import io.github.clonemap.protocol.Attachment;
import org.jspecify.annotations.Nullable;

/**
 * An update with something attached to it. A class of its own, so that the millions that
 * have nothing attached have no room for it either.
 *
 * @since 0.1.0
 */
public final class AttachedEntry extends TimedEntry {

	private final Attachment attachment;

	/**
	 * Creates an entry; the other arguments are those of {@link StoredEntry}.
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
	 * @param attachment what came with it
	 */
	public AttachedEntry(Kind kind, String key, byte @Nullable [] value, long sequence, long serverTimeMicros,
			CloneWriter.Kind writerKind, long writerId, long ttlMillis, boolean ephemeral, Attachment attachment) {
		super(kind, key, value, sequence, serverTimeMicros, writerKind, writerId, ttlMillis, ephemeral);
		this.attachment = attachment;
	}

	@Override
	public Attachment attachment() {
		return this.attachment;
	}

}
