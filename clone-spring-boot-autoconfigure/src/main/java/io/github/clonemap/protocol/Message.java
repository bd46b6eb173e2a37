package io.github.clonemap.protocol;

import java.util.ArrayList;
import java.util.List;

/**
 * A native request or reply: one record each, with the bytes of its body drawn at it.
 *
 * @since 0.1.0
 */
public sealed interface Message {

	/**
	 * The version of the requests, told in HELLO and WELCOME.
	 */
	int VERSION = 1;

	/**
	 * The command that goes before the body.
	 * @return the command
	 */
	Command command();

	/**
	 * Writes the body.
	 * @param writer where to
	 */
	void write(FrameWriter writer);

	/**
	 * The body as a frame.
	 * @param writer a writer to use
	 * @return the bytes
	 */
	default byte[] toBytes(FrameWriter writer) {
		write(writer.clear());
		return writer.toByteArray();
	}

	/**
	 * Reads a body.
	 * @param command the command before it
	 * @param body the body
	 * @param factory makes the updates of {@link Entries}, {@link Copy} and {@link Log}
	 * @return the message
	 * @throws MalformedMessageException if the body does not fit the command
	 */
	static Message read(Command command, byte[] body, Update.Factory<?> factory) throws MalformedMessageException {
		FrameReader reader = new FrameReader(body);
		try {
			Message message = switch (command) {
				case HELLO -> Hello.read(reader);
				case WELCOME -> Welcome.read(reader);
				case PASSIVE -> new Passive(reader.readLong("server"));
				case SYNC -> Sync.read(reader);
				case CREDIT -> new Credit(reader.readInt("sync"), reader.readInt("chunks"));
				case ENTRIES -> Entries.read(reader, factory);
				case END -> End.read(reader);
				case WRITE -> Write.read(reader);
				case ACK -> Ack.read(reader);
				case PING -> new Ping(reader.readLong("time"));
				case PONG -> Pong.read(reader);
				case BYE -> Bye.read(reader);
				case PEER -> Peer.read(reader);
				case FOLLOW -> new Follow(reader.readByte("version"), reader.readLong("server"),
						reader.readNatural("attempt"), reader.readLong("followed server"), reader.readNatural("batch"));
				case COPY -> Copy.read(reader, factory);
				case LOG -> Log.read(reader, factory);
				case COPIED -> new Copied(reader.readLong("server"), reader.readNatural("attempt"),
						reader.readNatural("batch"), reader.readNatural("chunks"));
				case HANDOVER -> new HandOver(reader.readLong("server"), reader.readNatural("batch"));
			};
			reader.end(command.name());
			return message;
		}
		catch (IllegalArgumentException ex) {
			throw new MalformedMessageException(command + ": " + ex.getMessage());
		}
	}

	/**
	 * A client opens its session, or resumes it after a reconnect.
	 *
	 * <pre>
	 * version u8 | client i64 | name text | last sequence i64 | its server i64 | next counter i64
	 * </pre>
	 *
	 * @param version the version of the requests that the client speaks
	 * @param clientId made anew at each start of the client
	 * @param name the client's name, for people
	 * @param lastSequence the last sequence that the client applied, 0 for none
	 * @param lastServerId the server from which it had that, 0 for none
	 * @param nextCounter the counter of the oldest write whose result the client does not
	 * know, or of the next one that it will send
	 */
	record Hello(int version, long clientId, String name, long lastSequence, long lastServerId,
			long nextCounter) implements Message {

		/**
		 * The longest name, in characters.
		 */
		public static final int MAX_NAME_LENGTH = 128;

		@Override
		public Command command() {
			return Command.HELLO;
		}

		@Override
		public void write(FrameWriter writer) {
			writer.writeByte(this.version)
				.writeLong(this.clientId)
				.writeText(this.name)
				.writeLong(this.lastSequence)
				.writeLong(this.lastServerId)
				.writeLong(this.nextCounter);
		}

		static Hello read(FrameReader reader) throws MalformedMessageException {
			return new Hello(reader.readByte("version"), reader.readLong("client"),
					reader.readLabel("name", MAX_NAME_LENGTH), reader.readNatural("last sequence"),
					reader.readLong("last server"), reader.readNatural("next counter"));
		}

	}

