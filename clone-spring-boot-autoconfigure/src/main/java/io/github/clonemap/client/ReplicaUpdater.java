package io.github.clonemap.client;

import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.github.clonemap.CloneChange.Phase;
import io.github.clonemap.agent.Clock;
import io.github.clonemap.protocol.FrameReader;
import io.github.clonemap.protocol.MalformedMessageException;
import io.github.clonemap.protocol.Update;
import io.github.clonemap.store.EntryTable;
import org.jspecify.annotations.Nullable;

/**
 * Changes the replica, and tells the listeners how it has changed: each update of the
 * stream, and after a synchronization the difference between the two views.
 * <p>
 * For the agent.
 */
final class ReplicaUpdater {

	private final Deque<Feed> feeds;

	private final Replica replica;

	private final ChangeListeners listeners;

	private final Dispatcher dispatcher;

	private final ClockOffset offset;

	private final Clock clock;

	ReplicaUpdater(Replica replica, ChangeListeners listeners, Dispatcher dispatcher, ClockOffset offset, Clock clock) {
		this.replica = replica;
		this.listeners = listeners;
		this.feeds = listeners.feeds();
		this.dispatcher = dispatcher;
		this.offset = offset;
		this.clock = clock;
	}

	/**
	 * Whether the replica must not be changed now, because two views of it are still
	 * being compared.
	 */
	boolean isComparing() {
		return !this.feeds.isEmpty();
	}

	/**
	 * Whether nothing more should be taken in, because listeners do not keep up.
	 */
	boolean isHeldUp() {
		return isComparing() || !this.dispatcher.hasRoom();
	}

	/**
	 * Lets new listeners take part, and hands over what waited for room.
	 */
	void onTick() {
		advanceFeeds();
		if (!isComparing()) {
			// In the middle of a feed a new listener would hear its rest, and then all
			// again.
			for (Listening<?> listening : this.listeners.begin()) {
				if (!this.replica.isEmpty()) {
					this.feeds.addLast(Feed.initial(this.listeners, listening, this.replica.entries()));
				}
			}
			advanceFeeds();
		}
	}

	private void advanceFeeds() {
		while (!this.feeds.isEmpty() && this.feeds.getFirst().advance(this.dispatcher)) {
			this.feeds.removeFirst();
		}
	}

	/**
	 * Applies updates of the stream.
	 * @param updates where they are
	 * @param count how many
	 * @param applied those up to this sequence are here already
	 * @return the time at which the server ordered the oldest update that nobody listens
	 * to, or -1 if somebody listens to all of them
	 * @throws MalformedMessageException if they are none
	 */
	long apply(FrameReader updates, int count, long applied) throws MalformedMessageException {
		boolean listened = !this.listeners.isEmpty();
		long unheardMicros = -1;
		for (int i = 0; i < count; i++) {
			ReplicaEntry update = Update.read(updates, ReplicaEntry::new);
			if (update.sequence() <= applied) {
				continue;
			}
			ReplicaEntry previous = this.replica.apply(update);
			boolean changed = previous != null || update.isPut();
			boolean heard = listened && changed
					&& this.listeners.dispatch(update, previous, Phase.LIVE, this.dispatcher);
			if (!heard && unheardMicros < 0) {
				unheardMicros = update.serverTimeMicros();
			}
		}
		updates.end("stream batch");
		return unheardMicros;
	}

	/**
	 * Applies what was missed, in order: every state on the way is one of the server's.
	 * Listeners hear one change for each key.
	 * @param missed the updates
	 * @param sequence the sequence of the state after them
	 * @param serverId the server whose state it is then
	 */
	void applyMissed(List<ReplicaEntry> missed, long sequence, long serverId) {
		Map<String, @Nullable ReplicaEntry> before = new HashMap<>();
		for (ReplicaEntry update : missed) {
			if (update.sequence() > this.replica.sequence()) {
				ReplicaEntry previous = this.replica.apply(update);
				if (!before.containsKey(update.key())) {
					before.put(update.key(), previous);
				}
			}
		}
		this.replica.advanceTo(sequence, serverId);
		EntryTable<ReplicaEntry> old = new EntryTable<>(before.size());
		EntryTable<ReplicaEntry> now = new EntryTable<>(before.size());
		before.forEach((key, previous) -> {
			if (previous != null) {
				old.put(previous.copy());
			}
			ReplicaEntry current = this.replica.get(key);
			if (current != null) {
				now.put(current.copy());
			}
		});
		tellDifference(old, now, Phase.RESYNC);
	}

	/**
	 * Puts a snapshot in the place of all entries.
	 * @param entries the entries
	 * @param sequence the sequence of that state
	 * @param serverId the server whose state it is
	 */
	void applySnapshot(EntryTable<ReplicaEntry> entries, long sequence, long serverId) {
		Phase phase = (this.replica.serverId() == 0) ? Phase.INITIAL : Phase.RESYNC;
		EntryTable<ReplicaEntry> before = this.replica.swap(entries, sequence, serverId);
		tellDifference(before, entries, phase);
	}

	private void tellDifference(EntryTable<ReplicaEntry> before, EntryTable<ReplicaEntry> after, Phase phase) {
		if (this.listeners.isEmpty()) {
			return;
		}
		long serverTimeMicros = Math.max(0, this.clock.epochMicros() + this.offset.offsetMicros());
		Feed feed = Feed.difference(this.listeners, before, after, phase, this.replica.sequence(), serverTimeMicros);
		if (!feed.advance(this.dispatcher)) {
			this.feeds.addLast(feed);
		}
	}

}
