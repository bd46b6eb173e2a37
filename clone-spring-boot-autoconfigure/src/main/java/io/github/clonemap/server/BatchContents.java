package io.github.clonemap.server;

import java.util.ArrayList;
import java.util.List;

import io.github.clonemap.protocol.Update;

/**
 * What the world has to be told of a batch of the log when it is committed: updates to
 * publish, sessions to acknowledge. Used again for later batches.
 */
final class BatchContents {

	private final List<Update> updates = new ArrayList<>();

	private final List<Session> sessions = new ArrayList<>();

	private final List<Long> counters = new ArrayList<>();

	List<Update> updates() {
		return this.updates;
	}

	void add(Update update) {
		this.updates.add(update);
	}

	/**
	 * A session has new results, up to its last counter.
	 */
	void add(Session session) {
		int last = this.sessions.size() - 1;
		if (last >= 0 && this.sessions.get(last) == session) {
			this.counters.set(last, session.lastCounter());
		}
		else {
			this.sessions.add(session);
			this.counters.add(session.lastCounter());
		}
	}

	/**
	 * Tells it, and forgets it.
	 */
	void commit(CommitLog.Listener listener) {
		for (int i = 0; i < this.updates.size(); i++) {
			listener.onCommitted(this.updates.get(i));
		}
		for (int i = 0; i < this.sessions.size(); i++) {
			Session session = this.sessions.get(i);
			session.onCommitted(this.counters.get(i));
			listener.onCommitted(session);
		}
		clear();
	}

	void clear() {
		this.updates.clear();
		this.sessions.clear();
		this.counters.clear();
	}

}