	/**
	 * The server is active and has the client's session.
	 *
	 * <pre>
	 * version u8 | server i64 | committed i64 | server time i64 | heartbeat ms u32 | session time-out ms u32
	 *   | last counter i64 | session i64 | max key length u16 | max value size u32
	 * </pre>
	 *
	 * @param version the version of the requests that the server speaks
	 * @param serverId made anew at each start of the server
	 * @param committed the server's committed sequence, its epoch included
	 * @param serverTimeMicros the server's clock, in microseconds since 1970
	 * @param heartbeatMillis how often a quiet stream is heard
	 * @param sessionTimeoutMillis after how much silence the session ends
	 * @param lastCounter the counter of the last write of this session that was ordered
	 * @param sessionId tells this session from an earlier one of the same client. Only in
	 * the same session is a write that is sent again recognised.
	 * @param maxKeyLength the longest key, in bytes
	 * @param maxValueSize the largest value, in bytes
	 */
	record Welcome(int version, long serverId, long committed, long serverTimeMicros, int heartbeatMillis,
			int sessionTimeoutMillis, long lastCounter, long sessionId, int maxKeyLength,
			int maxValueSize) implements Message {

		/**
		 * Checks the message.
		 */
		public Welcome {
			if (heartbeatMillis < 1 || sessionTimeoutMillis < 1 || maxKeyLength < 1 || maxKeyLength > 0xFFFF
					|| maxValueSize < 1) {
				throw new IllegalArgumentException("a time or a limit is not positive");
			}
		}

		@Override
		public Command command() {
			return Command.WELCOME;
		}

		@Override
		public void write(FrameWriter writer) {
			writer.writeByte(this.version)
				.writeLong(this.serverId)
				.writeLong(this.committed)
				.writeLong(this.serverTimeMicros)
				.writeInt(this.heartbeatMillis)
				.writeInt(this.sessionTimeoutMillis)
				.writeLong(this.lastCounter)
				.writeLong(this.sessionId)
				.writeShort(this.maxKeyLength)
				.writeInt(this.maxValueSize);
		}

		static Welcome read(FrameReader reader) throws MalformedMessageException {
			return new Welcome(reader.readByte("version"), reader.readLong("server"), reader.readNatural("committed"),
					reader.readNatural("server time"), reader.readInt("heartbeat"), reader.readInt("session time-out"),
					reader.readNatural("last counter"), reader.readLong("session"), reader.readShort("max key length"),
					reader.readInt("max value size"));
		}

	}

	/**
	 * The server is not active: the client should try the next one.
	 *
	 * <pre>
	 * server i64
	 * </pre>
	 *
	 * @param serverId made anew at each start of the server
	 */
	record Passive(long serverId) implements Message {

		@Override
		public Command command() {
			return Command.PASSIVE;
		}

		@Override
		public void write(FrameWriter writer) {
			writer.writeLong(this.serverId);
		}

	}

	/**
	 * A client asks for what it does not have of some subtrees.
	 *
	 * <pre>
	 * sync u32 | subtrees text | from sequence i64 | its server i64 | credit u32
	 * </pre>
	 *
	 * @param syncId the client's number for this request; an answer to an older one is
	 * ignored
	 * @param subtrees what the client holds
	 * @param fromSequence the last sequence that the client has, 0 for none
	 * @param fromServerId the server from which it had that, 0 for none
	 * @param credit how many chunks the server may send before the next {@link Credit}
	 */
	record Sync(int syncId, Subtrees subtrees, long fromSequence, long fromServerId, int credit) implements Message {

		@Override
		public Command command() {
			return Command.SYNC;
		}

		@Override
		public void write(FrameWriter writer) {
			writer.writeInt(this.syncId)
				.writeText(this.subtrees.toString())
				.writeLong(this.fromSequence)
				.writeLong(this.fromServerId)
				.writeInt(this.credit);
		}

		static Sync read(FrameReader reader) throws MalformedMessageException {
			return new Sync(reader.readInt("sync"), Subtrees.parse(reader.readText("subtrees")),
					reader.readNatural("from sequence"), reader.readLong("from server"), reader.readInt("credit"));
		}

	}

