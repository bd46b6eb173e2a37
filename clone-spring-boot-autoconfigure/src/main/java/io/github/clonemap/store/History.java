package io.github.clonemap.store;

import io.github.clonemap.protocol.Update;
import org.jspecify.annotations.Nullable;

/**
 * The last updates of a server, in order, bounded in number and in bytes: what a client
 * that was away for a moment needs instead of a snapshot.
 * <p>
 * For one thread.
 *
 * @since 0.1.0
 */
public final class History {

	private final @Nullable Update[] ring;

	private final int capacity;

	private final long maxBytes;

	private long firstIndex;

	private long nextIndex;

	private long bytes;

	private long floor;

	/**
	 * Creates a history.
	 * @param capacity the most updates that it keeps, or 0 for none
	 * @param maxBytes the most bytes that these may weigh
	 * @param floor the sequence from which on it knows everything
	 */
	public History(int capacity, long maxBytes, long floor) {
		this.capacity = capacity;
		this.ring = new Update[(capacity == 0) ? 0 : Integer.highestOneBit(Math.max(1, capacity - 1)) << 1];
		this.maxBytes = maxBytes;
		this.floor = floor;
	}

	/**
	 * Begins later: nothing up to a sequence is known.
	 * @param sequence the sequence from which on it knows everything
	 * @throws IllegalStateException if there are updates already
	 */
	public void beginAt(long sequence) {
		if (size() > 0) {
			throw new IllegalStateException("there are updates already");
		}
		this.floor = sequence;
	}

	/**
	 * Adds an update, and forgets the oldest ones if need be.
	 * @param update the update, newer than all others
	 */
	public void add(Update update) {
		if (this.capacity == 0) {
			this.floor = update.sequence();
			return;
		}
		if (this.nextIndex - this.firstIndex == this.capacity) {
			forgetOldest();
		}
		this.ring[slot(this.nextIndex++)] = update;
		this.bytes += update.weight();
		while (this.bytes > this.maxBytes) {
			forgetOldest();
		}
	}

	/**
	 * Whether everything after a sequence is still known.
	 * @param sequence the last sequence that somebody has
	 * @return whether that somebody can be given what follows
	 */
	public boolean reaches(long sequence) {
		return sequence >= this.floor;
	}

	/**
	 * Finds the place of the first update after a sequence.
	 * @param sequence the sequence
	 * @return an index for {@link #get(long)}; {@link #end()} if there is none
	 */
	public long indexAfter(long sequence) {
		long low = this.firstIndex;
		long high = this.nextIndex;
		while (low < high) {
			long middle = (low + high) >>> 1;
			if (at(middle).sequence() <= sequence) {
				low = middle + 1;
			}
			else {
				high = middle;
			}
		}
		return low;
	}

	/**
	 * An update by its place.
	 * @param index the place
	 * @return the update, or {@code null} if it has been forgotten
	 */
	public @Nullable Update get(long index) {
		return (index >= this.firstIndex && index < this.nextIndex) ? at(index) : null;
	}

	/**
	 * The place after the newest update.
	 * @return the index
	 */
	public long end() {
		return this.nextIndex;
	}

	/**
	 * How many updates it has.
	 * @return the number
	 */
	public int size() {
		return (int) (this.nextIndex - this.firstIndex);
	}

	private Update at(long index) {
		Update update = this.ring[slot(index)];
		if (update == null) {
			throw new IllegalStateException("no update at " + index);
		}
		return update;
	}

	private void forgetOldest() {
		Update oldest = at(this.firstIndex);
		this.floor = oldest.sequence();
		this.bytes -= oldest.weight();
		this.ring[slot(this.firstIndex++)] = null;
	}

	private int slot(long index) {
		return (int) index & (this.ring.length - 1);
	}

}
