package io.github.clonemap.store;

import java.util.ArrayList;
import java.util.List;

import io.github.clonemap.protocol.KnownKeys;
import org.jspecify.annotations.Nullable;

/**
 * The entries that a server holds: a hash table, and through it a list in the order of
 * their sequences. A changed entry moves to the list's end, so a walk from its beginning
 * meets each entry at most once and can be interrupted between any two of them.
 * <p>
 * For one thread.
 *
 * @since 0.1.0
 */
public final class EntryStore {

	private final EntryTable<StoredEntry> entries = new EntryTable<>(0);

	private final List<EntryWalk> walks = new ArrayList<>();

	private @Nullable StoredEntry first;

	private @Nullable StoredEntry last;

	private long bytes;

	/**
	 * The entry of a key.
	 * @param key the whole key
	 * @return the entry, or {@code null} if there is none
	 */
	public @Nullable StoredEntry get(String key) {
		return this.entries.get(key);
	}

	/**
	 * The keys of all entries.
	 * @return the keys, always those of now
	 */
	public KnownKeys keys() {
		return this.entries;
	}

	/**
	 * The number of entries.
	 * @return the number
	 */
	public int size() {
		return this.entries.size();
	}

	/**
	 * About how many bytes the entries have on the wire.
	 * @return the number of bytes
	 */
	public long bytes() {
		return this.bytes;
	}

	/**
	 * The sequence of the newest entry.
	 * @return the sequence, 0 if there is none
	 */
	public long lastSequence() {
		return (this.last != null) ? this.last.sequence() : 0;
	}

	/**
	 * Puts an entry in place of the one that the key had.
	 * @param entry the entry, newer than all others
	 * @return the entry before, or {@code null} if there was none
	 */
	public @Nullable StoredEntry put(StoredEntry entry) {
		if (this.last != null && entry.sequence() <= this.last.sequence()) {
			throw new IllegalArgumentException(entry + " is not newer than " + this.last);
		}
		StoredEntry before = this.entries.put(entry);
		if (before != null) {
			unlink(before);
		}
		entry.previous = this.last;
		if (this.last == null) {
			this.first = entry;
		}
		else {
			this.last.next = entry;
		}
		this.last = entry;
		this.bytes += entry.weight();
		return before;
	}

	/**
	 * Removes the entry of a key.
	 * @param key the whole key
	 * @return the entry, or {@code null} if there was none
	 */
	public @Nullable StoredEntry remove(String key) {
		StoredEntry entry = this.entries.remove(key);
		if (entry != null) {
			unlink(entry);
		}
		return entry;
	}

	/**
	 * Starts a walk over all entries that are here now.
	 * @return the walk, to be closed
	 */
	public EntryWalk walk() {
		EntryWalk walk = new EntryWalk(this, this.first, (this.last != null) ? this.last.sequence() : 0);
		this.walks.add(walk);
		return walk;
	}

	void end(EntryWalk walk) {
		this.walks.remove(walk);
	}

	private void unlink(StoredEntry entry) {
		for (int i = 0; i < this.walks.size(); i++) {
			this.walks.get(i).onUnlink(entry);
		}
		if (entry.previous == null) {
			this.first = entry.next;
		}
		else {
			entry.previous.next = entry.next;
		}
		if (entry.next == null) {
			this.last = entry.previous;
		}
		else {
			entry.next.previous = entry.previous;
		}
		// The history may keep the entry for long: it must not keep its neighbours.
		entry.previous = null;
		entry.next = null;
		entry.chain(null);
		this.bytes -= entry.weight();
	}

}
