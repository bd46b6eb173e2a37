package io.github.clonemap.sample;

import java.util.List;
import java.util.stream.LongStream;

import io.github.clonemap.WriteOptions;
import io.github.clonemap.WriteOptions.Condition;
import org.jspecify.annotations.Nullable;

import org.springframework.http.ETag;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.server.ResponseStatusException;

/**
 * The condition of a request (RFC 9110, section 13), where the entity tag of a flag is
 * the sequence of its last write.
 *
 * @param condition when the write may happen
 * @param sequence the sequence for {@link Condition#SEQUENCE}, else 0
 */
record Precondition(Condition condition, long sequence) {

	/**
	 * No entry has this sequence: for an entity tag that is not one of ours.
	 */
	private static final long NO_SEQUENCE = Long.MAX_VALUE;

	/**
	 * Reads the condition of a request.
	 * @param ifMatch the header {@code If-Match}
	 * @param ifNoneMatch the header {@code If-None-Match}
	 * @return the condition
	 */
	static Precondition of(@Nullable String ifMatch, @Nullable String ifNoneMatch) {
		if (ifMatch != null && ifNoneMatch != null) {
			throw badRequest("Send " + HttpHeaders.IF_MATCH + " or " + HttpHeaders.IF_NONE_MATCH + ", not both");
		}
		if (ifNoneMatch != null) {
			if (!ifNoneMatch.strip().equals("*")) {
				throw badRequest(HttpHeaders.IF_NONE_MATCH + " of a write can only be *");
			}
			return new Precondition(Condition.ABSENT, 0);
		}
		return (ifMatch != null) ? ofTags(ETag.parse(ifMatch)) : new Precondition(Condition.NONE, 0);
	}

	private static Precondition ofTags(List<ETag> tags) {
		if (tags.isEmpty()) {
			throw badRequest(HttpHeaders.IF_MATCH + " must be * or an entity tag in double quotes");
		}
		if (tags.stream().anyMatch(ETag::isWildcard)) {
			return new Precondition(Condition.PRESENT, 0);
		}
		// Of several writes that a client has seen only the last can still be the current
		// one.
		long sequence = tags.stream().flatMapToLong(Precondition::sequence).max().orElse(NO_SEQUENCE);
		return new Precondition(Condition.SEQUENCE, sequence);
	}

	/**
	 * The sequence in a tag. A weak tag has none: a write needs the strong comparison.
	 */
	private static LongStream sequence(ETag tag) {
		try {
			long sequence = tag.weak() ? 0 : Long.parseLong(tag.tag());
			return (sequence > 0) ? LongStream.of(sequence) : LongStream.empty();
		}
		catch (NumberFormatException ex) {
			return LongStream.empty();
		}
	}

	/**
	 * Lets a write happen under this condition only.
	 * @param options how to write
	 * @return how to write under this condition
	 */
	WriteOptions applyTo(WriteOptions options) {
		return switch (this.condition) {
			case NONE -> options;
			case ABSENT -> options.ifAbsent();
			case PRESENT -> options.ifPresent();
			case SEQUENCE -> options.ifSequence(this.sequence);
		};
	}

	private static ResponseStatusException badRequest(String reason) {
		return new ResponseStatusException(HttpStatus.BAD_REQUEST, reason);
	}

}
