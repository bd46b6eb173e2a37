package io.github.clonemap.server;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import io.github.clonemap.protocol.FrameWriter;
import io.github.clonemap.protocol.Update;

/**
 * What the world has to be told of a batch of the log when it is committed: updates to
 * publish, sessions to acknowledge. Used again for later batches.
 */
final class BatchContents {

	private final List<Update> updates = new ArrayList<>();

	private final List<Session> sessions = new ArrayList<>();

	private final List<Long> counters = new ArrayList<>();

	/**
	 * The updates as bytes, one after the other: each is encoded once, for the log and
	 * for all streams.
	 */
	private final FrameWriter encoded = new FrameWriter(1024);

	private int[] ends = new int[64];

	List<Update> updates() {
		return this.updates;
	}

	/**
	 * How many bytes the updates have.
	 */
	int size() {
		return this.encoded.size();
	}

	void add(Update update) {
		if (this.updates.size() == this.ends.length) {
			this.ends = Arrays.copyOf(this.ends, this.ends.length * 2);
		}
		update.write(this.encoded);
		this.ends[this.updates.size()] = this.encoded.size();
		this.updates.add(update);
	}

	/**
	 * Writes the updates from one on as bytes.
	 */
	void writeFrom(int firstUpdate, FrameWriter writer) {
		int from = start(firstUpdate);
		writer.writeFrom(this.encoded, from, this.encoded.size() - from);
	}

	private int start(int update) {
		return (update == 0) ? 0 : this.ends[update - 1];
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
			int start = start(i);
			listener.onCommitted(this.updates.get(i), this.encoded, start, this.ends[i] - start);
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
		this.encoded.clear();
		this.sessions.clear();
		this.counters.clear();
	}

}
