package io.github.clonemap.protocol;

import java.util.ArrayList;
import java.util.List;

/**
 * What a server answers to the {@link Message} of a client. Besides, it may say
 * {@link Message.Bye}.
 *
 * @since 0.1.0
 */
public sealed interface Reply extends Message {

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
			int maxValueSize) implements Reply {

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
	record Passive(long serverId) implements Reply {

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
	 * A chunk of the answer to {@link Message.Sync}.
	 *
	 * <pre>
	 * sync u32 | chunk u32 | proof i64 | resume u8 | total u32 | count u32 | updates
	 * </pre>
	 *
	 * @param syncId the number of the request
	 * @param chunk the number of this chunk, from 0 on
	 * @param proof a random number, which shows in {@link Message.Credit} that this chunk
	 * has been read
	 * @param resume whether the updates are what the client missed, in order, rather than
	 * a snapshot
	 * @param total about how many updates there will be in all, for sizing
	 * @param updates the updates of this chunk
	 */
	record Entries(int syncId, int chunk, long proof, boolean resume, int total,
			List<? extends Update> updates) implements Reply {

		@Override
		public Command command() {
			return Command.ENTRIES;
		}

		@Override
		public void write(FrameWriter writer) {
			writer.writeInt(this.syncId)
				.writeInt(this.chunk)
				.writeLong(this.proof)
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
			long proof = reader.readLong("proof");
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
			return new Entries(syncId, chunk, proof, resume, total, updates);
		}

	}

	/**
	 * The end of the answer to {@link Message.Sync}.
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
	record End(int syncId, int chunks, boolean resume, long sequence, long until) implements Reply {

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
	record Ack(long firstCounter, List<WriteResult> results) implements Reply {

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
	 * The answer to {@link Message.Ping}.
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
	record Pong(long micros, long serverTimeMicros, long committed, long lastCounter) implements Reply {

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

}
