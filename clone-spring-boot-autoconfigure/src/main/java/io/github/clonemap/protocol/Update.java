package io.github.clonemap.protocol;

import java.util.Objects;

import io.github.clonemap.CloneWriter;
import org.jspecify.annotations.Nullable;

/**
 * A change of one key with its place in the server's order. An update with a value is
 * also the key's entry; server and client extend it with what they keep beside an entry,
 * so that an entry is one object. Immutable; the value is shared.
 *
 * <pre>
 * kind u8 | sequence i64 | server time i64 | writer kind u8 | writer i64 | flags u8 | key text
 *   [ttl ms i64, if flag 1] [value length u32, value, if kind is PUT] [attachment, if flag 4]
 * </pre>
 *
 * @since 0.1.0
 */
public class Update {

	/**
	 * The smallest room that an update takes in a frame: with a key of one byte.
	 */
	public static final int MIN_BYTES = 1 + 8 + 8 + 1 + 8 + 1 + 3;

	private static final int FLAG_TTL = 1;

	private static final int FLAG_EPHEMERAL = 2;

	private static final int FLAG_ATTACHMENT = 4;

	private static final int NATIVE_FLAGS = FLAG_TTL | FLAG_EPHEMERAL;

	private static final Kind[] KINDS = Kind.values();

	private static final CloneWriter.Kind[] WRITER_KINDS = CloneWriter.Kind.values();

	private final String key;

	private final byte @Nullable [] value;

	/** What its origin does not tell of the sequence: 32 bits without a sign. */
	private final int sequenceOffset;

	/** What its origin does not tell of the server's time. */
	private final int timeOffset;

	private final Origin origin;

	/**
	 * Creates an update.
	 * @param kind what happened
	 * @param key the whole key
	 * @param value the value for {@link Kind#PUT}, else {@code null}
	 * @param sequence its place in the server's order
	 * @param serverTimeMicros when the server ordered it, in microseconds since 1970
	 * @param writerKind by which door it came in
	 * @param writerId the id of the client that wrote it
	 * @param ttlMillis the time to live, 0 for none
	 * @param ephemeral whether the entry ends with its writer's session
	 */
	public Update(Kind kind, String key, byte @Nullable [] value, long sequence, long serverTimeMicros,
			CloneWriter.Kind writerKind, long writerId, long ttlMillis, boolean ephemeral) {
		this.key = key;
		this.value = value;
		this.sequenceOffset = (int) sequence;
		this.timeOffset = (int) serverTimeMicros;
		this.origin = Origin.of(kind, writerKind, writerId, ttlMillis, ephemeral, sequence, serverTimeMicros);
	}

	/**
	 * What happened.
	 * @return the kind
	 */
	public final Kind kind() {
		return this.origin.kind();
	}

	/**
	 * Whether the key has a value after this update.
	 * @return whether it is a {@link Kind#PUT}
	 */
	public final boolean isPut() {
		return this.origin.kind() == Kind.PUT;
	}

	/**
	 * The whole key.
	 * @return the key
	 */
	public final String key() {
		return this.key;
	}

	/**
	 * The value of a {@link Kind#PUT}.
	 * @return the bytes, shared
	 * @throws NullPointerException if the key was removed
	 */
	public final byte[] value() {
		return Objects.requireNonNull(this.value, "a removal has no value");
	}

	/**
	 * The place in the server's order.
	 * @return the sequence
	 */
	public final long sequence() {
		return this.origin.sequenceBase() | Integer.toUnsignedLong(this.sequenceOffset);
	}

	/**
	 * When the server ordered it.
	 * @return microseconds since 1970, by the server's clock
	 */
	public final long serverTimeMicros() {
		return this.origin.timeBase() | Integer.toUnsignedLong(this.timeOffset);
	}

	/**
	 * By which door it came in.
	 * @return the kind of the writer
	 */
	public final CloneWriter.Kind writerKind() {
		return this.origin.writerKind();
	}

	/**
	 * Which client wrote it.
	 * @return the client's id
	 */
	public final long writerId() {
		return this.origin.writerId();
	}

	/**
	 * The time to live that was given at the write.
	 * @return milliseconds, 0 for none
	 */
	public final long ttlMillis() {
		return this.origin.ttlMillis();
	}

	/**
	 * Whether the entry ends with its writer's session.
	 * @return whether it is ephemeral
	 */
	public final boolean isEphemeral() {
		return this.origin.ephemeral();
	}

	/**
	 * Whether another update is this one. The sequence alone does not tell, where a
	 * server was started anew with a clock that had been set back.
	 * @param other the other update
	 * @return whether both are the same
	 */
	public final boolean isSameAs(Update other) {
		return sequence() == other.sequence() && serverTimeMicros() == other.serverTimeMicros()
				&& writerId() == other.writerId();
	}

	/**
	 * What came with the write and travels on with it.
	 * @return the attachment, or {@code null} if there is none
	 */
	public @Nullable Attachment attachment() {
		return null;
	}

	/**
	 * About how many bytes the update takes in a frame, for bounds.
	 * @return the number of bytes
	 */
	public final int weight() {
		Attachment attachment = attachment();
		return MIN_BYTES + this.key.length() + ((this.value != null) ? this.value.length + 4 : 0)
				+ ((attachment != null) ? attachment.weight() : 0);
	}

	/**
	 * Writes this update for a native client, to which an attachment means nothing.
	 * @param writer where to
	 */
	public final void write(FrameWriter writer) {
		write(writer, null);
	}

	/**
	 * Writes this update for another server: with all that belongs to it.
	 * @param writer where to
	 */
	public final void writeWhole(FrameWriter writer) {
		write(writer, attachment());
	}

