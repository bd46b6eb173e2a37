package io.github.clonemap.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.concurrent.ConcurrentHashMap;

import io.github.clonemap.protocol.KnownKeys;
import org.jspecify.annotations.Nullable;

/**
 * Entries by their keys: a hash table of which the entries themselves are the links. It
 * takes 4 to 8 bytes beside each entry, and a look-up meets the entry where other maps
 * have a node that tells where it is.
 * <p>
 * One thread changes it. Any thread may read it, without waiting: who begins to read
 * after a change sees it, and iterators are weakly consistent, as those of
 * {@link ConcurrentHashMap}. What has left the table goes on pointing into it, for those
 * who are just looking at it; and when the table grows, readers of the smaller one find
 * it as it was, see {@link TableEntry#moved()}.
 * <p>
 * Keys that are made to have the same hash do not make it slow: those beyond a number go
 * into a map that orders them.
 *
 * @param <E> the type of the entries
 * @since 0.1.0
 */
public final class EntryTable<E extends TableEntry> implements Iterable<E>, KnownKeys {

	/**
	 * The longest chain. By chance one of eight is rare already.
	 */
	static final int MAX_CHAIN = 32;

	private static final int MIN_SLOTS = 16;

	private static final int MAX_SLOTS = 1 << 30;

	private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(TableEntry[].class);

	/** Of exponents up to the length of nearly every key. */
	private static final int[] POWERS_OF_31 = powersOf31(256);

	/** Nearly always nothing: then looking up what is not there costs nothing more. */
	private volatile @Nullable Map<String, E> crowded;

	private volatile @Nullable TableEntry[] slots;

	private volatile int size;

	/**
	 * Creates a table.
	 * @param expected how many entries it has room for before it grows
	 */
	public EntryTable(int expected) {
		int slots = Math.max(MIN_SLOTS, Math.min(expected, MAX_SLOTS));
		this.slots = new TableEntry[Integer.highestOneBit(slots - 1) << 1];
	}

	/**
	 * How many entries there are.
	 * @return the number
	 */
	public int size() {
		return this.size;
	}

	/**
	 * Finds an entry.
	 * @param key its whole key
	 * @return the entry, or {@code null} if there is none
	 */
	public @Nullable E get(String key) {
		int hash = key.hashCode();
		@Nullable TableEntry[] slots = this.slots;
		TableEntry entry = first(slots, place(hash, slots));
		while (entry != null && !matches(entry, hash, key)) {
			entry = entry.chained();
		}
		return (entry != null) ? cast(entry) : findCrowded(key);
	}

	/**
	 * Finds an entry by its key in two parts, without joining them.
	 * @param prefix the first part
	 * @param prefixHash its hash
	 * @param rest the second part
	 * @return the entry, or {@code null} if there is none
	 */
	public @Nullable E get(String prefix, int prefixHash, String rest) {
		if (rest.length() >= POWERS_OF_31.length) {
			return get(prefix.concat(rest));
		}
		// As a text's: s[0]*31^(n-1) + ... + s[n-1]
		int hash = prefixHash * POWERS_OF_31[rest.length()] + rest.hashCode();
		@Nullable TableEntry[] slots = this.slots;
		TableEntry entry = first(slots, place(hash, slots));
		while (entry != null && !matches(entry, hash, prefix, rest)) {
			entry = entry.chained();
		}
		if (entry != null) {
			return cast(entry);
		}
		return (this.crowded != null) ? findCrowded(prefix.concat(rest)) : null;
	}

	/**
	 * Finds the key of an entry. Only one of ASCII characters is found: others have more
	 * bytes than characters.
	 */
	@Override
	public @Nullable String find(byte[] bytes, int offset, int length) {
		int hash = hash(bytes, offset, length);
		@Nullable TableEntry[] slots = this.slots;
		TableEntry entry = first(slots, place(hash, slots));
		while (entry != null && !matches(entry, hash, bytes, offset, length)) {
			entry = entry.chained();
		}
		return (entry != null) ? entry.key() : null;
	}

	/**
	 * Puts an entry in the place of the one with the same key. For one thread.
	 * @param entry the entry, which is in no table
	 * @return the entry before, or {@code null} if there was none
	 */
	public @Nullable E put(E entry) {
		@Nullable TableEntry[] slots = this.slots;
		int hash = entry.key().hashCode();
		int place = place(hash, slots);
		TableEntry head = first(slots, place);
		TableEntry before = null;
		int length = 0;
		for (TableEntry other = head; other != null; before = other, other = other.chained()) {
			if (matches(other, hash, entry.key())) {
				entry.chain(other.chained());
				link(slots, place, before, entry);
				return cast(other);
			}
			length++;
		}
		E crowded = findCrowded(entry.key());
		if (crowded != null || length >= MAX_CHAIN) {
			crowd(entry);
		}
		else {
			entry.chain(head);
			link(slots, place, null, entry);
		}
		if (crowded == null) {
			resize(this.size + 1);
		}
		return crowded;
	}

