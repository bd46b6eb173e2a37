package io.github.clonemap.server;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;

import io.github.clonemap.agent.HeapShare;
import io.github.clonemap.protocol.Message;
import io.github.clonemap.protocol.Message.Bye;
import io.github.clonemap.protocol.Message.Credit;
import io.github.clonemap.protocol.Message.Sync;
import io.github.clonemap.protocol.Reply.End;

/**
 * The answers to SYNC that are under way, by turns: each client that has credit gets a
 * chunk, and who gives none for long is broken off.
 * <p>
 * For the agent.
 */
final class Transfers {

	/**
	 * The most clients that are answered, or wait for that.
	 */
	static final int MAX_TRANSFERS = 1024;

	/**
	 * The most answers under way at once, as each write visits each of them, and each may
	 * go beyond its room by one large value. Others wait for their turn.
	 */
	static final int MAX_OPEN = HeapShare.count(4, 1 << 20, 16, 256);

	/**
	 * How much less patience there is with those that stand still while others wait.
	 */
	private static final int HASTE = 10;

	/**
	 * Of how many connections is known what they have not read, those first forgotten
	 * that have not asked for longest.
	 */
	private static final int MAX_CONNECTIONS = ClientRequests.MAX_SESSIONS;

	/**
	 * How many chunks leave in one turn, so that many who join at once do not hold up
	 * those who write.
	 */
	private static final int CHUNKS_PER_TURN = 8;

	private final Deque<Session> transferring = new ArrayDeque<>();

	private final Map<Session, Sync> waiting = new LinkedHashMap<>();

	/** Outlives answers and sessions: a new one must not make the queue longer. */
	private final Map<Route, Unread> unread = new LinkedHashMap<>(16, 0.75f, true) {

		@Override
		protected boolean removeEldestEntry(Map.Entry<Route, Unread> eldest) {
			return size() > MAX_CONNECTIONS;
		}

	};

	private final RandomGenerator random;

	private final Replies replies;

	private final CommitLog log;

	private final StreamPublisher publisher;

	private final long patienceNanos;

	private ServerState state;

	private long snapshots;

	private long resumes;

	Transfers(ServerSettings settings, Replies replies, ServerState state, CommitLog log, StreamPublisher publisher,
			RandomGenerator random) {
		this.patienceNanos = settings.sessionTimeout().toNanos();
		this.replies = replies;
		this.state = state;
		this.log = log;
		this.publisher = publisher;
		this.random = random;
	}

	/**
	 * How many answers were snapshots.
	 */
	long snapshots() {
		return this.snapshots;
	}

	/**
	 * How many answers were what the client had missed.
	 */
	long resumes() {
		return this.resumes;
	}

	/**
	 * This server has become active with a state that it has from another one.
	 */
	void takeOver(ServerState state) {
		this.state = state;
	}

	/**
	 * Begins to answer a session, in place of the answer that is under way.
	 * @return whether there is room for it; if not, the client asks again
	 */
	boolean begin(Session session, Sync sync) {
		endTransfer(session);
		if (!this.waiting.containsKey(session) && this.transferring.size() + this.waiting.size() >= MAX_TRANSFERS) {
			return false;
		}
		session.subtrees = sync.subtrees();
		// Who asks again keeps its place.
		this.waiting.put(session, sync);
		beginNext();
		return true;
	}

	private void beginNext() {
		Iterator<Map.Entry<Session, Sync>> iterator = this.waiting.entrySet().iterator();
		while (this.transferring.size() < MAX_OPEN && iterator.hasNext()) {
			Map.Entry<Session, Sync> next = iterator.next();
			iterator.remove();
			answer(next.getKey(), next.getValue());
		}
	}

	private void answer(Session session, Sync sync) {
		Unread unread = this.unread.computeIfAbsent(session.route(), (route) -> new Unread(this.random));
		long committed = this.log.committedSequence();
		boolean resume = this.state.lineage().contains(sync.fromServerId(), sync.fromSequence())
				&& sync.fromSequence() <= committed && this.state.history().reaches(sync.fromSequence());
		if (resume) {
			this.resumes++;
			session.transfer = Transfer.resume(sync, committed, this.state.history(), unread);
		}
		else {
			this.snapshots++;
			session.transfer = Transfer.snapshot(sync, committed, this.state.store(), unread);
		}
		this.transferring.add(session);
	}

	/**
	 * A client allows more chunks.
	 * @return whether it has read what it says that it has
	 */
	boolean onCredit(Session session, Credit credit) {
		Unread unread = this.unread.get(session.route());
		if (credit.proof() != 0 && (unread == null || !unread.onProof(credit.proof()))) {
			return false;
		}
		if (session.transfer != null && session.transfer.syncId() == credit.syncId()) {
			session.transfer.onCredit(credit.chunks());
		}
		return true;
	}

	/**
	 * Ends the answer to a session, if one is under way. The client hears nothing of it.
	 */
	void end(Session session) {
		this.waiting.remove(session);
		endTransfer(session);
	}

	private void endTransfer(Session session) {
		if (session.transfer != null) {
			session.transfer.close();
			session.transfer = null;
			this.transferring.remove(session);
		}
	}

	/**
	 * Ends all answers: this server is not active any more.
	 */
	void stepDown() {
		this.waiting.clear();
		List.copyOf(this.transferring).forEach(this::end);
	}

	/**
	 * A connection is gone, and what it had not read.
	 */
	void forget(Route route) {
		this.unread.remove(route);
	}

	/**
	 * Breaks off the answers to clients that have allowed nothing for too long.
	 */
	void onPulse(long nowNanos) {
		long patienceNanos = this.waiting.isEmpty() ? this.patienceNanos : this.patienceNanos / HASTE;
		for (Session session : List.copyOf(this.transferring)) {
			Transfer transfer = session.transfer;
			if (transfer == null) {
				continue;
			}
			// One that has lost what it was sent has room again by a new connection.
			if (transfer.isUnread(nowNanos, patienceNanos)) {
				this.replies.send(session.route(),
						new Bye(Bye.Reason.REFUSED, "it has not read what it was sent: connect anew"));
				endTransfer(session);
			}
			else if (transfer.isStalled(this.log.committedSequence(), nowNanos, patienceNanos)) {
				this.replies.send(session.route(), transfer.breakOff());
				endTransfer(session);
			}
		}
	}

	/**
	 * Sends a chunk to each client that waits for one.
	 */
	void flush() {
		beginNext();
		for (int i = Math.min(CHUNKS_PER_TURN, this.transferring.size()); i > 0; i--) {
			Session session = this.transferring.removeFirst();
			this.transferring.addLast(session);
			sendChunk(session);
		}
	}

	/**
	 * Whether there are chunks that may leave at once.
	 */
	boolean isDue() {
		if (!this.waiting.isEmpty() && this.transferring.size() < MAX_OPEN) {
			return true;
		}
		for (Session session : this.transferring) {
			if (session.transfer != null && session.transfer.maySend(this.log.committedSequence())
					&& this.replies.hasRoom(session.route())) {
				return true;
			}
		}
		return false;
	}

	private void sendChunk(Session session) {
		Transfer transfer = session.transfer;
		long committed = this.log.committedSequence();
		if (transfer == null || !transfer.maySend(committed) || !this.replies.hasRoom(session.route())) {
			return;
		}
		Message message = transfer.next(committed, this.state.sequence());
		if (message != null) {
			this.replies.send(session.route(), message);
			if (message instanceof End end) {
				endTransfer(session);
				// The client waits to hear the stream as far as this.
				this.publisher.tell(session.subtrees, end.until());
			}
		}
	}

}