	private void write(FrameWriter writer, @Nullable Attachment attachment) {
		writer.writeByte(kind().ordinal())
			.writeLong(sequence())
			.writeLong(serverTimeMicros())
			.writeByte(writerKind().ordinal())
			.writeLong(writerId())
			.writeByte(((ttlMillis() != 0) ? FLAG_TTL : 0) | (isEphemeral() ? FLAG_EPHEMERAL : 0)
					| ((attachment != null) ? FLAG_ATTACHMENT : 0))
			.writeText(this.key);
		if (ttlMillis() != 0) {
			writer.writeLong(ttlMillis());
		}
		if (this.value != null) {
			writer.writeValue(this.value);
		}
		if (attachment != null) {
			attachment.write(writer);
		}
	}

	/**
	 * Reads an update as native clients have it.
	 * @param <U> what the reader makes of it
	 * @param reader where from
	 * @param factory makes the object
	 * @return the update
	 * @throws MalformedMessageException if the bytes are none
	 */
	public static <U extends Update> U read(FrameReader reader, Factory<U> factory) throws MalformedMessageException {
		return read(reader, factory, NATIVE_FLAGS);
	}

	/**
	 * Reads an update as servers tell it each other: with all that belongs to it.
	 * @param <U> what the reader makes of it
	 * @param reader where from
	 * @param factory makes the object
	 * @return the update
	 * @throws MalformedMessageException if the bytes are none
	 */
	public static <U extends Update> U readWhole(FrameReader reader, Factory<U> factory)
			throws MalformedMessageException {
		return read(reader, factory, NATIVE_FLAGS | FLAG_ATTACHMENT);
	}

	private static <U extends Update> U read(FrameReader reader, Factory<U> factory, int allFlags)
			throws MalformedMessageException {
		int kindIndex = reader.readByte("kind");
		if (kindIndex >= KINDS.length) {
			throw new MalformedMessageException("kind " + kindIndex + " is unknown");
		}
		Kind kind = KINDS[kindIndex];
		long sequence = reader.readNatural("sequence");
		long serverTimeMicros = reader.readNatural("server time");
		int writerKind = reader.readByte("writer kind");
		if (writerKind >= WRITER_KINDS.length) {
			throw new MalformedMessageException("writer kind " + writerKind + " is unknown");
		}
		long writerId = reader.readLong("writer");
		int flags = reader.readByte("flags");
		if ((flags & ~allFlags) != 0) {
			throw new MalformedMessageException("flags " + flags + " are unknown");
		}
		String key = reader.readKey();
		if (key.isEmpty()) {
			throw new MalformedMessageException("key is empty");
		}
		long ttlMillis = ((flags & FLAG_TTL) != 0) ? reader.readPositive("ttl") : 0;
		byte[] value = (kind == Kind.PUT) ? reader.readValue("value") : null;
		boolean ephemeral = (flags & FLAG_EPHEMERAL) != 0;
		return ((flags & FLAG_ATTACHMENT) != 0)
				? factory.createAttached(kind, key, value, sequence, serverTimeMicros, WRITER_KINDS[writerKind],
						writerId, ttlMillis, ephemeral, Attachment.read(reader))
				: factory.create(kind, key, value, sequence, serverTimeMicros, WRITER_KINDS[writerKind], writerId,
						ttlMillis, ephemeral);
	}

	@Override
	public String toString() {
		return kind() + " " + this.key + " @" + Sequence.toString(sequence());
	}

	/**
	 * What happened to the key. The order is the wire's.
	 */
	public enum Kind {

		/** It has a value, new or another one. */
		PUT,

		/** Somebody removed it. */
		REMOVE,

		/** Its lifetime, or its writer's session, ended. */
		EXPIRE

	}

	/**
	 * Makes an update, or one of its subclasses, from what was read.
	 *
	 * @param <U> what it makes
	 */
	@FunctionalInterface
	public interface Factory<U extends Update> {

		/**
		 * Makes the object; the arguments are those of
		 * {@link Update#Update(Kind, String, byte[], long, long, CloneWriter.Kind, long, long, boolean)}.
		 * @param kind what happened
		 * @param key the whole key
		 * @param value the value for {@link Kind#PUT}, else {@code null}
		 * @param sequence its place in the server's order
		 * @param serverTimeMicros when the server ordered it
		 * @param writerKind by which door it came in
		 * @param writerId the id of the client that wrote it
		 * @param ttlMillis the time to live, 0 for none
		 * @param ephemeral whether the entry ends with its writer's session
		 * @return the object
		 */
		U create(Kind kind, String key, byte @Nullable [] value, long sequence, long serverTimeMicros,
				CloneWriter.Kind writerKind, long writerId, long ttlMillis, boolean ephemeral);

		/**
		 * Makes an object with an attachment; who has no use for it leaves it away.
		 * @param kind what happened
		 * @param key the whole key
		 * @param value the value for {@link Kind#PUT}, else {@code null}
		 * @param sequence its place in the server's order
		 * @param serverTimeMicros when the server ordered it
		 * @param writerKind by which door it came in
		 * @param writerId the id of the client that wrote it
		 * @param ttlMillis the time to live, 0 for none
		 * @param ephemeral whether the entry ends with its writer's session
		 * @param attachment what came with it
		 * @return the object
		 */
		default U createAttached(Kind kind, String key, byte @Nullable [] value, long sequence, long serverTimeMicros,
				CloneWriter.Kind writerKind, long writerId, long ttlMillis, boolean ephemeral, Attachment attachment) {
			return create(kind, key, value, sequence, serverTimeMicros, writerKind, writerId, ttlMillis, ephemeral);
		}

	}

}
