package io.github.clonemap.sample;

import java.util.Objects;

import jakarta.validation.constraints.NotNull;
import jakarta.validation.constraints.Size;
import org.jspecify.annotations.Nullable;

/**
 * What a client sends to write a flag.
 *
 * @param enabled whether the feature is on
 * @param note why, for people; may be left out
 */
record FlagRequest(@NotNull(message = "must be true or false") @Nullable Boolean enabled,
		@Size(max = 200, message = "must have at most {max} characters") @Nullable String note) {

	Flag toFlag() {
		return new Flag(Boolean.TRUE.equals(this.enabled), Objects.requireNonNullElse(this.note, ""));
	}

}
