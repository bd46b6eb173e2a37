package io.github.clonemap.client;

import java.util.AbstractMap.SimpleEntry;
import java.util.AbstractSet;
import java.util.Iterator;
import java.util.Map.Entry;
import java.util.NoSuchElementException;
import java.util.Objects;

import io.github.clonemap.CloneEncodingException;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a map as a set. Its iterators go over the replica as it is, weakly
 * consistent; an entry whose value cannot be decoded is counted and left out, so that one
 * bad value does not end a loop over the good ones.
 *
 * @param <V> the type of the values
 */
final class ReplicaEntrySet<V> extends AbstractSet<Entry<String, V>> {

	private final ReplicaMap<V> map;

	private final Replica replica;

	private final EntryReader<V> reader;

	ReplicaEntrySet(ReplicaMap<V> map, Replica replica, EntryReader<V> reader) {
		this.map = map;
		this.replica = replica;
		this.reader = reader;
	}

	@Override
	public int size() {
		return this.map.size();
	}

	@Override
	public boolean isEmpty() {
		return !iterator().hasNext();
	}

	@Override
	public void clear() {
		this.map.clear();
	}

	@Override
	public boolean contains(@Nullable Object object) {
		return object instanceof Entry<?, ?> entry && entry.getKey() instanceof String key && entry.getValue() != null
				&& entry.getValue().equals(this.map.get(key));
	}

	@Override
	public boolean remove(@Nullable Object object) {
		return object instanceof Entry<?, ?> entry && entry.getKey() instanceof String key
				&& this.map.remove(key, entry.getValue());
	}

	@Override
	public Iterator<Entry<String, V>> iterator() {
		return new EntryIterator(this.replica.readable().iterator());
	}

	private final class EntryIterator implements Iterator<Entry<String, V>> {

		private final Iterator<ReplicaEntry> entries;

		private @Nullable Entry<String, V> next;

		private @Nullable String lastKey;

		EntryIterator(Iterator<ReplicaEntry> entries) {
			this.entries = entries;
			this.next = findNext();
		}

		@Override
		public boolean hasNext() {
			return this.next != null;
		}

		@Override
		public Entry<String, V> next() {
			Entry<String, V> entry = this.next;
			if (entry == null) {
				throw new NoSuchElementException();
			}
			this.lastKey = entry.getKey();
			this.next = findNext();
			return entry;
		}

		@Override
		public void remove() {
			if (this.lastKey == null) {
				throw new IllegalStateException("next() comes first");
			}
			ReplicaEntrySet.this.map.remove(this.lastKey);
			this.lastKey = null;
		}

		private @Nullable Entry<String, V> findNext() {
			while (this.entries.hasNext()) {
				ReplicaEntry entry = this.entries.next();
				if (ReplicaEntrySet.this.reader.covers(entry.key())) {
					try {
						return new WritableEntry<>(ReplicaEntrySet.this.map, ReplicaEntrySet.this.reader.key(entry),
								ReplicaEntrySet.this.reader.value(entry));
					}
					catch (CloneEncodingException ex) {
						// Counted; get(key) tells what is wrong with it.
						continue;
					}
				}
			}
			return null;
		}

	}

	/**
	 * An entry that writes through.
	 */
	private static final class WritableEntry<V> extends SimpleEntry<String, V> {

		private final transient ReplicaMap<V> map;

		WritableEntry(ReplicaMap<V> map, String key, V value) {
			super(key, value);
			this.map = map;
		}

		@Override
		public V setValue(V value) {
			this.map.put(getKey(), Objects.requireNonNull(value, "A shared map has no null values"));
			return super.setValue(value);
		}

	}

}
