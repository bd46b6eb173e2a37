package io.github.clonemap.store;

import org.jspecify.annotations.Nullable;

/**
 * A walk over the entries of a store, oldest first, that may stop and go on while the
 * store changes. It shows every entry that was there when it began and is not changed
 * before the walk comes by; what is changed meanwhile is in the stream of updates.
 * <p>
 * For the thread of its store.
 *
 * @since 0.1.0
 */
public final class EntryWalk implements AutoCloseable {

	private final EntryStore store;

	private final long lastSequence;

	private @Nullable StoredEntry next;

	EntryWalk(EntryStore store, @Nullable StoredEntry first, long lastSequence) {
		this.store = store;
		this.next = first;
		this.lastSequence = lastSequence;
	}

	/**
	 * Moves to the next entry.
	 * @return the entry, or {@code null} at the end of the walk
	 */
	public @Nullable StoredEntry next() {
		StoredEntry entry = peek();
		if (entry != null) {
			this.next = entry.next;
		}
		return entry;
	}

	/**
	 * What {@link #next()} would return, unless the store changes before.
	 * @return the entry, or {@code null} at the end of the walk
	 */
	public @Nullable StoredEntry peek() {
		StoredEntry entry = this.next;
		return (entry != null && entry.sequence() <= this.lastSequence) ? entry : null;
	}

	void onUnlink(StoredEntry entry) {
		if (entry == this.next) {
			this.next = entry.next;
		}
	}

	@Override
	public void close() {
		this.next = null;
		this.store.end(this);
	}

}
