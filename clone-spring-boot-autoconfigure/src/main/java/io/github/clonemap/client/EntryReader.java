package io.github.clonemap.client;

import java.time.Duration;
import java.time.Instant;

import io.github.clonemap.CloneChange;
import io.github.clonemap.CloneChange.Kind;
import io.github.clonemap.CloneChange.Phase;
import io.github.clonemap.CloneEncodingException;
import io.github.clonemap.CloneEntry;
import io.github.clonemap.CloneWriter;
import io.github.clonemap.ValueCodec;
import io.github.clonemap.protocol.Update;
import org.jspecify.annotations.Nullable;

/**
 * How one map sees updates: with keys relative to its subtree, and with values of its
 * type. Used by any thread.
 *
 * @param <V> the type of the values
 */
final class EntryReader<V> {

	private final String map;

	private final String subtree;

	private final ValueCodec<V> codec;

	private final Runnable undecodable;

	/**
	 * Creates a reader.
	 * @param map the name of the map
	 * @param subtree the subtree of the map
	 * @param codec the codec of its values
	 * @param undecodable hears of each value that cannot be decoded
	 */
	EntryReader(String map, String subtree, ValueCodec<V> codec, Runnable undecodable) {
		this.map = map;
		this.subtree = subtree;
		this.codec = codec;
		this.undecodable = undecodable;
	}

	String map() {
		return this.map;
	}

	boolean covers(String fullKey) {
		return fullKey.startsWith(this.subtree);
	}

	String key(Update update) {
		return update.key().substring(this.subtree.length());
	}

	/**
	 * The value of an update; that of a replica's entry is decoded only once.
	 * @throws CloneEncodingException if it cannot be decoded; that is counted
	 */
	V value(Update update) {
		try {
			return (update instanceof ReplicaEntry entry) ? entry.value(this.codec) : this.codec.decode(update.value());
		}
		catch (CloneEncodingException ex) {
			this.undecodable.run();
			throw new CloneEncodingException(
					"The value of '" + key(update) + "' in map '" + this.map + "': " + ex.getMessage(), ex);
		}
	}

	CloneEntry<V> entry(Update update, V value) {
		return new CloneEntry<>(key(update), value, update.sequence(), writer(update),
				(update.ttlMillis() > 0) ? Duration.ofMillis(update.ttlMillis()) : null, update.isEphemeral(),
				toInstant(update.serverTimeMicros()));
	}

	/**
	 * The value that an update has taken the place of. That somebody else's value cannot
	 * be decoded is no failure of what came after it.
	 * @return the value, or {@code null} if there was none or it cannot be decoded
	 */
	@Nullable V valueBefore(@Nullable Update previous) {
		try {
			return (previous != null) ? value(previous) : null;
		}
		catch (CloneEncodingException ex) {
			return null;
		}
	}

	/**
	 * The change that an update makes.
	 * @param update the update
	 * @param previous the entry before, {@code null} if there was none
	 * @param phase how it came
	 * @return the change
	 * @throws CloneEncodingException if the new value cannot be decoded; that is counted
	 */
	CloneChange<V> change(Update update, @Nullable ReplicaEntry previous, Phase phase) {
		Kind kind = switch (update.kind()) {
			case PUT -> (previous == null) ? Kind.CREATED : Kind.UPDATED;
			case REMOVE -> Kind.REMOVED;
			case EXPIRE -> Kind.EXPIRED;
		};
		return new CloneChange<>(this.map, key(update), kind, update.isPut() ? value(update) : null,
				valueBefore(previous), update.sequence(), writer(update), toInstant(update.serverTimeMicros()), phase);
	}

	static Instant toInstant(long micros) {
		return Instant.ofEpochSecond(micros / 1_000_000, micros % 1_000_000 * 1000);
	}

	private static CloneWriter writer(Update update) {
		return new CloneWriter(update.writerKind(), update.writerId());
	}

}
