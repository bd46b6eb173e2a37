package io.github.clonemap.protocol;

import java.util.ArrayList;
import java.util.List;

/**
 * What the two servers of a pair say to each other: what each of them is, and how the
 * passive one gets all that the active one has.
 *
 * @since 0.1.0
 */
public sealed interface PeerMessage extends Message {

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
			long lastBatch, boolean hasCopy, long peerInSync) implements PeerMessage {

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
	record Follow(int version, long serverId, long attempt, long followedId, long batch) implements PeerMessage {

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

		static Follow read(FrameReader reader) throws MalformedMessageException {
			return new Follow(reader.readByte("version"), reader.readLong("server"), reader.readNatural("attempt"),
					reader.readLong("followed server"), reader.readNatural("batch"));
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
			List<? extends LogRecord> records) implements PeerMessage {

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
			List<? extends LogRecord> records) implements PeerMessage {

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
	record Copied(long serverId, long attempt, long batch, long chunks) implements PeerMessage {

		@Override
		public Command command() {
			return Command.COPIED;
		}

		@Override
		public void write(FrameWriter writer) {
			writer.writeLong(this.serverId).writeLong(this.attempt).writeLong(this.batch).writeLong(this.chunks);
		}

		static Copied read(FrameReader reader) throws MalformedMessageException {
			return new Copied(reader.readLong("server"), reader.readNatural("attempt"), reader.readNatural("batch"),
					reader.readNatural("chunks"));
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
	record HandOver(long serverId, long batch) implements PeerMessage {

		@Override
		public Command command() {
			return Command.HANDOVER;
		}

		@Override
		public void write(FrameWriter writer) {
			writer.writeLong(this.serverId).writeLong(this.batch);
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

}