	/**
	 * Removes the entry of a key. For the thread that puts.
	 * @param key the whole key
	 * @return the entry, or {@code null} if there was none
	 */
	public @Nullable E remove(String key) {
		int hash = key.hashCode();
		@Nullable TableEntry[] slots = this.slots;
		int place = place(hash, slots);
		TableEntry before = null;
		for (TableEntry entry = first(slots, place); entry != null; before = entry, entry = entry.chained()) {
			if (matches(entry, hash, key)) {
				link(slots, place, before, entry.chained());
				resize(this.size - 1);
				return cast(entry);
			}
		}
		Map<String, E> crowded = this.crowded;
		E removed = (crowded != null) ? crowded.remove(key) : null;
		if (removed != null) {
			resize(this.size - 1);
		}
		return removed;
	}

	@Override
	public Iterator<E> iterator() {
		return new EntryIterator(this.slots);
	}

	private @Nullable E findCrowded(String key) {
		Map<String, E> crowded = this.crowded;
		return (crowded != null) ? crowded.get(key) : null;
	}

	private void crowd(E entry) {
		Map<String, E> crowded = this.crowded;
		if (crowded == null) {
			crowded = new ConcurrentHashMap<>();
			this.crowded = crowded;
		}
		crowded.put(entry.key(), entry);
	}

	private void resize(int size) {
		this.size = size;
		if (size > this.slots.length && this.slots.length < MAX_SLOTS) {
			grow();
		}
	}

	private void grow() {
		@Nullable TableEntry[] slots = this.slots;
		@Nullable TableEntry[] larger = new TableEntry[slots.length << 1];
		for (int i = 0; i < slots.length; i++) {
			for (TableEntry entry = first(slots, i); entry != null;) {
				TableEntry next = entry.chained();
				TableEntry moved = entry.moved();
				int place = place(moved.hash, larger);
				moved.chain(larger[place]);
				larger[place] = moved;
				entry = next;
			}
		}
		this.slots = larger;
	}

	private static void link(@Nullable TableEntry[] slots, int place, @Nullable TableEntry before,
			@Nullable TableEntry next) {
		if (before != null) {
			before.chain(next);
		}
		else {
			SLOT.setRelease(slots, place, next);
		}
	}

	private static @Nullable TableEntry first(@Nullable TableEntry[] slots, int place) {
		return (TableEntry) SLOT.getAcquire(slots, place);
	}

	private static int place(int hash, @Nullable TableEntry[] slots) {
		return (hash ^ (hash >>> 16)) & (slots.length - 1);
	}

	private static boolean matches(TableEntry entry, int hash, String key) {
		// In this order: what is known of the key that is looked up is at hand already.
		return entry.hash == hash && key.equals(entry.key());
	}

	private static boolean matches(TableEntry entry, int hash, String prefix, String rest) {
		String key = entry.key();
		return entry.hash == hash && key.length() == prefix.length() + rest.length()
				&& key.startsWith(rest, prefix.length()) && key.startsWith(prefix);
	}

	private static boolean matches(TableEntry entry, int hash, byte[] bytes, int offset, int length) {
		if (entry.hash != hash || entry.key().length() != length) {
			return false;
		}
		String key = entry.key();
		for (int i = 0; i < length; i++) {
			// A byte of anything but ASCII is negative, and a character never is.
			if (key.charAt(i) != bytes[offset + i]) {
				return false;
			}
		}
		return true;
	}

	/**
	 * The hash that a text has if these bytes are its ASCII characters. Four at a time:
	 * so one multiplication need not wait for the one before.
	 */
	private static int hash(byte[] bytes, int offset, int length) {
		int end = offset + length;
		int hash = 0;
		int i = offset;
		for (; i <= end - 4; i += 4) {
			hash = hash * (31 * 31 * 31 * 31) + bytes[i] * (31 * 31 * 31) + bytes[i + 1] * (31 * 31) + bytes[i + 2] * 31
					+ bytes[i + 3];
		}
		for (; i < end; i++) {
			hash = hash * 31 + bytes[i];
		}
		return hash;
	}

	private static int[] powersOf31(int count) {
		int[] powers = new int[count];
		powers[0] = 1;
		for (int i = 1; i < count; i++) {
			powers[i] = powers[i - 1] * 31;
		}
		return powers;
	}

	@SuppressWarnings("unchecked")
	private E cast(TableEntry entry) {
		return (E) entry;
	}

	private final class EntryIterator implements Iterator<E> {

		private final @Nullable TableEntry[] slots;

		private @Nullable Iterator<E> crowded;

		private int place;

		private @Nullable TableEntry next;

		EntryIterator(@Nullable TableEntry[] slots) {
			this.slots = slots;
			this.next = find(null);
		}

		@Override
		public boolean hasNext() {
			return this.next != null;
		}

		@Override
		public E next() {
			TableEntry next = this.next;
			if (next == null) {
				throw new NoSuchElementException();
			}
			this.next = find(next.chained());
			return cast(next);
		}

		private @Nullable TableEntry find(@Nullable TableEntry chained) {
			TableEntry found = chained;
			while (found == null && this.place < this.slots.length) {
				found = first(this.slots, this.place++);
			}
			if (found != null) {
				return found;
			}
			if (this.crowded == null) {
				Map<String, E> crowded = EntryTable.this.crowded;
				this.crowded = ((crowded != null) ? crowded.values() : List.<E>of()).iterator();
			}
			return this.crowded.hasNext() ? this.crowded.next() : null;
		}

	}

}