	/**
	 * A client allows more chunks of the answer to its last {@link Sync}.
	 *
	 * <pre>
	 * sync u32 | chunks u32
	 * </pre>
	 *
	 * @param syncId the number of the request
	 * @param chunks up to which number of chunks, from the first one on, the server may
	 * send; a total, so that a repeated message changes nothing
	 */
	record Credit(int syncId, int chunks) implements Message {

		@Override
		public Command command() {
			return Command.CREDIT;
		}

		@Override
		public void write(FrameWriter writer) {
			writer.writeInt(this.syncId).writeInt(this.chunks);
		}

	}

	/**
	 * A chunk of the answer to {@link Sync}.
	 *
	 * <pre>
	 * sync u32 | chunk u32 | resume u8 | total u32 | count u32 | updates
	 * </pre>
	 *
	 * @param syncId the number of the request
	 * @param chunk the number of this chunk, from 0 on
	 * @param resume whether the updates are what the client missed, in order, rather than
	 * a snapshot
	 * @param total about how many updates there will be in all, for sizing
	 * @param updates the updates of this chunk
	 */
	record Entries(int syncId, int chunk, boolean resume, int total,
			List<? extends Update> updates) implements Message {

		@Override
		public Command command() {
			return Command.ENTRIES;
		}

		@Override
		public void write(FrameWriter writer) {
			writer.writeInt(this.syncId)
				.writeInt(this.chunk)
				.writeByte(this.resume ? 1 : 0)
				.writeInt(this.total)
				.writeInt(this.updates.size());
			for (Update update : this.updates) {
				update.write(writer);
			}
		}

		static Entries read(FrameReader reader, Update.Factory<?> factory) throws MalformedMessageException {
			int syncId = reader.readInt("sync");
			int chunk = reader.readInt("chunk");
			boolean resume = reader.readFlag("resume");
			int total = reader.readInt("total");
			if (chunk < 0 || total < 0) {
				throw new MalformedMessageException("chunk or total is negative");
			}
			int count = reader.readCount("count", Update.MIN_BYTES);
			List<Update> updates = new ArrayList<>(count);
			for (int i = 0; i < count; i++) {
				updates.add(Update.read(reader, factory));
			}
			return new Entries(syncId, chunk, resume, total, updates);
		}

	}

	/**
	 * The end of the answer to {@link Sync}.
	 *
	 * <pre>
	 * sync u32 | chunks u32 | resume u8 | sequence i64 | until i64
	 * </pre>
	 *
	 * @param syncId the number of the request
	 * @param chunks how many chunks there were, or {@link #BROKEN_OFF}
	 * @param resume whether they were what the client missed rather than a snapshot
	 * @param sequence the sequence at which the answer began: with the chunks and with
	 * all of the stream after this sequence the client has everything
	 * @param until the sequence at which the answer was complete: what was changed on the
	 * way is only in the stream, so the client has a state of the server only when it has
	 * heard the stream up to here
	 */
	record End(int syncId, int chunks, boolean resume, long sequence, long until) implements Message {

		/**
		 * Instead of the number of chunks: the history ran over on the way, the client
		 * must ask again.
		 */
		public static final int BROKEN_OFF = -1;

		/**
		 * Checks the message.
		 */
		public End {
			if (until < sequence || chunks < BROKEN_OFF) {
				throw new IllegalArgumentException("until lies before sequence, or chunks is negative");
			}
		}

		@Override
		public Command command() {
			return Command.END;
		}

		@Override
		public void write(FrameWriter writer) {
			writer.writeInt(this.syncId)
				.writeInt(this.chunks)
				.writeByte(this.resume ? 1 : 0)
				.writeLong(this.sequence)
				.writeLong(this.until);
		}

		static End read(FrameReader reader) throws MalformedMessageException {
			return new End(reader.readInt("sync"), reader.readInt("chunks"), reader.readFlag("resume"),
					reader.readNatural("sequence"), reader.readNatural("until"));
		}

	}

	/**
	 * Writes of a client, in the order of their counters, without holes.
	 *
	 * <pre>
	 * known u64 | first counter u64 | count u32 | operations
	 * </pre>
	 *
	 * @param known the client has the results up to this counter
	 * @param firstCounter the counter of the first operation; the next one has the next
	 * @param operations what to do
	 */
	record Write(long known, long firstCounter, List<WriteOperation> operations) implements Message {

