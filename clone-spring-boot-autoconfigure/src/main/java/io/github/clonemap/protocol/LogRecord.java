package io.github.clonemap.protocol;

import java.util.ArrayList;
import java.util.List;

/**
 * What the active server of a pair tells the passive one: one thing that has changed in
 * what both must have in common, or, in a snapshot, one thing that is there.
 *
 * <pre>
 * kind u8 | the record
 * </pre>
 *
 * @since 0.1.0
 */
public sealed interface LogRecord {

	/**
	 * The smallest room that a record takes in a frame.
	 */
	int MIN_BYTES = 1 + 8;

	/**
	 * Writes the record.
	 * @param writer where to
	 */
	void write(FrameWriter writer);

	/**
	 * Reads a record.
	 * @param reader where from
	 * @param factory makes the updates
	 * @return the record
	 * @throws MalformedMessageException if the bytes are none
	 */
	static LogRecord read(FrameReader reader, Update.Factory<?> factory) throws MalformedMessageException {
		int kind = reader.readByte("record");
		return switch (kind) {
			case Term.KIND -> Term.read(reader);
			case SessionState.KIND -> SessionState.read(reader);
			case SessionEnd.KIND -> new SessionEnd(reader.readLong("client"));
			case Written.KIND -> Written.read(reader, factory);
			case Changed.KIND -> new Changed(Update.readWhole(reader, factory));
			case Entry.KIND -> new Entry(Update.readWhole(reader, factory), reader.readNatural("remaining"));
			case Settled.KIND -> new Settled(reader.readKey(), reader.readValue("id"));
			default -> throw new MalformedMessageException("record " + kind + " is unknown");
		};
	}

	private static void writeResults(FrameWriter writer, List<WriteResult> results) {
		writer.writeInt(results.size());
		for (WriteResult result : results) {
			result.write(writer);
		}
	}

	private static List<WriteResult> readResults(FrameReader reader) throws MalformedMessageException {
		int count = reader.readCount("results", WriteResult.MIN_BYTES);
		List<WriteResult> results = new ArrayList<>(count);
		for (int i = 0; i < count; i++) {
			results.add(WriteResult.read(reader));
		}
		return results;
	}

	/**
	 * A server orders from here on, in an epoch of its own.
	 *
	 * <pre>
	 * server i64 | start i64 | end of the term before i64
	 * </pre>
	 *
	 * @param serverId the server
	 * @param start the sequence after which it begins
	 * @param before the last sequence of the term before, 0 if there was none
	 */
	record Term(long serverId, long start, long before) implements LogRecord {

		static final int KIND = 1;

		@Override
		public void write(FrameWriter writer) {
			writer.writeByte(KIND).writeLong(this.serverId).writeLong(this.start).writeLong(this.before);
		}

		static Term read(FrameReader reader) throws MalformedMessageException {
			return new Term(reader.readLong("server"), reader.readNatural("start"), reader.readNatural("before"));
		}

	}

	/**
	 * A session, new or as it stands.
	 *
	 * <pre>
	 * client i64 | session i64 | name text | last counter u64 | count u32 | results
	 * </pre>
	 *
	 * @param clientId the client
	 * @param sessionId the id of its session
	 * @param name the client's name
	 * @param lastCounter the counter of the last write that was ordered
	 * @param results the results that the client may not have, the last one that of the
	 * last counter
	 */
	record SessionState(long clientId, long sessionId, String name, long lastCounter,
			List<WriteResult> results) implements LogRecord {

		static final int KIND = 2;

		/**
		 * Checks the record.
		 */
		public SessionState {
			if (results.size() > lastCounter) {
				throw new IllegalArgumentException("a session with more results than writes");
			}
		}

		@Override
		public void write(FrameWriter writer) {
			writer.writeByte(KIND)
				.writeLong(this.clientId)
				.writeLong(this.sessionId)
				.writeText(this.name)
				.writeLong(this.lastCounter);
			writeResults(writer, this.results);
		}

		static SessionState read(FrameReader reader) throws MalformedMessageException {
			return new SessionState(reader.readLong("client"), reader.readLong("session"),
					reader.readLabel("name", Message.Hello.MAX_NAME_LENGTH), reader.readNatural("last counter"),
					readResults(reader));
		}

	}

