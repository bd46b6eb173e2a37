package io.github.clonemap.client;

import io.github.clonemap.CloneWriter;
import io.github.clonemap.ValueCodec;
import io.github.clonemap.store.TableEntry;
import org.jspecify.annotations.Nullable;

/**
 * An update as a client keeps it: with the value as an object, once somebody has read it.
 */
final class ReplicaEntry extends TableEntry {

	private volatile @Nullable Decoded<?> decoded;

	ReplicaEntry(Kind kind, String key, byte @Nullable [] value, long sequence, long serverTimeMicros,
			CloneWriter.Kind writerKind, long writerId, long ttlMillis, boolean ephemeral) {
		super(kind, key, value, sequence, serverTimeMicros, writerKind, writerId, ttlMillis, ephemeral);
	}

	private ReplicaEntry(ReplicaEntry other) {
		this(other.kind(), other.key(), other.value(), other.sequence(), other.serverTimeMicros(), other.writerKind(),
				other.writerId(), other.ttlMillis(), other.isEphemeral());
		this.decoded = other.decoded;
	}

	/**
	 * The same for another table.
	 */
	ReplicaEntry copy() {
		return new ReplicaEntry(this);
	}

	@Override
	protected TableEntry moved() {
		return copy();
	}

	/**
	 * The value as an object, decoded at the first call. Called by any thread; two that
	 * come at once may both decode.
	 */
	@SuppressWarnings("unchecked")
	<V> V value(ValueCodec<V> codec) {
		if (codec == ValueCodec.BYTES) {
			return (V) value();
		}
		Decoded<?> decoded = this.decoded;
		if (decoded != null && decoded.codec == codec) {
			return (V) decoded.value;
		}
		V value = codec.decode(value());
		this.decoded = new Decoded<>(codec, value);
		return value;
	}

	private record Decoded<V>(ValueCodec<V> codec, V value) {

	}

}