		@Override
		public Command command() {
			return Command.WRITE;
		}

		@Override
		public void write(FrameWriter writer) {
			writer.writeLong(this.known).writeLong(this.firstCounter).writeInt(this.operations.size());
			for (WriteOperation operation : this.operations) {
				operation.write(writer);
			}
		}

		static Write read(FrameReader reader) throws MalformedMessageException {
			long known = reader.readNatural("known");
			long firstCounter = reader.readNatural("first counter");
			int count = reader.readCount("count", WriteOperation.MIN_BYTES);
			if (firstCounter > Long.MAX_VALUE - count) {
				throw new MalformedMessageException("first counter is too high");
			}
			List<WriteOperation> operations = new ArrayList<>(count);
			for (int i = 0; i < count; i++) {
				operations.add(WriteOperation.read(reader));
			}
			return new Write(known, firstCounter, operations);
		}

	}

	/**
	 * The results of writes, in the order of their counters, without holes.
	 *
	 * <pre>
	 * first counter u64 | count u32 | results
	 * </pre>
	 *
	 * @param firstCounter the counter of the first result's operation; the next one has
	 * the next
	 * @param results what the server did
	 */
	record Ack(long firstCounter, List<WriteResult> results) implements Message {

		@Override
		public Command command() {
			return Command.ACK;
		}

		@Override
		public void write(FrameWriter writer) {
			writer.writeLong(this.firstCounter).writeInt(this.results.size());
			for (WriteResult result : this.results) {
				result.write(writer);
			}
		}

		static Ack read(FrameReader reader) throws MalformedMessageException {
			long firstCounter = reader.readNatural("first counter");
			int count = reader.readCount("count", WriteResult.MIN_BYTES);
			if (firstCounter > Long.MAX_VALUE - count) {
				throw new MalformedMessageException("first counter is too high");
			}
			List<WriteResult> results = new ArrayList<>(count);
			for (int i = 0; i < count; i++) {
				results.add(WriteResult.read(reader));
			}
			return new Ack(firstCounter, results);
		}

	}

	/**
	 * A client shows that it lives, and asks what time it is.
	 *
	 * <pre>
	 * time i64
	 * </pre>
	 *
	 * @param micros the client's own time, which comes back in the answer
	 */
	record Ping(long micros) implements Message {

		@Override
		public Command command() {
			return Command.PING;
		}

		@Override
		public void write(FrameWriter writer) {
			writer.writeLong(this.micros);
		}

	}

	/**
	 * The answer to {@link Ping}.
	 *
	 * <pre>
	 * time i64 | server time i64 | committed i64 | last counter i64
	 * </pre>
	 *
	 * @param micros the time that the client sent
	 * @param serverTimeMicros the server's clock, in microseconds since 1970
	 * @param committed the server's committed sequence
	 * @param lastCounter the counter of the last write of this session that was ordered
	 */
	record Pong(long micros, long serverTimeMicros, long committed, long lastCounter) implements Message {

		@Override
		public Command command() {
			return Command.PONG;
		}

		@Override
		public void write(FrameWriter writer) {
			writer.writeLong(this.micros)
				.writeLong(this.serverTimeMicros)
				.writeLong(this.committed)
				.writeLong(this.lastCounter);
		}

		static Pong read(FrameReader reader) throws MalformedMessageException {
			return new Pong(reader.readLong("time"), reader.readNatural("server time"), reader.readNatural("committed"),
					reader.readNatural("last counter"));
		}

	}

	/**
	 * The sender ends the session.
	 *
	 * <pre>
	 * reason u8 | explanation text
	 * </pre>
	 *
	 * @param reason what the receiver should make of it
	 * @param explanation why, for people
	 */
	record Bye(Reason reason, String explanation) implements Message {

		private static final int MAX_EXPLANATION_LENGTH = 256;

		private static final Reason[] REASONS = Reason.values();

		@Override
		public Command command() {
			return Command.BYE;
		}

		@Override
		public void write(FrameWriter writer) {
			writer.writeByte(this.reason.ordinal()).writeText(this.explanation);
		}

		static Bye read(FrameReader reader) throws MalformedMessageException {
			int reason = reader.readByte("reason");
			if (reason >= REASONS.length) {
				throw new MalformedMessageException("reason " + reason + " is unknown");
			}
			return new Bye(REASONS[reason], reader.readLabel("explanation", MAX_EXPLANATION_LENGTH));
		}

