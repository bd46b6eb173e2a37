package io.github.clonemap.server;

import java.util.EnumMap;
import java.util.Map;

import io.github.clonemap.CloneWriter;
import io.github.clonemap.protocol.Attachment;
import io.github.clonemap.protocol.Keys;
import io.github.clonemap.protocol.LogRecord;
import io.github.clonemap.protocol.Update;
import io.github.clonemap.protocol.WriteOperation;
import io.github.clonemap.protocol.WriteResult;
import io.github.clonemap.protocol.WriteResult.Status;
import io.github.clonemap.protocol.chp.ChpWrite;
import io.github.clonemap.store.AttachedEntry;
import io.github.clonemap.store.StoredEntry;
import org.jspecify.annotations.Nullable;

/**
 * Puts all changes in one order: decides the conditions of writes, gives each update its
 * sequence, and keeps the state and the log in step with it. Only the active server of a
 * pair has one that works.
 */
final class UpdateSequencer {

	private final Map<RejectReason, Long> rejected = new EnumMap<>(RejectReason.class);

	private final ServerSettings settings;

	private final CommitLog log;

	private ServerState state;

	private long expired;

	UpdateSequencer(ServerSettings settings, ServerState state, CommitLog log) {
		this.settings = settings;
		this.state = state;
		this.log = log;
	}

	long expired() {
		return this.expired;
	}

	Map<RejectReason, Long> rejected() {
		return new EnumMap<>(this.rejected);
	}

	/**
	 * Goes on with another state.
	 */
	void continueFrom(ServerState state) {
		this.state = state;
	}

	/**
	 * Goes on with a term of its own.
	 */
	void begin(LogRecord.Term term) {
		this.state.begin(term);
		this.log.skipTo(term.start());
		this.log.add(term);
	}

	WriteResult write(Session session, WriteOperation operation, long nowNanos, long nowMicros) {
		StoredEntry current = this.state.store().get(operation.key());
		RejectReason reason = reasonToReject(operation.key(), operation.value(), current);
		if (reason != null) {
			return reject(reason, operation, nowMicros);
		}
		Update told = operation.returnEntry() ? current : null;
		if (!conditionHolds(operation, current)) {
			return new WriteResult(Status.CONDITION_FAILED, (current != null) ? current.sequence() : 0, nowMicros, told,
					"");
		}
		switch (operation.kind()) {
			case PUT -> {
				if (isFullFor(current)) {
					return reject(RejectReason.TOO_MANY_ENTRIES, operation, nowMicros);
				}
				if (isTooMuch(operation.key(), operation.value(), null, current)) {
					return reject(RejectReason.TOO_MANY_BYTES, operation, nowMicros);
				}
				put(session, operation, current, nowNanos, nowMicros);
			}
			case REMOVE -> {
				if (current == null) {
					return new WriteResult(Status.UNCHANGED, this.state.sequence(), nowMicros, null, "");
				}
				remove(current, Update.Kind.REMOVE, CloneWriter.Kind.NATIVE, session.clientId(), nowNanos, nowMicros);
			}
			case GET -> {
				return new WriteResult(Status.UNCHANGED, this.state.sequence(), nowMicros, told, "");
			}
		}
		return new WriteResult(Status.APPLIED, this.state.sequence(), nowMicros, told, "");
	}

	/**
	 * A write of a client of RFC 12: without a session, without conditions, and without
	 * an answer.
	 */
	void write(ChpWrite write, long nowNanos, long nowMicros) {
		StoredEntry current = this.state.store().get(write.key());
		RejectReason reason = reasonToReject(write.key(), write.value(), current);
		if (reason == null && write.value() != null && isFullFor(current)) {
			reason = RejectReason.TOO_MANY_ENTRIES;
		}
		if (reason == null && write.value() != null
				&& isTooMuch(write.key(), write.value(), write.attachment(), current)) {
			reason = RejectReason.TOO_MANY_BYTES;
		}
		if (reason != null) {
			this.rejected.merge(reason, 1L, Long::sum);
		}
		if (reason == null && (write.value() != null || current != null)) {
			Update update = newUpdate(write, current, nowMicros);
			order(update, nowNanos);
			this.log.add(new LogRecord.Changed(update));
		}
		else if (write.id().length > 0 && Keys.problem(write.key(), Keys.MAX_LENGTH) == null) {
			this.log.addForPeer(new LogRecord.Settled(write.key(), write.id()));
		}
	}

	/**
	 * Whether the key and the value of a write are not to be refused.
	 */
	boolean isAcceptable(ChpWrite write) {
		return reasonToReject(write.key(), write.value(), null) == null;
	}

	private Update newUpdate(ChpWrite write, @Nullable StoredEntry current, long nowMicros) {
		Update.Kind kind = (write.value() != null) ? Update.Kind.PUT : Update.Kind.REMOVE;
		String key = (current != null) ? current.key() : write.key();
		long ttlMillis = (write.value() != null) ? write.ttlMillis() : 0;
		Attachment attachment = write.attachment();
		return (attachment != null)
				? new AttachedEntry(kind, key, write.value(), this.state.sequence() + 1, nowMicros,
						CloneWriter.Kind.CHP, 0, ttlMillis, false, attachment)
				: StoredEntry.of(kind, key, write.value(), this.state.sequence() + 1, nowMicros, CloneWriter.Kind.CHP,
						0, ttlMillis, false);
	}

