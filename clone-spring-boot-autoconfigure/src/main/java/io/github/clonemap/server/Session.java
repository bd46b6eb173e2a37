package io.github.clonemap.server;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

import io.github.clonemap.agent.HeapShare;
import io.github.clonemap.protocol.LogRecord;
import io.github.clonemap.protocol.LogRecord.SessionState;
import io.github.clonemap.protocol.Subtrees;
import io.github.clonemap.protocol.WriteResult;
import org.jspecify.annotations.Nullable;

/**
 * What the server knows of one client: how far its writes have come, so that none is
 * applied twice, and which entries end with it. It outlives the connection.
 */
final class Session {

	/**
	 * The most results that are kept for a client that does not say that it has them.
	 * After that many it must wait.
	 */
	static final int MAX_RESULTS = 65_536;

	/**
	 * The most bytes of results that are kept, as they may bring values.
	 */
	static final long MAX_RESULT_BYTES = HeapShare.of(16, 64L << 20);

	private final long clientId;

	private final long sessionId;

	private final String name;

	private final Deque<WriteResult> results = new ArrayDeque<>();

	private Route route;

	private long lastHeardNanos;

	private long lastCounter;

	private long acknowledged;

	private long committed;

	private long resultBytes;

	private int lastSyncId;

	@Nullable Transfer transfer;

	Subtrees subtrees = Subtrees.ALL;

	Session(long clientId, long sessionId, String name, Route route, long lastCounter, long nowNanos) {
		this.clientId = clientId;
		this.sessionId = sessionId;
		this.name = name;
		this.route = route;
		this.lastCounter = lastCounter;
		this.acknowledged = lastCounter;
		this.committed = lastCounter;
		this.lastHeardNanos = nowNanos;
	}

	/**
	 * A session as another server had it. Whether its client lives is not known, so it
	 * counts as heard now.
	 */
	static Session of(SessionState told, long nowNanos) {
		Session session = new Session(told.clientId(), told.sessionId(), told.name(), Route.NONE,
				told.lastCounter() - told.results().size(), nowNanos);
		told.results().forEach(session::onResult);
		return session;
	}

	/**
	 * What has become of writes at the server that ordered them.
	 */
	static void apply(Map<Long, Session> sessions, LogRecord.Written written) {
		Session session = sessions.get(written.clientId());
		if (session == null) {
			return;
		}
		session.onKnown(written.known());
		long counter = written.firstCounter();
		for (WriteResult result : written.results()) {
			if (counter++ > session.lastCounter) {
				session.onResult(result);
			}
		}
	}

	/**
	 * A session has begun, or stands so, or is over.
	 */
	static void apply(Map<Long, Session> sessions, LogRecord told, long nowNanos) {
		if (told instanceof SessionState state) {
			sessions.put(state.clientId(), of(state, nowNanos));
		}
		else if (told instanceof LogRecord.SessionEnd end) {
			sessions.remove(end.clientId());
		}
	}

	long clientId() {
		return this.clientId;
	}

	/**
	 * Tells this session from one that the same client had before it was silent for too
	 * long.
	 */
	long sessionId() {
		return this.sessionId;
	}

	/**
	 * About how many bytes it takes to tell of it.
	 */
	int weight() {
		return (int) Math.min(Integer.MAX_VALUE, 64 + this.resultBytes);
	}

	Route route() {
		return this.route;
	}

	void reroute(Route route) {
		this.route = route;
	}

	long lastHeardNanos() {
		return this.lastHeardNanos;
	}

	void onHeard(long nowNanos) {
		this.lastHeardNanos = nowNanos;
	}

	/**
	 * The counter of the last write that was ordered.
	 */
	long lastCounter() {
		return this.lastCounter;
	}

	/**
	 * Whether a request for data is not one that was here before. A client counts them.
	 */
	boolean isNewSync(int syncId) {
		boolean isNew = syncId > this.lastSyncId;
		this.lastSyncId = Math.max(this.lastSyncId, syncId);
		return isNew;
	}

	/**
	 * What another server has to know of it.
	 */
	SessionState toRecord() {
		return new SessionState(this.clientId, this.sessionId, this.name, this.lastCounter, List.copyOf(this.results));
	}

	/**
	 * The client has the results up to a counter.
	 */
	void onKnown(long counter) {
		long oldest = this.lastCounter - this.results.size() + 1;
		for (; oldest <= counter && !this.results.isEmpty(); oldest++) {
			this.resultBytes -= this.results.removeFirst().weight();
		}
		this.acknowledged = Math.max(this.acknowledged, this.lastCounter - this.results.size());
	}

	boolean mayWrite() {
		return this.results.size() < MAX_RESULTS && this.resultBytes < MAX_RESULT_BYTES;
	}

	void onResult(WriteResult result) {
		this.results.addLast(result);
		this.resultBytes += result.weight();
		this.lastCounter++;
	}

	/**
	 * The client has sent a write again: it does not have all results.
	 */
	void acknowledgeAgain() {
		this.acknowledged = this.lastCounter - this.results.size();
	}

	/**
	 * The results up to a counter may be told.
	 */
	void onCommitted(long counter) {
		this.committed = Math.max(this.committed, counter);
	}

	/**
	 * All results may be told: this server has become the active one.
	 */
	void onTakenOver(long nowNanos) {
		this.committed = this.lastCounter;
		this.lastHeardNanos = nowNanos;
	}

	boolean hasUnacknowledged() {
		return this.acknowledged < this.committed;
	}

	/**
	 * Takes the next results that were not sent yet, about as many as fit into a frame.
	 * @param maxBytes how much may be taken, if it is not one large result
	 * @param taken gets the results, and nothing else, in order; the counter of the first
	 * one was {@link #firstUnacknowledged()}
	 */
	void takeUnacknowledged(int maxBytes, List<WriteResult> taken) {
		taken.clear();
		int bytes = 0;
		// The new ones are at the end, and usually they are all there is.
		int skip = this.results.size() - (int) (this.lastCounter - this.acknowledged);
		Iterator<WriteResult> iterator = this.results.iterator();
		while (iterator.hasNext() && bytes < maxBytes && this.acknowledged + taken.size() < this.committed) {
			WriteResult result = iterator.next();
			if (skip-- > 0) {
				continue;
			}
			taken.add(result);
			bytes += result.weight();
		}
		this.acknowledged += taken.size();
	}

	long firstUnacknowledged() {
		return this.acknowledged + 1;
	}

	@Override
	public String toString() {
		return "'" + this.name + "' (" + Long.toHexString(this.clientId) + ")";
	}

}
