package io.github.clonemap.server;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.github.clonemap.protocol.LogRecord;
import io.github.clonemap.protocol.Update;
import io.github.clonemap.store.StoredEntry;

/**
 * The state of the active server, as far as it has come here. Its parts and the batches
 * of its log come in the order in which they were made, so an entry of a part is as new
 * as the log before it; what is in the log is newer than all parts, and therefore kept
 * apart until the end, when everything can be put in the order of its sequences.
 */
final class PeerCopy {

	private final Map<String, Restored> old = new LinkedHashMap<>();

	private final Map<String, Restored> recent = new LinkedHashMap<>();

	private final Map<Long, Session> sessions = new HashMap<>();

	private final List<LogRecord.Term> terms = new ArrayList<>();

	/**
	 * A part of the state.
	 */
	void onPart(List<? extends LogRecord> records, long nowNanos) {
		for (LogRecord part : records) {
			if (part instanceof LogRecord.Entry entry && entry.update() instanceof StoredEntry stored) {
				long deadline = ServerState.deadlineNanos(entry.remainingMillis(), nowNanos);
				if (!this.recent.containsKey(stored.key())) {
					this.old.put(stored.key(), new Restored(stored, deadline));
				}
			}
			else {
				apply(part, nowNanos);
			}
		}
	}

	/**
	 * What was ordered meanwhile.
	 */
	void onLog(List<? extends LogRecord> records, long nowNanos) {
		for (LogRecord happened : records) {
			apply(happened, nowNanos);
		}
	}

	private void apply(LogRecord happened, long nowNanos) {
		if (happened instanceof LogRecord.Term term) {
			this.terms.add(term);
		}
		else if (happened instanceof LogRecord.Changed changed) {
			apply(changed.update(), nowNanos);
		}
		else if (happened instanceof LogRecord.Written written) {
			written.updates().forEach((update) -> apply(update, nowNanos));
			Session.apply(this.sessions, written);
		}
		else {
			Session.apply(this.sessions, happened, nowNanos);
		}
	}

	private void apply(Update update, long nowNanos) {
		this.old.remove(update.key());
		this.recent.remove(update.key());
		if (update.isPut() && update instanceof StoredEntry entry) {
			this.recent.put(entry.key(), new Restored(entry, ServerState.deadlineNanos(entry.ttlMillis(), nowNanos)));
		}
	}

	/**
	 * The whole.
	 * @param settings the settings of this server
	 * @param sequence the last sequence in it
	 * @param nowNanos the time now
	 * @return the state
	 */
	ServerState finish(ServerSettings settings, long sequence, long nowNanos) {
		ServerState state = new ServerState(settings, 0, nowNanos);
		this.old.values().forEach((restored) -> state.restore(restored.entry(), restored.deadlineNanos()));
		this.recent.values().forEach((restored) -> state.restore(restored.entry(), restored.deadlineNanos()));
		this.terms.forEach(state::begin);
		state.sessions().putAll(this.sessions);
		if (state.store().lastSequence() > sequence || state.sequence() > sequence) {
			throw new IllegalStateException("there is more than up to " + sequence);
		}
		state.restoredUntil(sequence);
		return state;
	}

	private record Restored(StoredEntry entry, long deadlineNanos) {

	}

}
