package io.github.clonemap.server;

import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongFunction;

import io.github.clonemap.CloneWriter;
import io.github.clonemap.WriteOptions;
import io.github.clonemap.protocol.Keys;
import io.github.clonemap.protocol.Sequence;
import io.github.clonemap.protocol.Update;
import io.github.clonemap.protocol.WriteOperation;
import io.github.clonemap.protocol.WriteResult;
import io.github.clonemap.protocol.WriteResult.Status;
import io.github.clonemap.store.EntryStore;
import io.github.clonemap.store.History;
import io.github.clonemap.store.StoredEntry;
import io.github.clonemap.store.TimerWheel;
import org.jspecify.annotations.Nullable;

/**
 * Puts all changes in one order: decides the conditions of writes, gives each update its
 * sequence, and keeps store, history and lifetimes in step with it. What it has ordered
 * goes to one listener, in order.
 */
final class UpdateSequencer {

	private static final long MAX_TTL_MILLIS = WriteOptions.MAX_TTL.toMillis();

	private final EntryStore store = new EntryStore();

	private final Map<RejectReason, Long> rejected = new EnumMap<>(RejectReason.class);

	private final History history;

	private final TimerWheel lifetimes;

	private final ServerSettings settings;

	private final LongFunction<@Nullable Session> sessions;

	private final Consumer<Update> ordered;

	private final long start;

	private long sequence;

	private long updates;

	private long expired;

	UpdateSequencer(ServerSettings settings, long start, long nowNanos, LongFunction<@Nullable Session> sessions,
			Consumer<Update> ordered) {
		this.settings = settings;
		this.sequence = start;
		this.start = start;
		this.history = new History(settings.history(), ServerSettings.MAX_HISTORY_BYTES, this.sequence);
		this.lifetimes = new TimerWheel(nowNanos);
		this.sessions = sessions;
		this.ordered = ordered;
	}

	EntryStore store() {
		return this.store;
	}

	History history() {
		return this.history;
	}

	/**
	 * The last sequence that was given. One server alone commits what it orders.
	 */
	long committed() {
		return this.sequence;
	}

	long updates() {
		return this.updates;
	}

	long expired() {
		return this.expired;
	}

	Map<RejectReason, Long> rejected() {
		return new EnumMap<>(this.rejected);
	}

	/**
	 * Whether a sequence of another server may also be one of this server.
	 */
	boolean overlaps(long foreignSequence) {
		return foreignSequence >= this.start;
	}

	/**
	 * Goes on with a higher epoch, so that sequences stay above those that somebody has
	 * seen elsewhere.
	 */
	void raiseEpoch(int epoch) {
		if (epoch <= Sequence.epoch(this.sequence)) {
			throw new IllegalArgumentException("epoch " + epoch + " is not higher");
		}
		this.sequence = Sequence.startOf(epoch);
	}

	WriteResult write(Session session, WriteOperation operation, long nowNanos, long nowMicros) {
		StoredEntry current = this.store.get(operation.key());
		RejectReason reason = reasonToReject(operation);
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
				if (current == null && this.store.size() >= this.settings.maxEntries()) {
					return reject(RejectReason.TOO_MANY_ENTRIES, operation, nowMicros);
				}
				if (isTooMuch(operation, current)) {
					return reject(RejectReason.TOO_MANY_BYTES, operation, nowMicros);
				}
				put(session, operation, current, nowNanos, nowMicros);
			}
			case REMOVE -> {
				if (current == null) {
					return new WriteResult(Status.UNCHANGED, this.sequence, nowMicros, null, "");
				}
				remove(current, Update.Kind.REMOVE, CloneWriter.Kind.NATIVE, session.clientId(), nowMicros);
			}
			case GET -> {
				return new WriteResult(Status.UNCHANGED, this.sequence, nowMicros, told, "");
			}
		}
		return new WriteResult(Status.APPLIED, this.sequence, nowMicros, told, "");
	}

	/**
	 * Ends the entries whose lifetime is over.
	 */
	void expireUntil(long nowNanos, long nowMicros) {
		this.lifetimes.advance(nowNanos, (entry) -> expire(entry, nowMicros));
	}

	/**
	 * Ends the entries of a session that is over.
	 */
	void expireEphemeral(Session session, long nowMicros) {
		for (String key : session.ephemeralKeys().toArray(String[]::new)) {
			StoredEntry entry = this.store.get(key);
			if (entry != null) {
				expire(entry, nowMicros);
			}
		}
	}

	long nextExpiryNanos() {
		return this.lifetimes.nextDeadlineNanos();
	}

	private void expire(StoredEntry entry, long nowMicros) {
		this.expired++;
		remove(entry, Update.Kind.EXPIRE, CloneWriter.Kind.SERVER, 0, nowMicros);
	}

	private void put(Session session, WriteOperation operation, @Nullable StoredEntry current, long nowNanos,
			long nowMicros) {
		// The table keeps the first text of a key: an equal one would only take room.
		String key = (current != null) ? current.key() : operation.key();
		StoredEntry entry = new StoredEntry(Update.Kind.PUT, key, operation.value(), ++this.sequence, nowMicros,
				CloneWriter.Kind.NATIVE, session.clientId(), operation.ttlMillis(), operation.ephemeral());
		StoredEntry before = this.store.put(entry);
		if (before != null) {
			release(before);
		}
		if (entry.ttlMillis() > 0) {
			long ttlMillis = Math.min(entry.ttlMillis(), MAX_TTL_MILLIS);
			this.lifetimes.add(entry, nowNanos + TimeUnit.MILLISECONDS.toNanos(ttlMillis));
		}
		if (entry.isEphemeral()) {
			session.ephemeralKeys().add(entry.key());
		}
		onOrdered(entry);
	}

	private void remove(StoredEntry entry, Update.Kind kind, CloneWriter.Kind writerKind, long writerId,
			long nowMicros) {
		this.store.remove(entry.key());
		release(entry);
		onOrdered(new Update(kind, entry.key(), null, ++this.sequence, nowMicros, writerKind, writerId, 0, false));
	}

	/**
	 * An entry is not the store's any more: its lifetime goes with it.
	 */
	private void release(StoredEntry entry) {
		this.lifetimes.remove(entry);
		if (entry.isEphemeral()) {
			Session owner = this.sessions.apply(entry.writerId());
			if (owner != null) {
				owner.ephemeralKeys().remove(entry.key());
			}
		}
	}

	private void onOrdered(Update update) {
		this.updates++;
		this.history.add(update);
		this.ordered.accept(update);
	}

	private WriteResult reject(RejectReason reason, WriteOperation operation, long nowMicros) {
		this.rejected.merge(reason, 1L, Long::sum);
		return new WriteResult(Status.REJECTED, 0, nowMicros, null, explain(reason, operation));
	}

	private @Nullable RejectReason reasonToReject(WriteOperation operation) {
		if (Keys.problem(operation.key(), this.settings.maxKeyLength()) != null) {
			return RejectReason.BAD_KEY;
		}
		byte[] value = operation.value();
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
	private boolean isTooMuch(WriteOperation operation, @Nullable StoredEntry current) {
		int length = length(operation.value());
		long more = (current != null) ? length - length(current.value())
				: (long) ServerSettings.ENTRY_BYTES + operation.key().length() + length;
		long bytes = this.store.bytes() + (long) this.store.size() * ServerSettings.ENTRY_BYTES;
		return more > 0 && bytes + more > this.settings.maxBytes();
	}

	private static int length(byte @Nullable [] value) {
		return (value != null) ? value.length : 0;
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
