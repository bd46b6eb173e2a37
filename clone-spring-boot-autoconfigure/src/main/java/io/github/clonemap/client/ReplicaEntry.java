package io.github.clonemap.client;

import io.github.clonemap.CloneWriter;
import io.github.clonemap.ValueCodec;
import io.github.clonemap.protocol.Update;
import org.jspecify.annotations.Nullable;

/**
 * An update as a client keeps it: with the value as an object, once somebody has read it.
 */
final class ReplicaEntry extends Update {

	private volatile @Nullable Decoded<?> decoded;

	ReplicaEntry(Kind kind, String key, byte @Nullable [] value, long sequence, long serverTimeMicros,
			CloneWriter.Kind writerKind, long writerId, long ttlMillis, boolean ephemeral) {
		super(kind, key, value, sequence, serverTimeMicros, writerKind, writerId, ttlMillis, ephemeral);
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