	/**
	 * A session is over.
	 *
	 * <pre>
	 * client i64
	 * </pre>
	 *
	 * @param clientId the client
	 */
	record SessionEnd(long clientId) implements LogRecord {

		static final int KIND = 3;

		@Override
		public void write(FrameWriter writer) {
			writer.writeByte(KIND).writeLong(this.clientId);
		}

	}

	/**
	 * Writes of a client, with what became of them.
	 *
	 * <pre>
	 * client i64 | known u64 | first counter u64 | count u32 | results | for each that was APPLIED its update
	 * </pre>
	 *
	 * @param clientId the client
	 * @param known the client has the results up to this counter
	 * @param firstCounter the counter of the first result
	 * @param results the results
	 * @param updates the updates of those that were applied, in order
	 */
	record Written(long clientId, long known, long firstCounter, List<WriteResult> results,
			List<? extends Update> updates) implements LogRecord {

		static final int KIND = 4;

		/**
		 * Writes all but the updates, which have to follow.
		 * @param writer where to
		 * @param clientId the client
		 * @param known the client has the results up to this counter
		 * @param firstCounter the counter of the first result
		 * @param results the results
		 */
		public static void writeHead(FrameWriter writer, long clientId, long known, long firstCounter,
				List<WriteResult> results) {
			writer.writeByte(KIND).writeLong(clientId).writeLong(known).writeLong(firstCounter);
			writeResults(writer, results);
		}

		@Override
		public void write(FrameWriter writer) {
			writeHead(writer, this.clientId, this.known, this.firstCounter, this.results);
			for (Update update : this.updates) {
				update.write(writer);
			}
		}

		static Written read(FrameReader reader, Update.Factory<?> factory) throws MalformedMessageException {
			long clientId = reader.readLong("client");
			long known = reader.readNatural("known");
			long firstCounter = reader.readNatural("first counter");
			List<WriteResult> results = readResults(reader);
			List<Update> updates = new ArrayList<>(results.size());
			for (WriteResult result : results) {
				if (result.status() == WriteResult.Status.APPLIED) {
					updates.add(Update.read(reader, factory));
				}
			}
			return new Written(clientId, known, firstCounter, results, updates);
		}

	}

	/**
	 * A change that belongs to no session: the end of a lifetime, or a write of a client
	 * that has none.
	 *
	 * <pre>
	 * update
	 * </pre>
	 *
	 * @param update the change
	 */
	record Changed(Update update) implements LogRecord {

		static final int KIND = 5;

		@Override
		public void write(FrameWriter writer) {
			this.update.writeWhole(writer.writeByte(KIND));
		}

	}

	/**
	 * An entry of a snapshot.
	 *
	 * <pre>
	 * update | remaining ms i64
	 * </pre>
	 *
	 * @param update the entry
	 * @param remainingMillis how much of its time to live is left, 0 if it has none
	 */
	record Entry(Update update, long remainingMillis) implements LogRecord {

		static final int KIND = 6;

		@Override
		public void write(FrameWriter writer) {
			this.update.writeWhole(writer.writeByte(KIND));
			writer.writeLong(this.remainingMillis);
		}

	}

	/**
	 * A write of a client without a session was decided, and has changed nothing.
	 *
	 * <pre>
	 * key text | id length u32, id
	 * </pre>
	 *
	 * @param key the key
	 * @param id what the client calls the write, see {@link Attachment}
	 */
	record Settled(String key, byte[] id) implements LogRecord {

		static final int KIND = 7;

		@Override
		public void write(FrameWriter writer) {
			writer.writeByte(KIND).writeText(this.key).writeValue(this.id);
		}

	}

}
