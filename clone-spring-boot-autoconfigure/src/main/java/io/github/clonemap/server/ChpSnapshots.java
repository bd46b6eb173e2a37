package io.github.clonemap.server;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.github.clonemap.protocol.chp.ChpFrames;
import io.github.clonemap.store.EntryWalk;
import io.github.clonemap.store.StoredEntry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The answers to clients of RFC 12 that ask for a snapshot. Such a client gives no
 * credit, so the network tells when it does not keep up; then its walk waits, and goes on
 * where it stopped. All that a slow reader costs is what fits into its queue.
 * <p>
 * A walk comes by the entries in the order of their sequences, and shows none that is not
 * committed. It begins at a sequence, which is the last one that was given, committed or
 * not: that is the sequence of the end, which waits until it is committed. Whatever
 * changes later has a higher one, and the client has it from the updates; it ignores
 * those that have a lower one.
 * <p>
 * For the agent.
 */
final class ChpSnapshots {

	/**
	 * How many are answered at the same time. Others wait for their turn.
	 */
	static final int MAX_OPEN = 16;

	/**
	 * How many clients may wait for their turn, and with how many requests each.
	 */
	static final int MAX_WAITING = 1000;

	static final int MAX_WAITING_EACH = 8;

	/**
	 * How long a client may take nothing at all.
	 */
	static final long PATIENCE_NANOS = TimeUnit.MINUTES.toNanos(2);

	/**
	 * How many entries one step sends, and looks at, and how many steps a turn has.
	 */
	private static final int ENTRIES_PER_STEP = 256;

	private static final int LOOKS_PER_STEP = 2048;

	private static final int STEPS_PER_TURN = 4;

	/**
	 * When to try again, if nothing wakes the server before.
	 */
	private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

	private static final Logger logger = LoggerFactory.getLogger(ChpSnapshots.class);

	/** What clients ask for, those first who have asked first. */
	private final Map<Route, Deque<String>> waiting = new LinkedHashMap<>();

	private final Deque<Answer> open = new ArrayDeque<>();

	private final Set<Route> answered = new HashSet<>();

	private final ServerTransport transport;

	private long completed;

	ChpSnapshots(ServerTransport transport) {
		this.transport = transport;
	}

	/**
	 * How many were sent as a whole.
	 */
	long completed() {
		return this.completed;
	}

	/**
	 * A client asks. It may ask again because it takes long: that changes nothing, since
	 * two answers at once could not be told apart.
	 * @return whether there is room for it
	 */
	boolean ask(Route route, String subtree) {
		for (Answer answer : this.open) {
			if (answer.route.equals(route) && answer.subtree.equals(subtree)) {
				return true;
			}
		}
		Deque<String> subtrees = this.waiting.get(route);
		if (subtrees == null) {
			if (this.waiting.size() >= MAX_WAITING) {
				return false;
			}
			subtrees = new ArrayDeque<>(1);
			this.waiting.put(route, subtrees);
		}
		if (subtrees.contains(subtree)) {
			return true;
		}
		return subtrees.size() < MAX_WAITING_EACH && subtrees.add(subtree);
	}

	/**
	 * This server is not active any more, or those who have asked are gone.
	 */
	void stop() {
		this.open.forEach((answer) -> answer.walk.close());
		this.open.clear();
		this.answered.clear();
		this.waiting.clear();
	}

	/**
	 * Sends what may be sent in one turn.
	 */
	void flush(ServerState state, long committed, long nowNanos) {
		begin(state, nowNanos);
		for (int i = Math.min(STEPS_PER_TURN, this.open.size()); i > 0; i--) {
			Answer answer = this.open.removeFirst();
			if (answer.isBlocked(nowNanos) || answer.step(committed, nowNanos)) {
				this.open.addLast(answer);
			}
			else {
				answer.walk.close();
				this.answered.remove(answer.route);
			}
		}
	}

	/**
	 * When there is something to send again.
	 * @return the time in nanoseconds, {@code fallback} if nobody knows
	 */
	long nextDeadlineNanos(long nowNanos, long committed, long fallback) {
		if (!this.waiting.isEmpty() && this.open.isEmpty()) {
			return nowNanos;
		}
		long next = fallback;
		for (Answer answer : this.open) {
			if (answer.retryNanos != 0) {
				next = (answer.retryNanos - next < 0) ? answer.retryNanos : next;
			}
			else if (!answer.waitsForCommit(committed)) {
				return nowNanos;
			}
		}
		return next;
	}

	private void begin(ServerState state, long nowNanos) {
		Iterator<Map.Entry<Route, Deque<String>>> iterator = this.waiting.entrySet().iterator();
		while (this.open.size() < MAX_OPEN && iterator.hasNext()) {
			Map.Entry<Route, Deque<String>> next = iterator.next();
			if (this.answered.add(next.getKey())) {
				this.open.addLast(new Answer(next.getKey(), next.getValue().removeFirst(), state, nowNanos));
				if (next.getValue().isEmpty()) {
					iterator.remove();
				}
			}
		}
	}

	/**
	 * One answer under way.
	 */
	private final class Answer {

		private final Route route;

		private final String subtree;

		private final EntryWalk walk;

		private final long sequence;

		private long progressNanos;

		/** When to try again, 0 if the client takes what it is sent. */
		private long retryNanos;

		Answer(Route route, String subtree, ServerState state, long nowNanos) {
			this.route = route;
			this.subtree = subtree;
			this.walk = state.store().walk();
			this.sequence = state.sequence();
			this.progressNanos = nowNanos;
		}

		boolean isBlocked(long nowNanos) {
			return this.retryNanos != 0 && nowNanos - this.retryNanos < 0;
		}

		boolean waitsForCommit(long committed) {
			StoredEntry next = this.walk.peek();
			return ((next != null) ? next.sequence() : this.sequence) > committed;
		}

		/**
		 * Sends some of it.
		 * @return whether there is more to do
		 */
		boolean step(long committed, long nowNanos) {
			this.retryNanos = 0;
			int sent = 0;
			for (int i = 0; i < LOOKS_PER_STEP && sent < ENTRIES_PER_STEP; i++) {
				StoredEntry entry = this.walk.peek();
				if (entry == null || entry.key().startsWith(this.subtree)) {
					if (waitsForCommit(committed)) {
						return true;
					}
					switch (send(entry)) {
						case SENT -> {
							sent++;
							this.progressNanos = nowNanos;
						}
						case FULL -> {
							return waitForRoom(nowNanos);
						}
						case GONE -> {
							return false;
						}
					}
					if (entry == null) {
						ChpSnapshots.this.completed++;
						return false;
					}
				}
				this.walk.next();
			}
			return true;
		}

		private ServerTransport.Delivery send(@Nullable StoredEntry entry) {
			return ChpSnapshots.this.transport.sendChp(this.route,
					(entry != null) ? ChpFrames.entry(entry) : ChpFrames.end(this.sequence, this.subtree));
		}

		private boolean waitForRoom(long nowNanos) {
			if (nowNanos - this.progressNanos > PATIENCE_NANOS) {
				logger.info("A client of RFC 12 has read nothing for {} s: its snapshot is given up",
						TimeUnit.NANOSECONDS.toSeconds(PATIENCE_NANOS));
				return false;
			}
			this.retryNanos = nowNanos + RETRY_NANOS;
			return true;
		}

	}

}