	/**
	 * Ends the entries whose lifetime is over.
	 */
	void expireUntil(long nowNanos, long nowMicros) {
		this.state.advance(nowNanos, (entry) -> expire(entry, nowNanos, nowMicros));
	}

	/**
	 * Ends the entries of a client whose session is over.
	 */
	void expireEphemeral(long clientId, long nowNanos, long nowMicros) {
		for (String key : this.state.ephemeralKeys(clientId)) {
			StoredEntry entry = this.state.store().get(key);
			if (entry != null) {
				expire(entry, nowNanos, nowMicros);
			}
		}
	}

	private void expire(StoredEntry entry, long nowNanos, long nowMicros) {
		this.expired++;
		Update update = remove(entry, Update.Kind.EXPIRE, CloneWriter.Kind.SERVER, 0, nowNanos, nowMicros);
		this.log.add(new LogRecord.Changed(update));
	}

	private void put(Session session, WriteOperation operation, @Nullable StoredEntry current, long nowNanos,
			long nowMicros) {
		// The table keeps the first text of a key: an equal one would only take room.
		String key = (current != null) ? current.key() : operation.key();
		order(StoredEntry.of(Update.Kind.PUT, key, operation.value(), this.state.sequence() + 1, nowMicros,
				CloneWriter.Kind.NATIVE, session.clientId(), operation.ttlMillis(), operation.ephemeral()), nowNanos);
	}

	private Update remove(StoredEntry entry, Update.Kind kind, CloneWriter.Kind writerKind, long writerId,
			long nowNanos, long nowMicros) {
		Update update = new Update(kind, entry.key(), null, this.state.sequence() + 1, nowMicros, writerKind, writerId,
				0, false);
		order(update, nowNanos);
		return update;
	}

	private void order(Update update, long nowNanos) {
		this.state.apply(update, nowNanos);
		this.log.add(update);
	}

	private WriteResult reject(RejectReason reason, WriteOperation operation, long nowMicros) {
		this.rejected.merge(reason, 1L, Long::sum);
		return new WriteResult(Status.REJECTED, 0, nowMicros, null, explain(reason, operation));
	}

	private boolean isFullFor(@Nullable StoredEntry current) {
		return current == null && this.state.store().size() >= this.settings.maxEntries();
	}

	private @Nullable RejectReason reasonToReject(String key, byte @Nullable [] value, @Nullable StoredEntry current) {
		// A key that is here has been looked at when it came.
		if (current == null && Keys.problem(key, this.settings.maxKeyLength()) != null) {
			return RejectReason.BAD_KEY;
		}
		if (value == null) {
			return null;
		}
		if (value.length == 0) {
			return RejectReason.EMPTY_VALUE;
		}
		if (value.length > this.settings.maxValueSize()) {
			return RejectReason.VALUE_TOO_LARGE;
		}
		return null;
	}

	/**
	 * A write that makes an entry smaller is never too much: it is the way out.
	 */
	private boolean isTooMuch(String key, byte @Nullable [] value, @Nullable Attachment attachment,
			@Nullable StoredEntry current) {
		int length = length(value, attachment);
		long more = (current != null) ? length - length(current.value(), current.attachment())
				: (long) ServerSettings.ENTRY_BYTES + key.length() + length;
		long bytes = this.state.store().bytes() + (long) this.state.store().size() * ServerSettings.ENTRY_BYTES;
		return more > 0 && bytes + more > this.settings.maxBytes();
	}

	private static int length(byte @Nullable [] value, @Nullable Attachment attachment) {
		return ((value != null) ? value.length : 0) + ((attachment != null) ? attachment.weight() : 0);
	}

	private String explain(RejectReason reason, WriteOperation operation) {
		return switch (reason) {
			case BAD_KEY -> "the key is refused: " + Keys.problem(operation.key(), this.settings.maxKeyLength());
			case EMPTY_VALUE -> "an empty value is refused: remove the key instead";
			case VALUE_TOO_LARGE -> "the value is larger than the server's clone.server.max-value-size of "
					+ this.settings.maxValueSize() + " bytes";
			case TOO_MANY_ENTRIES ->
				"the server is full: it has its clone.server.max-entries of " + this.settings.maxEntries();
			case TOO_MANY_BYTES -> "the server is full: its entries would take more than its clone.server.max-bytes of "
					+ this.settings.maxBytes();
		};
	}

	private static boolean conditionHolds(WriteOperation operation, @Nullable StoredEntry current) {
		return switch (operation.condition()) {
			case NONE -> true;
			case ABSENT -> current == null;
			case PRESENT -> current != null;
			case SEQUENCE -> current != null && current.sequence() == operation.expectedSequence();
		};
	}

}
