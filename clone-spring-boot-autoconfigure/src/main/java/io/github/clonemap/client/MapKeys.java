package io.github.clonemap.client;

import java.util.Objects;
import java.util.function.IntSupplier;

import io.github.clonemap.protocol.Keys;
import io.github.clonemap.store.EntryTable;
import org.jspecify.annotations.Nullable;

/**
 * What the keys of a map are for everybody else: those that an application uses are
 * relative to the map's subtree. Used by any thread.
 */
final class MapKeys {

	private final String subtree;

	private final int subtreeHash;

	private final boolean all;

	private final IntSupplier maxLength;

	/**
	 * Creates the keys of a map.
	 * @param subtree the map's subtree
	 * @param maxLength the longest key that the server takes, as far as is known
	 */
	MapKeys(String subtree, IntSupplier maxLength) {
		this.subtree = subtree;
		this.subtreeHash = subtree.hashCode();
		this.all = subtree.isEmpty();
		this.maxLength = maxLength;
	}

	/**
	 * Whether the map shows everything that there is.
	 */
	boolean isAll() {
		return this.all;
	}

	/**
	 * The entry of a key.
	 */
	@Nullable ReplicaEntry find(EntryTable<ReplicaEntry> entries, String key) {
		return this.all ? entries.get(key) : entries.get(this.subtree, this.subtreeHash, key);
	}

	/**
	 * The whole key of a key that is to be written.
	 * @throws IllegalArgumentException if it cannot be one; the message says why
	 */
	String whole(String key) {
		String whole = join(key);
		String problem = problem(whole);
		if (problem != null) {
			throw new IllegalArgumentException("'" + whole + "' cannot be a key: " + problem);
		}
		return whole;
	}

	/**
	 * The whole key of what is to be removed, or {@code null} if it cannot be a key: then
	 * it is not there.
	 */
	@Nullable String wholeOrNull(@Nullable Object key) {
		Objects.requireNonNull(key, "A shared map has no null keys");
		if (!(key instanceof String text)) {
			return null;
		}
		String whole = join(text);
		return (problem(whole) == null) ? whole : null;
	}

	private String join(String key) {
		Objects.requireNonNull(key, "A shared map has no null keys");
		return this.all ? key : this.subtree.concat(key);
	}

	private @Nullable String problem(String whole) {
		return Keys.problem(whole, this.maxLength.getAsInt());
	}

}
