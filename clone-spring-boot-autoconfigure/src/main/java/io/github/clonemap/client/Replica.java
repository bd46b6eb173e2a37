package io.github.clonemap.client;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.github.clonemap.CloneStoppedException;
import io.github.clonemap.protocol.Subtrees;
import org.jspecify.annotations.Nullable;

/**
 * The entries that a client holds. Written by the client's agent only, read by any thread
 * without waiting. A snapshot is built aside and takes the place of the old entries in
 * one step.
 */
final class Replica {

	private final Subtrees subtrees;

	private volatile ConcurrentHashMap<String, ReplicaEntry> entries = new ConcurrentHashMap<>();

	/**
	 * What the application may read: the entries, or {@code null} while they are withheld
	 * from it. One reference says both, so a read pays nothing for it.
	 */
	private volatile @Nullable ConcurrentHashMap<String, ReplicaEntry> readable = this.entries;

	private volatile String withheld = "";

	private volatile long sequence;

	private long serverId;

	Replica(Subtrees subtrees) {
		this.subtrees = subtrees;
	}

	Subtrees subtrees() {
		return this.subtrees;
	}

	Map<String, ReplicaEntry> entries() {
		return this.entries;
	}

	/**
	 * What the application may read.
	 * @throws CloneStoppedException if that is nothing
	 */
	ConcurrentHashMap<String, ReplicaEntry> readable() {
		ConcurrentHashMap<String, ReplicaEntry> readable = this.readable;
		if (readable == null) {
			throw new CloneStoppedException(this.withheld);
		}
		return readable;
	}

	/**
	 * Lets the application read nothing any more.
	 * @param reason why, and what to do
	 */
	void withhold(String reason) {
		this.withheld = reason;
		this.readable = null;
	}

	/**
	 * Why the application may read nothing, or {@code null} if it may. Read by any
	 * thread.
	 */
	@Nullable String withheld() {
		return (this.readable == null) ? this.withheld : null;
	}

	/**
	 * Lets the application read again.
	 */
	void show() {
		this.readable = this.entries;
	}

	/**
	 * Finds an entry.
	 * @param key the whole key, or something that is equal to it
	 */
	@Nullable ReplicaEntry get(Object key) {
		return this.entries.get(key);
	}

	/**
	 * How many entries there are; costs more for a prefix than for all.
	 */
	long count(String prefix) {
		if (prefix.isEmpty()) {
			return this.entries.mappingCount();
		}
		return this.entries.keySet().stream().filter((key) -> key.startsWith(prefix)).count();
	}

	/**
	 * The sequence of which this is the server's state.
	 */
	long sequence() {
		return this.sequence;
	}

	/**
	 * The server from which it has that sequence, 0 for none. For the agent.
	 */
	long serverId() {
		return this.serverId;
	}

	boolean isEmpty() {
		return this.entries.isEmpty();
	}

	/**
	 * The text that this replica has of a key already, rather than an equal one: the
	 * table keeps the first, so every further one would take its room for the life of its
	 * entry.
	 */
	String sharedKey(String key) {
		ReplicaEntry entry = this.entries.get(key);
		return (entry != null) ? entry.key() : key;
	}

	/**
	 * Applies one update, in order.
	 * @return the entry before, or {@code null} if there was none
	 */
	@Nullable ReplicaEntry apply(ReplicaEntry update) {
		return update.isPut() ? this.entries.put(update.key(), update) : this.entries.remove(update.key());
	}

	/**
	 * All up to a sequence has been applied.
	 */
	void advanceTo(long sequence) {
		if (sequence > this.sequence) {
			this.sequence = sequence;
		}
	}

	/**
	 * All up to a sequence has been applied, which is a state of some server.
	 */
	void advanceTo(long sequence, long serverId) {
		advanceTo(sequence);
		this.serverId = serverId;
	}

	/**
	 * Puts other entries in place of all that are here.
	 * @return the entries before
	 */
	Map<String, ReplicaEntry> swap(ConcurrentHashMap<String, ReplicaEntry> entries, long sequence, long serverId) {
		Map<String, ReplicaEntry> before = this.entries;
		this.entries = entries;
		this.readable = entries;
		this.sequence = sequence;
		this.serverId = serverId;
		return before;
	}

}
