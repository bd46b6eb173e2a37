package io.github.clonemap.server;

import io.github.clonemap.CloneWriter;
import io.github.clonemap.protocol.Attachment;
import io.github.clonemap.protocol.FrameWriter;
import io.github.clonemap.protocol.LogRecord;
import io.github.clonemap.protocol.Message;
import io.github.clonemap.protocol.PeerMessage.Copied;
import io.github.clonemap.protocol.PeerMessage.Copy;
import io.github.clonemap.protocol.PeerMessage.Follow;
import io.github.clonemap.protocol.PeerMessage.HandOver;
import io.github.clonemap.protocol.PeerMessage.Log;
import io.github.clonemap.protocol.PeerMessage.Peer;
import io.github.clonemap.protocol.Update;
import io.github.clonemap.store.AttachedEntry;
import io.github.clonemap.store.StoredEntry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The passive server's side of the link between a pair: asks for a copy of the active
 * one's state, then follows its log batch by batch, and tells how far it is. Whatever was
 * lost on the way shows as a hole in the numbers, or as a log that ends later than what
 * has come; then it asks again.
 * <p>
 * For the agent.
 */
final class PassiveLink {

	private static final Logger logger = LoggerFactory.getLogger(PassiveLink.class);

	private final FrameWriter writer = new FrameWriter(256);

	private final Update.Factory<StoredEntry> entries = new Entries();

	private final ServerSettings settings;

	private final ServerTransport transport;

	private final long serverId;

	private final long repeatNanos;

	private final Events events;

	private ServerState state;

	private long followedId;

	/**
	 * Whether the state is that of the followed server after {@link #batch}.
	 */
	private boolean complete;

	private @Nullable PeerCopy copy;

	private long batch;

	private long attempt;

	private long chunks;

	private long toldBatch;

	private long batchWhenTold;

	private long askedNanos;

	private long heardNanos;

	private boolean copiedDue;

	private long copiedNanos;

	PassiveLink(ServerSettings settings, ServerTransport transport, long serverId, ServerState state, Events events,
			long nowNanos) {
		this.settings = settings;
		this.transport = transport;
		this.serverId = serverId;
		this.state = state;
		this.events = events;
		this.repeatNanos = settings.heartbeat().toNanos();
		this.askedNanos = nowNanos - this.repeatNanos;
	}

	/**
	 * How entries are made of what comes from the peer.
	 */
	Update.Factory<StoredEntry> entries() {
		return this.entries;
	}

	/**
	 * Whether there is a whole copy, to which the log is added as it comes.
	 */
	boolean isComplete() {
		return this.complete;
	}

	/**
	 * Whether nothing is missing of what a server hands over.
	 */
	boolean hasAll(HandOver handOver) {
		return this.complete && handOver.serverId() == this.followedId && handOver.batch() == this.batch;
	}

	/**
	 * Forgets whom it followed: this server goes on by itself.
	 */
	void stop() {
		this.followedId = 0;
		this.complete = false;
		this.copy = null;
	}

	/**
	 * The active server tells what it is.
	 */
	void onPeer(Peer told, long nowNanos) {
		if (told.serverId() != this.followedId) {
			stop();
			this.followedId = told.serverId();
			this.batch = 0;
			ask(nowNanos);
		}
		else if (nowNanos - this.heardNanos > this.repeatNanos && (isMissingSomething() || isForgotten(told))) {
			ask(nowNanos);
		}
		this.toldBatch = told.lastBatch();
		this.batchWhenTold = this.batch;
	}

	/**
	 * What was missing when the active server told it last is still missing.
	 */
	private boolean isMissingSomething() {
		return this.toldBatch > this.batch && this.batchWhenTold == this.batch;
	}

	/**
	 * The active server went on alone while nothing was heard here, and would do so until
	 * something is missing.
	 */
	private boolean isForgotten(Peer told) {
		return this.complete && told.peerInSync() != this.serverId && told.lastBatch() == this.batch;
	}

	/**
	 * A part of the active server's state.
	 */
	void onCopy(Copy part, long nowNanos) {
		if (part.serverId() != this.followedId || part.attempt() != this.attempt) {
			return;
		}
		this.heardNanos = nowNanos;
		PeerCopy copy = this.copy;
		if (part.chunk() == 0) {
			copy = new PeerCopy();
			this.copy = copy;
			this.complete = false;
			this.chunks = 0;
			this.batch = part.batch();
			this.events.onCopyBegins();
		}
		if (copy == null || part.chunk() != this.chunks || part.batch() != this.batch) {
			return;
		}
		this.chunks++;
		this.copiedDue = true;
		copy.onPart(part.records(), nowNanos);
		part.records().forEach(this.events::onTold);
		if (part.last()) {
			this.copy = null;
			this.complete = true;
			this.state = copy.finish(this.settings, part.sequence(), nowNanos);
			logger.info("Copied {} entries of server {}", this.state.store().size(), Long.toHexString(this.followedId));
			this.events.onCopied(this.state);
		}
	}

