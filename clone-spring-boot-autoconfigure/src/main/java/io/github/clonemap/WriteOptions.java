package io.github.clonemap;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * The lifetime of a written value and the condition under which it is written. Immutable;
 * each method returns a changed copy.
 *
 * @since 0.1.0
 */
public final class WriteOptions {

	/**
	 * The longest time to live: longer ones are surely mistakes.
	 */
	public static final Duration MAX_TTL = Duration.ofDays(3650);

	private static final Duration MIN_TTL = Duration.ofMillis(1);

	private static final WriteOptions NONE = new WriteOptions(null, false, Condition.NONE, 0);

	private final @Nullable Duration ttl;

	private final boolean ephemeral;

	private final Condition condition;

	private final long sequence;

	private WriteOptions(@Nullable Duration ttl, boolean ephemeral, Condition condition, long sequence) {
		this.ttl = ttl;
		this.ephemeral = ephemeral;
		this.condition = condition;
		this.sequence = sequence;
	}

	/**
	 * No lifetime and no condition.
	 * @return the options
	 */
	public static WriteOptions none() {
		return NONE;
	}

	/**
	 * The server removes the entry after this time, unless it is written again.
	 * @param ttl the time to live, from one millisecond to {@link #MAX_TTL}
	 * @return the changed options
	 * @throws IllegalArgumentException if it is not
	 */
	public WriteOptions ttl(Duration ttl) {
		if (ttl.compareTo(MIN_TTL) < 0 || ttl.compareTo(MAX_TTL) > 0) {
			throw new IllegalArgumentException("A time to live lies between 1 ms and " + MAX_TTL + ", not " + ttl);
		}
		return new WriteOptions(ttl, this.ephemeral, this.condition, this.sequence);
	}

	/**
	 * The entry ends with this client's session: at once when the application closes,
	 * after the server's session time-out when it dies.
	 * @return the changed options
	 */
	public WriteOptions ephemeral() {
		return new WriteOptions(this.ttl, true, this.condition, this.sequence);
	}

	/**
	 * Write only if the key is absent.
	 * @return the changed options
	 */
	public WriteOptions ifAbsent() {
		return new WriteOptions(this.ttl, this.ephemeral, Condition.ABSENT, 0);
	}

	/**
	 * Write only if the key is present.
	 * @return the changed options
	 */
	public WriteOptions ifPresent() {
		return new WriteOptions(this.ttl, this.ephemeral, Condition.PRESENT, 0);
	}

	/**
	 * Write only if the key's entry still has this sequence.
	 * @param sequence the sequence of an entry that was read
	 * @return the changed options
	 * @throws IllegalArgumentException if it is not positive, as every entry's is
	 */
	public WriteOptions ifSequence(long sequence) {
		if (sequence <= 0) {
			throw new IllegalArgumentException("An entry's sequence is positive, not " + sequence);
		}
		return new WriteOptions(this.ttl, this.ephemeral, Condition.SEQUENCE, sequence);
	}

	/**
	 * The time to live.
	 * @return the time to live, or {@code null} for none
	 */
	public @Nullable Duration getTtl() {
		return this.ttl;
	}

	/**
	 * Whether the entry ends with this client's session.
	 * @return whether the entry is ephemeral
	 */
	public boolean isEphemeral() {
		return this.ephemeral;
	}

	/**
	 * The condition.
	 * @return the condition
	 */
	public Condition getCondition() {
		return this.condition;
	}

	/**
	 * The sequence for {@link Condition#SEQUENCE}.
	 * @return the sequence, else 0
	 */
	public long getSequence() {
		return this.sequence;
	}

	/**
	 * When the server lets a write through.
	 */
	public enum Condition {

		/** Always. */
		NONE,

		/** If there is no entry. */
		ABSENT,

		/** If there is an entry. */
		PRESENT,

		/** If the entry has the expected sequence. */
		SEQUENCE

	}

}
