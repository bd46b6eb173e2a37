package io.github.clonemap.client;

import java.util.Iterator;

import io.github.clonemap.CloneChange.Phase;
import io.github.clonemap.CloneWriter;
import io.github.clonemap.protocol.Update;
import io.github.clonemap.store.EntryTable;
import org.jspecify.annotations.Nullable;

/**
 * Changes that are not in the stream: the difference between two views, or all that there
 * is for a listener that is new. Handed over piece by piece, as the queues have room;
 * meanwhile the stream waits, so that neither view changes.
 * <p>
 * For the agent.
 */
final class Feed {

	/**
	 * How many changes are handed over in one turn of the agent, which has other work,
	 * too. Queues that conflate always have room.
	 */
	private static final int MAX_AT_ONCE = 8192;

	private final ChangeListeners listeners;

	private final @Nullable Listening<?> only;

	private final EntryTable<ReplicaEntry> before;

	private final EntryTable<ReplicaEntry> after;

	private final Phase phase;

	private final long sequence;

	private final long serverTimeMicros;

	private final Iterator<ReplicaEntry> present;

	private final Iterator<ReplicaEntry> gone;

	private Feed(ChangeListeners listeners, @Nullable Listening<?> only, EntryTable<ReplicaEntry> before,
			EntryTable<ReplicaEntry> after, Phase phase, long sequence, long serverTimeMicros) {
		this.listeners = listeners;
		this.only = only;
		this.before = before;
		this.after = after;
		this.phase = phase;
		this.sequence = sequence;
		this.serverTimeMicros = serverTimeMicros;
		this.present = after.iterator();
		this.gone = before.iterator();
	}

	/**
	 * The difference between two views.
	 * @param sequence the sequence of the new view
	 * @param serverTimeMicros the server's time then, about
	 */
	static Feed difference(ChangeListeners listeners, EntryTable<ReplicaEntry> before, EntryTable<ReplicaEntry> after,
			Phase phase, long sequence, long serverTimeMicros) {
		return new Feed(listeners, null, before, after, phase, sequence, serverTimeMicros);
	}

	/**
	 * All that there is, for one listener.
	 */
	static Feed initial(ChangeListeners listeners, Listening<?> only, EntryTable<ReplicaEntry> entries) {
		return new Feed(listeners, only, new EntryTable<>(0), entries, Phase.INITIAL, 0, 0);
	}

	/**
	 * Hands over as much as there is room for.
	 * @return whether that was all
	 */
	boolean advance(Dispatcher dispatcher) {
		int dispatched = 0;
		while (this.present.hasNext()) {
			if (!dispatcher.hasRoom() || dispatched >= MAX_AT_ONCE) {
				return false;
			}
			ReplicaEntry entry = this.present.next();
			ReplicaEntry previous = this.before.get(entry.key());
			if (previous == null || !previous.isSameAs(entry)) {
				dispatch(entry, previous, dispatcher);
				dispatched++;
			}
		}
		while (this.gone.hasNext()) {
			if (!dispatcher.hasRoom() || dispatched >= MAX_AT_ONCE) {
				return false;
			}
			ReplicaEntry entry = this.gone.next();
			if (this.after.get(entry.key()) == null) {
				dispatched++;
				dispatch(new Update(Update.Kind.REMOVE, entry.key(), null, this.sequence, this.serverTimeMicros,
						CloneWriter.Kind.SERVER, 0, 0, false), entry, dispatcher);
			}
		}
		return true;
	}

	private void dispatch(Update update, @Nullable ReplicaEntry previous, Dispatcher dispatcher) {
		if (this.only != null) {
			this.listeners.dispatchTo(this.only, update, previous, this.phase, dispatcher);
		}
		else {
			this.listeners.dispatch(update, previous, this.phase, dispatcher);
		}
	}

}
