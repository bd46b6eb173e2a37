package io.github.clonemap.sample;

import java.time.Instant;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.clonemap.CloneEntry;
import org.jspecify.annotations.Nullable;

/**
 * A flag as clients see it.
 *
 * @param name the name
 * @param enabled whether the feature is on
 * @param note why, for people
 * @param sequence the sequence of the last write, also the entity tag; text, because a
 * sequence is longer than the numbers of JavaScript are exact
 * @param changed when it was last written, by the server's clock
 * @param expires when it ends by itself, absent if it does not
 * @param writer the client that wrote it
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record FlagView(String name, boolean enabled, String note, @JsonFormat(shape = JsonFormat.Shape.STRING) long sequence,
		Instant changed, @Nullable Instant expires, String writer) {

	static FlagView of(CloneEntry<Flag> entry) {
		Instant expires = (entry.ttl() != null) ? entry.serverTime().plus(entry.ttl()) : null;
		return new FlagView(entry.key(), entry.value().enabled(), entry.value().note(), entry.sequence(),
				entry.serverTime(), expires, entry.writer().toString());
	}

}
