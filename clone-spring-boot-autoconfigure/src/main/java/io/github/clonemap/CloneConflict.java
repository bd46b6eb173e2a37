package io.github.clonemap;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * A write that a server had accepted while it was cut off from its peer, and that was
 * given up when the two met again, because the other one's order stayed.
 *
 * @param key the whole key
 * @param value the value that was written, as bytes, {@code null} if the key was removed
 * @param sequence the place that the write had in the order that was given up
 * @param writer who wrote it
 * @param serverTime when, by the clock of the server that accepted it
 * @since 0.1.0
 */
public record CloneConflict(String key, byte @Nullable [] value, long sequence, CloneWriter writer,
		Instant serverTime) {

	/**
	 * Leaves out the value: it may be a secret.
	 * @return a text for people
	 */
	@Override
	public String toString() {
		return "CloneConflict[key=" + this.key + ", " + ((this.value != null) ? "put" : "removed") + ", sequence="
				+ this.sequence + ", writer=" + this.writer + ", serverTime=" + this.serverTime + "]";
	}

}
