package io.github.clonemap.server;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

import io.github.clonemap.protocol.Message;
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
	 * The most answers under way at once: each write visits each of them.
	 */
	static final int MAX_TRANSFERS = 1024;

	/**
	 * How many chunks leave in one turn, so that many who join at once do not hold up
	 * those who write.
	 */
	private static final int CHUNKS_PER_TURN = 8;

	private final Deque<Session> transferring = new ArrayDeque<>();

	private final Replies replies;

	private final CommitLog log;

	private final StreamPublisher publisher;

	private final long patienceNanos;

	private ServerState state;

	private long snapshots;

	private long resumes;

	Transfers(ServerSettings settings, Replies replies, ServerState state, CommitLog log, StreamPublisher publisher) {
		this.patienceNanos = settings.sessionTimeout().toNanos();
		this.replies = replies;
		this.state = state;
		this.log = log;
		this.publisher = publisher;
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
		end(session);
		if (this.transferring.size() >= MAX_TRANSFERS) {
			return false;
		}
		session.subtrees = sync.subtrees();
		long committed = this.log.committedSequence();
		boolean resume = this.state.lineage().contains(sync.fromServerId(), sync.fromSequence())
				&& sync.fromSequence() <= committed && this.state.history().reaches(sync.fromSequence());
		if (resume) {
			this.resumes++;
			session.transfer = Transfer.resume(sync, committed, this.state.history());
		}
		else {
			this.snapshots++;
			session.transfer = Transfer.snapshot(sync, committed, this.state.store());
		}
		this.transferring.add(session);
		return true;
	}

	/**
	 * A client allows more chunks.
	 */
	void onCredit(Session session, Credit credit) {
		if (session.transfer != null && session.transfer.syncId() == credit.syncId()) {
			session.transfer.onCredit(credit.chunks());
		}
	}

	/**
	 * Ends the answer to a session, if one is under way. The client hears nothing of it.
	 */
	void end(Session session) {
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
		List.copyOf(this.transferring).forEach(this::end);
	}

	/**
	 * Breaks off the answers to clients that have allowed nothing for too long.
	 */
	void onPulse(long nowNanos) {
		for (Session session : List.copyOf(this.transferring)) {
			Transfer transfer = session.transfer;
			if (transfer != null && transfer.isStalled(this.log.committedSequence(), nowNanos, this.patienceNanos)) {
				this.replies.send(session.route(), transfer.breakOff());
				end(session);
			}
		}
	}

	/**
	 * Sends a chunk to each client that waits for one.
	 */
	void flush() {
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
		for (Session session : this.transferring) {
			if (session.transfer != null && session.transfer.maySend(this.log.committedSequence())) {
				return true;
			}
		}
		return false;
	}

	private void sendChunk(Session session) {
		Transfer transfer = session.transfer;
		long committed = this.log.committedSequence();
		if (transfer == null || !transfer.maySend(committed)) {
			return;
		}
		Message message = transfer.next(committed, this.state.sequence());
		if (message != null) {
			this.replies.send(session.route(), message);
			if (message instanceof End end) {
				end(session);
				// The client waits to hear the stream as far as this.
				this.publisher.tell(session.subtrees, end.until());
			}
		}
	}

}