		/**
		 * What the receiver should make of a goodbye. The order is the wire's.
		 */
		public enum Reason {

			/** The sender stops. */
			STOPPING,

			/** The server does not know the session, but would begin one. */
			NO_SESSION,

			/** The server cannot serve this client. */
			REFUSED

		}

	}

	/**
	 * A server tells its peer what it is: on their own connection at each heartbeat, and
	 * beside the log.
	 *
	 * <pre>
	 * version u8 | server i64 | number u64 | backup u8 | state u8 | rank u16 | sequence i64 | last batch u64 | has copy u8 | peer in sync i64
	 * </pre>
	 *
	 * @param version the version of what servers say to each other
	 * @param serverId the id of the server, made anew at each start
	 * @param number rises with each such message of this server
	 * @param backup whether it is the backup rather than the primary
	 * @param state 0 waiting, 1 active, 2 passive
	 * @param rank the epoch in which it became active, 0 if it never did
	 * @param sequence the last sequence that it has
	 * @param lastBatch the number of the last batch of its log
	 * @param hasCopy whether it has data that was complete at some moment
	 * @param peerInSync the server that has everything that this one has committed, 0 for
	 * none
	 */
	record Peer(int version, long serverId, long number, boolean backup, int state, int rank, long sequence,
			long lastBatch, boolean hasCopy, long peerInSync) implements Message {

		/**
		 * How many states there are.
		 */
		public static final int STATES = 3;

		@Override
		public Command command() {
			return Command.PEER;
		}

		@Override
		public void write(FrameWriter writer) {
			writer.writeByte(this.version)
				.writeLong(this.serverId)
				.writeLong(this.number)
				.writeByte(this.backup ? 1 : 0)
				.writeByte(this.state)
				.writeShort(this.rank)
				.writeLong(this.sequence)
				.writeLong(this.lastBatch)
				.writeByte(this.hasCopy ? 1 : 0)
				.writeLong(this.peerInSync);
		}

		static Peer read(FrameReader reader) throws MalformedMessageException {
			int version = reader.readByte("version");
			if (version != VERSION) {
				throw new MalformedMessageException(
						"the peer speaks version " + version + ", not " + VERSION + ": update both servers");
			}
			Peer peer = new Peer(version, reader.readLong("server"), reader.readNatural("number"),
					reader.readFlag("backup"), reader.readByte("state"), reader.readShort("rank"),
					reader.readNatural("sequence"), reader.readNatural("last batch"), reader.readFlag("has copy"),
					reader.readLong("peer in sync"));
			if (peer.state() >= STATES) {
				throw new MalformedMessageException("state " + peer.state() + " is unknown");
			}
			return peer;
		}

	}

	/**
	 * A passive server asks the active one for all that it does not have.
	 *
	 * <pre>
	 * version u8 | server i64 | attempt u64 | followed server i64 | batch u64
	 * </pre>
	 *
	 * @param version the version of what servers say to each other
	 * @param serverId the id of the passive server
	 * @param attempt the passive server's number for this request: what belongs to an
	 * earlier one is ignored by both
	 * @param followedId the server whose log it has, 0 for none
	 * @param batch the last batch of that log that it has
	 */
	record Follow(int version, long serverId, long attempt, long followedId, long batch) implements Message {

		@Override
		public Command command() {
			return Command.FOLLOW;
		}

		@Override
		public void write(FrameWriter writer) {
			writer.writeByte(this.version)
				.writeLong(this.serverId)
				.writeLong(this.attempt)
				.writeLong(this.followedId)
				.writeLong(this.batch);
		}

	}

