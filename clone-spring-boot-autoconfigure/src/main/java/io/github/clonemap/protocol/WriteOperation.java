package io.github.clonemap.protocol;

import io.github.clonemap.WriteOptions.Condition;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks the server to do with one key.
 *
 * <pre>
 * kind u8 | condition u8 | flags u8 | key text [sequence i64, if SEQUENCE] [ttl ms i64, if flag 1] [value, if PUT]
 * </pre>
 *
 * @since 0.1.0
 */
public final class WriteOperation {

	/**
	 * The smallest room that an operation takes in a frame.
	 */
	public static final int MIN_BYTES = 3 + 2;

	private static final int FLAG_TTL = 1;

	private static final int FLAG_EPHEMERAL = 2;

	private static final int FLAG_RETURN_ENTRY = 4;

	private static final Kind[] KINDS = Kind.values();

	private static final Condition[] CONDITIONS = Condition.values();

	private final String key;

	private final byte @Nullable [] value;

	private final long expectedSequence;

	private final WriteTerms terms;

	/**
	 * Creates an operation.
	 * @param kind what to do
	 * @param key the whole key
	 * @param value the value for {@link Kind#PUT}, else {@code null}
	 * @param condition when to do it
	 * @param expectedSequence the sequence for {@link Condition#SEQUENCE}, else 0
	 * @param ttlMillis the time to live, 0 for none
	 * @param ephemeral whether the entry ends with the session
	 * @param returnEntry whether the result shall bring the entry that the server had
	 * before, or has if the condition failed
	 */
	public WriteOperation(Kind kind, String key, byte @Nullable [] value, Condition condition, long expectedSequence,
			long ttlMillis, boolean ephemeral, boolean returnEntry) {
		if ((kind == Kind.PUT) != (value != null)) {
			throw new IllegalArgumentException("a value belongs to PUT and to nothing else");
		}
		if (ttlMillis < 0 || expectedSequence < 0) {
			throw new IllegalArgumentException("negative number in an operation");
		}
		this.key = key;
		this.value = value;
		this.expectedSequence = expectedSequence;
		this.terms = WriteTerms.of(kind, condition, ttlMillis, ephemeral, returnEntry);
	}

	/**
	 * What to do.
	 * @return the kind
	 */
	public Kind kind() {
		return this.terms.kind();
	}

	/**
	 * The whole key.
	 * @return the key
	 */
	public String key() {
		return this.key;
	}

	/**
	 * The value for {@link Kind#PUT}.
	 * @return the bytes, shared, or {@code null} for another kind
	 */
	public byte @Nullable [] value() {
		return this.value;
	}

	/**
	 * When to do it.
	 * @return the condition
	 */
	public Condition condition() {
		return this.terms.condition();
	}

	/**
	 * The sequence for {@link Condition#SEQUENCE}.
	 * @return the sequence, 0 for another condition
	 */
	public long expectedSequence() {
		return this.expectedSequence;
	}

	/**
	 * The time to live.
	 * @return milliseconds, 0 for none
	 */
	public long ttlMillis() {
		return this.terms.ttlMillis();
	}

	/**
	 * Whether the entry ends with the session.
	 * @return whether it is ephemeral
	 */
	public boolean ephemeral() {
		return this.terms.ephemeral();
	}

	/**
	 * Whether the result shall bring the entry that the server had before, or has if the
	 * condition failed.
	 * @return whether it shall
	 */
	public boolean returnEntry() {
		return this.terms.returnEntry();
	}

	/**
	 * About how many bytes the operation takes in a frame, for bounds.
	 * @return the number of bytes
	 */
	public int weight() {
		return MIN_BYTES + 20 + this.key.length() * 3 + ((this.value != null) ? this.value.length : 0);
	}

	/**
	 * Writes the operation.
	 * @param writer where to
	 */
	public void write(FrameWriter writer) {
		writer.writeByte(kind().ordinal())
			.writeByte(condition().ordinal())
			.writeByte(((ttlMillis() != 0) ? FLAG_TTL : 0) | (ephemeral() ? FLAG_EPHEMERAL : 0)
					| (returnEntry() ? FLAG_RETURN_ENTRY : 0))
			.writeText(this.key);
		if (condition() == Condition.SEQUENCE) {
			writer.writeLong(this.expectedSequence);
		}
		if (ttlMillis() != 0) {
			writer.writeLong(ttlMillis());
		}
		if (this.value != null) {
			writer.writeValue(this.value);
		}
	}

	/**
	 * Reads an operation.
	 * @param reader where from
	 * @return the operation
	 * @throws MalformedMessageException if the bytes are none
	 */
	public static WriteOperation read(FrameReader reader) throws MalformedMessageException {
		int kind = reader.readByte("operation");
		if (kind >= KINDS.length) {
			throw new MalformedMessageException("operation " + kind + " is unknown");
		}
		int condition = reader.readByte("condition");
		if (condition >= CONDITIONS.length) {
			throw new MalformedMessageException("condition " + condition + " is unknown");
		}
		int flags = reader.readByte("flags");
		if ((flags & ~(FLAG_TTL | FLAG_EPHEMERAL | FLAG_RETURN_ENTRY)) != 0) {
			throw new MalformedMessageException("flags " + flags + " are unknown");
		}
		String key = reader.readKey();
		long sequence = (CONDITIONS[condition] == Condition.SEQUENCE) ? reader.readNatural("expected sequence") : 0;
		long ttl = ((flags & FLAG_TTL) != 0) ? reader.readPositive("ttl") : 0;
		byte[] value = (KINDS[kind] == Kind.PUT) ? reader.readValue("value") : null;
		return new WriteOperation(KINDS[kind], key, value, CONDITIONS[condition], sequence, ttl,
				(flags & FLAG_EPHEMERAL) != 0, (flags & FLAG_RETURN_ENTRY) != 0);
	}

	@Override
	public String toString() {
		return kind() + " " + this.key;
	}

	/**
	 * What to do with the key. The order is the wire's.
	 */
	public enum Kind {

		/** Give it a value. */
		PUT,

		/** Remove it. */
		REMOVE,

		/** Change nothing, tell its entry: for keys that the client does not hold. */
		GET

	}

}
