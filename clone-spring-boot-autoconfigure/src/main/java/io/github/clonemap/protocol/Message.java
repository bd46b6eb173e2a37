package io.github.clonemap.protocol;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.List;

import io.github.clonemap.protocol.PeerMessage.Copied;
import io.github.clonemap.protocol.PeerMessage.Copy;
import io.github.clonemap.protocol.PeerMessage.Follow;
import io.github.clonemap.protocol.PeerMessage.HandOver;
import io.github.clonemap.protocol.PeerMessage.Log;
import io.github.clonemap.protocol.PeerMessage.Peer;
import io.github.clonemap.protocol.Reply.Ack;
import io.github.clonemap.protocol.Reply.End;
import io.github.clonemap.protocol.Reply.Entries;
import io.github.clonemap.protocol.Reply.Passive;
import io.github.clonemap.protocol.Reply.Pong;
import io.github.clonemap.protocol.Reply.Welcome;

/**
 * A native request or reply: one record each, with the bytes of its body drawn at it.
 * What a client asks, and {@link Bye}, are here; {@link Reply} has what the server
 * answers, {@link PeerMessage} what the two servers of a pair say to each other.
 *
 * @since 0.1.0
 */
public sealed interface Message permits Message.Hello, Message.Sync, Message.Credit, Message.Write, Message.Ping,
		Message.Bye, Reply, PeerMessage {

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
		return read(command, new FrameReader(body), factory);
	}

	/**
	 * Reads a body.
	 * @param command the command before it
	 * @param reader where it is, and nothing after it
	 * @param factory makes the updates of {@link Reply.Entries}, {@link PeerMessage.Copy}
	 * and {@link PeerMessage.Log}
	 * @return the message
	 * @throws MalformedMessageException if the body does not fit the command
	 */
	static Message read(Command command, FrameReader reader, Update.Factory<?> factory)
			throws MalformedMessageException {
		try {
			Message message = switch (command) {
				case HELLO -> Hello.read(reader);
				case SYNC -> Sync.read(reader);
				case CREDIT -> new Credit(reader.readInt("sync"), reader.readInt("chunks"), reader.readLong("proof"));
				case WRITE -> Write.read(reader);
				case PING -> new Ping(reader.readLong("time"));
				case BYE -> Bye.read(reader);
				case WELCOME -> Welcome.read(reader);
				case PASSIVE -> new Passive(reader.readLong("server"));
				case ENTRIES -> Entries.read(reader, factory);
				case END -> End.read(reader);
				case ACK -> Ack.read(reader);
				case PONG -> Pong.read(reader);
				case PEER -> Peer.read(reader);
				case FOLLOW -> Follow.read(reader);
				case COPY -> Copy.read(reader, factory);
				case LOG -> Log.read(reader, factory);
				case COPIED -> Copied.read(reader);
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
	 * <p>
	 * The id of a client is public: whoever gets an update gets that of its writer. So a
	 * client does not tell its id but what only it knows, and of which the id is a hash:
	 * every server can tell the owner of a session without having been told anything.
	 * This holds against those who see updates, not against those who see this message.
	 *
	 * <pre>
	 * version u8 | secret i64 | name text | last sequence i64 | its server i64 | next counter i64
	 * </pre>
	 *
	 * @param version the version of the requests that the client speaks
	 * @param secret what only the client knows, made anew at each start of it from a
	 * source that nobody can predict
	 * @param name the client's name, for people
	 * @param lastSequence the last sequence that the client applied, 0 for none
	 * @param lastServerId the server from which it had that, 0 for none
	 * @param nextCounter the counter of the oldest write whose result the client does not
	 * know, or of the next one that it will send
	 */
	record Hello(int version, long secret, String name, long lastSequence, long lastServerId,
			long nextCounter) implements Message {

		/**
		 * The longest name, in characters.
		 */
		public static final int MAX_NAME_LENGTH = 128;

		/**
		 * The id of the client that knows a secret: 63 bits of the secret's SHA-256, so
		 * that to find a secret for a given id takes some 2<sup>63</sup> attempts, and
		 * for any one of a thousand ids a thousandth of that.
		 * @param secret the secret
		 * @return the id, not negative
		 */
		public static long clientId(long secret) {
			try {
				byte[] hash = MessageDigest.getInstance("SHA-256")
					.digest(ByteBuffer.allocate(Long.BYTES).putLong(secret).array());
				return ByteBuffer.wrap(hash).getLong() >>> 1;
			}
			catch (NoSuchAlgorithmException ex) {
				throw new IllegalStateException("Every Java platform has SHA-256", ex);
			}
		}

		@Override
		public Command command() {
			return Command.HELLO;
		}

		@Override
		public void write(FrameWriter writer) {
			writer.writeByte(this.version)
				.writeLong(this.secret)
				.writeText(this.name)
				.writeLong(this.lastSequence)
				.writeLong(this.lastServerId)
				.writeLong(this.nextCounter);
		}

		static Hello read(FrameReader reader) throws MalformedMessageException {
			return new Hello(reader.readByte("version"), reader.readLong("secret"),
					reader.readLabel("name", MAX_NAME_LENGTH), reader.readNatural("last sequence"),
					reader.readLong("last server"), reader.readNatural("next counter"));
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
	 * A client allows more chunks of the answer to its last {@link Sync}, and shows how
	 * far it has read: the server is never more than a bound ahead of that.
	 *
	 * <pre>
	 * sync u32 | chunks u32 | proof i64
	 * </pre>
	 *
	 * @param syncId the number of the request
	 * @param chunks up to which number of chunks, from the first one on, the server may
	 * send; a total, so that a repeated message changes nothing
	 * @param proof that of the newest chunk, of whatever answer, that came by this
	 * connection; 0 if none has
	 */
	record Credit(int syncId, int chunks, long proof) implements Message {

		@Override
		public Command command() {
			return Command.CREDIT;
		}

		@Override
		public void write(FrameWriter writer) {
			writer.writeInt(this.syncId).writeInt(this.chunks).writeLong(this.proof);
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

}