	/**
	 * A batch of the active server's log.
	 */
	void onLog(Log log, long nowNanos) {
		if (log.serverId() != this.followedId || log.batch() != this.batch + 1
				|| (!this.complete && this.copy == null)) {
			return;
		}
		this.heardNanos = nowNanos;
		this.batch++;
		this.copiedDue = true;
		log.records().forEach(this.events::onTold);
		if (this.copy != null) {
			this.copy.onLog(log.records(), nowNanos);
			return;
		}
		for (LogRecord happened : log.records()) {
			apply(happened, log.sequence(), nowNanos);
		}
		if (this.state.sequence() != log.sequence()) {
			throw new IllegalStateException("the batch should end at " + log.sequence());
		}
	}

	/**
	 * Repeats what may have been lost.
	 */
	void onTick(long nowNanos) {
		boolean waits = this.followedId != 0 && !this.complete && nowNanos - this.heardNanos > this.repeatNanos;
		if (waits && nowNanos - this.askedNanos > this.repeatNanos) {
			ask(nowNanos);
		}
		if (nowNanos - this.copiedNanos > this.repeatNanos) {
			this.copiedDue = true;
		}
	}

	/**
	 * Tells how far it is, if that is news.
	 */
	void flush(long nowNanos) {
		if (this.copiedDue && this.followedId != 0 && (this.complete || this.copy != null)) {
			this.copiedDue = false;
			this.copiedNanos = nowNanos;
			send(new Copied(this.serverId, this.attempt, this.batch, this.chunks));
		}
	}

	/**
	 * Tells the active server what this one is.
	 */
	void send(Message message) {
		this.transport.sendToPeer(message.command(), message.toBytes(this.writer));
	}

	private void ask(long nowNanos) {
		this.askedNanos = nowNanos;
		this.heardNanos = nowNanos;
		this.copy = null;
		this.chunks = 0;
		this.batch = this.complete ? this.batch : 0;
		send(new Follow(Message.VERSION, this.serverId, ++this.attempt, this.complete ? this.followedId : 0,
				this.batch));
	}

	/**
	 * Does what has happened at the active server, if it fits: what does not must not
	 * leave its mark, as this server may have to go on with the state that it has.
	 * @param until the last sequence that it may bring
	 */
	private void apply(LogRecord happened, long until, long nowNanos) {
		if (happened instanceof LogRecord.Written written) {
			written.updates().forEach((update) -> apply(update, until, nowNanos));
			Session.apply(this.state.sessions(), written);
		}
		else if (happened instanceof LogRecord.Changed changed) {
			apply(changed.update(), until, nowNanos);
		}
		else if (happened instanceof LogRecord.Term term) {
			requireUpTo(until, term.start());
			this.state.begin(term);
		}
		else {
			Session.apply(this.state.sessions(), happened, nowNanos);
		}
	}

	private void apply(Update update, long until, long nowNanos) {
		requireUpTo(until, update.sequence());
		this.state.apply(update, nowNanos);
	}

	private static void requireUpTo(long until, long sequence) {
		if (sequence > until) {
			throw new IllegalStateException("the batch should end at " + until + " and has " + sequence);
		}
	}

	/**
	 * Makes entries of what comes.
	 */
	private final class Entries implements Update.Factory<StoredEntry> {

		@Override
		public StoredEntry create(Update.Kind kind, String key, byte @Nullable [] value, long sequence,
				long serverTimeMicros, CloneWriter.Kind writerKind, long writerId, long ttlMillis, boolean ephemeral) {
			return StoredEntry.of(kind, known(key), value, sequence, serverTimeMicros, writerKind, writerId, ttlMillis,
					ephemeral);
		}

		@Override
		public StoredEntry createAttached(Update.Kind kind, String key, byte @Nullable [] value, long sequence,
				long serverTimeMicros, CloneWriter.Kind writerKind, long writerId, long ttlMillis, boolean ephemeral,
				Attachment attachment) {
			return new AttachedEntry(kind, known(key), value, sequence, serverTimeMicros, writerKind, writerId,
					ttlMillis, ephemeral, attachment);
		}

		/**
		 * The table keeps the first text of a key: an equal one would only take room.
		 */
		private String known(String key) {
			StoredEntry known = PassiveLink.this.state.store().get(key);
			return (known != null) ? known.key() : key;
		}

	}

	/**
	 * Who hears of the link's progress.
	 */
	interface Events {

		/** The active server begins to send a copy. */
		void onCopyBegins();

		/** The active server tells of one thing that it has, or that has happened. */
		void onTold(LogRecord told);

		/** There is a complete copy. */
		void onCopied(ServerState state);

	}

}