	/**
	 * A part of all that the active server has. Parts and batches of the log come in the
	 * order in which the server made them: a part shows the state after the last batch
	 * before it.
	 *
	 * <pre>
	 * server i64 | attempt u64 | chunk u64 | batch u64 | sequence i64 | last u8 | count u32 | records
	 * </pre>
	 *
	 * @param serverId the active server
	 * @param attempt the number of the request
	 * @param chunk the number of this part, from 0 on
	 * @param batch the last batch of the log before it
	 * @param sequence the last sequence of that batch
	 * @param last whether it is the last part
	 * @param records what is there
	 */
	record Copy(long serverId, long attempt, long chunk, long batch, long sequence, boolean last,
			List<? extends LogRecord> records) implements Message {

		@Override
		public Command command() {
			return Command.COPY;
		}

		@Override
		public void write(FrameWriter writer) {
			writer.writeLong(this.serverId)
				.writeLong(this.attempt)
				.writeLong(this.chunk)
				.writeLong(this.batch)
				.writeLong(this.sequence)
				.writeByte(this.last ? 1 : 0)
				.writeInt(this.records.size());
			for (LogRecord entry : this.records) {
				entry.write(writer);
			}
		}

		static Copy read(FrameReader reader, Update.Factory<?> factory) throws MalformedMessageException {
			return new Copy(reader.readLong("server"), reader.readNatural("attempt"), reader.readNatural("chunk"),
					reader.readNatural("batch"), reader.readNatural("sequence"), reader.readFlag("last"),
					readRecords(reader, factory));
		}

	}

	/**
	 * A batch of the active server's log.
	 *
	 * <pre>
	 * server i64 | batch u64 | sequence i64 | updates u64 | count u32 | records
	 * </pre>
	 *
	 * @param serverId the active server
	 * @param batch the number of this batch
	 * @param sequence the last sequence in it, or before it
	 * @param updates how many updates that server has ordered up to here
	 * @param records what has happened
	 */
	record Log(long serverId, long batch, long sequence, long updates,
			List<? extends LogRecord> records) implements Message {

		/**
		 * How many bytes there are before the records.
		 */
		public static final int HEADER_BYTES = 4 * 8 + 4;

		@Override
		public Command command() {
			return Command.LOG;
		}

		@Override
		public void write(FrameWriter writer) {
			writeHeader(writer, this.serverId, this.batch, this.sequence, this.updates, this.records.size());
			for (LogRecord entry : this.records) {
				entry.write(writer);
			}
		}

		/**
		 * Writes what comes before the records.
		 * @param writer where to
		 * @param serverId the active server
		 * @param batch the number of this batch
		 * @param sequence the last sequence
		 * @param updates how many updates there were
		 * @param count the number of records
		 */
		public static void writeHeader(FrameWriter writer, long serverId, long batch, long sequence, long updates,
				int count) {
			writer.writeLong(serverId).writeLong(batch).writeLong(sequence).writeLong(updates).writeInt(count);
		}

		static Log read(FrameReader reader, Update.Factory<?> factory) throws MalformedMessageException {
			return new Log(reader.readLong("server"), reader.readNatural("batch"), reader.readNatural("sequence"),
					reader.readNatural("updates"), readRecords(reader, factory));
		}

	}

	private static List<LogRecord> readRecords(FrameReader reader, Update.Factory<?> factory)
			throws MalformedMessageException {
		int count = reader.readCount("count", LogRecord.MIN_BYTES);
		List<LogRecord> records = new ArrayList<>(count);
		for (int i = 0; i < count; i++) {
			records.add(LogRecord.read(reader, factory));
		}
		return records;
	}

	/**
	 * A passive server tells how far it is.
	 *
	 * <pre>
	 * server i64 | attempt u64 | batch u64 | chunks u64
	 * </pre>
	 *
	 * @param serverId the id of the passive server
	 * @param attempt the number of its last request
	 * @param batch the last batch that it has, in order
	 * @param chunks how many parts of a copy it has
	 */
	record Copied(long serverId, long attempt, long batch, long chunks) implements Message {

		@Override
		public Command command() {
			return Command.COPIED;
		}

		@Override
		public void write(FrameWriter writer) {
			writer.writeLong(this.serverId).writeLong(this.attempt).writeLong(this.batch).writeLong(this.chunks);
		}

	}

	/**
	 * The active server stops: its peer may take over at once.
	 *
	 * <pre>
	 * server i64 | batch u64
	 * </pre>
	 *
	 * @param serverId the server that stops
	 * @param batch the last batch of its log
	 */
	record HandOver(long serverId, long batch) implements Message {

		@Override
		public Command command() {
			return Command.HANDOVER;
		}

		@Override
		public void write(FrameWriter writer) {
			writer.writeLong(this.serverId).writeLong(this.batch);
		}

	}

}
