package io.github.clonemap.server;

import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.github.clonemap.WriteOptions;
import io.github.clonemap.protocol.LogRecord;
import io.github.clonemap.protocol.Update;
import io.github.clonemap.store.EntryStore;
import io.github.clonemap.store.History;
import io.github.clonemap.store.StoredEntry;
import io.github.clonemap.store.TimedEntry;
import io.github.clonemap.store.TimerWheel;
import org.jspecify.annotations.Nullable;

/**
 * All that the two servers of a pair must have in common: the entries with their
 * lifetimes, the last updates, the sessions with their counters, and whose order it is.
 * The active server changes it by what it decides, the passive one by what it is told.
 * <p>
 * For the agent.
 */
final class ServerState {

	private static final long MAX_TTL_MILLIS = WriteOptions.MAX_TTL.toMillis();

	private final Map<Long, Session> sessions = new HashMap<>();

	private final Map<Long, Set<String>> ephemeralKeys = new HashMap<>();

	/**
	 * What is over, but has not been ended: only the active server decides that.
	 */
	private final Set<StoredEntry> overdue = Collections.newSetFromMap(new IdentityHashMap<>());

	private final EntryStore store = new EntryStore();

	private final Lineage lineage = new Lineage();

	private final History history;

	private final TimerWheel lifetimes;

	private long sequence;

	ServerState(ServerSettings settings, long sequence, long nowNanos) {
		this.sequence = sequence;
		this.history = new History(settings.history(), ServerSettings.MAX_HISTORY_BYTES, sequence);
		this.lifetimes = new TimerWheel(nowNanos);
	}

	/**
	 * When an entry ends that has some time left.
	 */
	static long deadlineNanos(long millis, long nowNanos) {
		return nowNanos + TimeUnit.MILLISECONDS.toNanos(Math.min(millis, MAX_TTL_MILLIS));
	}

	EntryStore store() {
		return this.store;
	}

	History history() {
		return this.history;
	}

	Lineage lineage() {
		return this.lineage;
	}

	/**
	 * The last sequence that was given.
	 */
	long sequence() {
		return this.sequence;
	}

	Map<Long, Session> sessions() {
		return this.sessions;
	}

	/**
	 * A server goes on with the order, in an epoch of its own.
	 */
	void begin(LogRecord.Term term) {
		this.lineage.begin(term.serverId(), term.start(), term.before());
		this.sequence = Math.max(this.sequence, term.start());
	}

	/**
	 * Puts or removes an entry.
	 * @param update what has changed, newer than all before
	 * @param nowNanos the time now
	 */
	void apply(Update update, long nowNanos) {
		if (update instanceof StoredEntry entry && entry.isPut()) {
			restore(entry, deadlineNanos(entry.ttlMillis(), nowNanos));
		}
		else {
			StoredEntry before = this.store.remove(update.key());
			if (before != null) {
				release(before);
			}
		}
		this.sequence = update.sequence();
		this.history.add(update);
	}

	/**
	 * Puts an entry that is told as it stands, and is not news.
	 * @param entry the entry, newer than all that are there
	 * @param deadlineNanos when it ends, if it has a time to live
	 */
	void restore(StoredEntry entry, long deadlineNanos) {
		StoredEntry before = this.store.put(entry);
		if (before != null) {
			release(before);
		}
		if (entry.ttlMillis() > 0 && entry instanceof TimedEntry timed) {
			this.lifetimes.add(timed, deadlineNanos);
		}
		if (entry.isEphemeral()) {
			this.ephemeralKeys.computeIfAbsent(entry.writerId(), (id) -> new LinkedHashSet<>()).add(entry.key());
		}
	}

	/**
	 * What was told as it stands was told up to a sequence.
	 */
	void restoredUntil(long sequence) {
		this.sequence = sequence;
		this.history.beginAt(sequence);
	}

	/**
	 * Finds the entries whose time is over.
	 * @param nowNanos the time now
	 * @param over hears of each; it may remove it
	 */
	void advance(long nowNanos, Consumer<StoredEntry> over) {
		this.lifetimes.advance(nowNanos, this.overdue::add);
		if (!this.overdue.isEmpty()) {
			List.copyOf(this.overdue).forEach(over);
		}
	}

	/**
	 * Lets time go by without ending anything.
	 */
	void advance(long nowNanos) {
		this.lifetimes.advance(nowNanos, this.overdue::add);
	}

	/**
	 * When an entry may be over next.
	 * @return nanoseconds; {@link Long#MAX_VALUE} if none has a time to live
	 */
	long nextExpiryNanos() {
		return this.lifetimes.nextDeadlineNanos();
	}

	/**
	 * How much of its time to live an entry has left.
	 * @return milliseconds, at least 1 if it has one at all, 0 if it has none
	 */
	long remainingMillis(StoredEntry entry, long nowNanos) {
		if (entry.ttlMillis() == 0) {
			return 0;
		}
		return Math.max(1, TimeUnit.NANOSECONDS.toMillis(this.lifetimes.deadlineNanos(entry) - nowNanos + 999_999));
	}

	/**
	 * The keys of the entries that end with a client's session.
	 * @return a copy
	 */
	List<String> ephemeralKeys(long clientId) {
		return List.copyOf(this.ephemeralKeys.getOrDefault(clientId, Set.of()));
	}

	/**
	 * The clients that have entries that end with their session, but no session.
	 */
	Set<Long> ownersWithoutSession() {
		Set<Long> owners = new HashSet<>(this.ephemeralKeys.keySet());
		owners.removeAll(this.sessions.keySet());
		return owners;
	}

	@Nullable Session session(long clientId) {
		return this.sessions.get(clientId);
	}

	private void release(StoredEntry entry) {
		this.lifetimes.remove(entry);
		this.overdue.remove(entry);
		if (entry.isEphemeral()) {
			Set<String> keys = this.ephemeralKeys.get(entry.writerId());
			if (keys != null && keys.remove(entry.key()) && keys.isEmpty()) {
				this.ephemeralKeys.remove(entry.writerId());
			}
		}
	}

}
