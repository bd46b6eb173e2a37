package io.github.clonemap.sample;

import java.util.Objects;

/**
 * A feature flag, as it is shared: under its name, in the map {@code flags}.
 *
 * @param enabled whether the feature is on
 * @param note why, for people; may be empty
 */
public record Flag(boolean enabled, String note) {

	/**
	 * Creates a flag. Whoever writes to the map by other means may have left out the
	 * note.
	 */
	public Flag {
		note = Objects.requireNonNullElse(note, "");
	}

}
