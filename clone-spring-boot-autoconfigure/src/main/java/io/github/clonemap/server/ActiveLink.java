package io.github.clonemap.server;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

import io.github.clonemap.protocol.Command;
import io.github.clonemap.protocol.LogRecord;
import io.github.clonemap.protocol.Message;
import io.github.clonemap.protocol.PeerMessage.Copied;
import io.github.clonemap.protocol.PeerMessage.Copy;
import io.github.clonemap.protocol.PeerMessage.Follow;
import io.github.clonemap.protocol.PeerMessage.HandOver;
import io.github.clonemap.store.EntryWalk;
import io.github.clonemap.store.StoredEntry;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The active server's side of the link between a pair: gives the passive one a copy of
 * the state and then every batch of the log, and knows how far it is.
 * <p>
 * A passive server <em>counts</em> from the moment when its copy is complete and it has
 * nearly all: from then on nothing is committed that it does not have. It is <em>in
 * sync</em> when it has all that was committed before that moment, too.
 * <p>
 * For the agent.
 */
final class ActiveLink {

	private static final Logger logger = LoggerFactory.getLogger(ActiveLink.class);

	/**
	 * How many batches may be on their way.
	 */
	private static final int MAX_BATCHES_AHEAD = 512;

	/**
	 * How many parts of a copy may be on their way, and leave in one turn.
	 */
	private static final int MAX_CHUNKS_AHEAD = 32;

	private static final int CHUNKS_PER_TURN = 8;

	private static final int CHUNK_BYTES = 64 << 10;

	private final ServerTransport transport;

	private final Replies replies;

	private final long serverId;

	private final CommitLog log;

	private final long peerTimeoutNanos;

	private long followerId;

	private Route route = Route.NONE;

	private long attempt;

	/**
	 * What has to be copied, until that is done.
	 */
	private @Nullable ServerState toCopy;

	private @Nullable Source copy;

	private long sent;

	private long acknowledged;

	private long chunksSent;

	private long chunksAcknowledged;

	private boolean counts;

	private boolean inSync;

	private long countsFrom;

	private long heardNanos;

	private long progressNanos;

	ActiveLink(ServerTransport transport, long serverId, CommitLog log, long peerTimeoutNanos) {
		this.transport = transport;
		this.replies = new Replies(transport);
		this.serverId = serverId;
		this.log = log;
		this.peerTimeoutNanos = peerTimeoutNanos;
	}

	/**
	 * The passive server that has everything that is committed, 0 if there is none.
	 */
	long inSyncId() {
		return this.inSync ? this.followerId : 0;
	}

	/**
	 * The number of the last batch that may be committed.
	 */
	long committable() {
		return this.counts ? this.acknowledged : this.log.last();
	}

	/**
	 * How many updates the passive server does not have yet; -1 if there is none, or if
	 * it lacks more than the log has.
	 */
	long lag() {
		if (this.followerId == 0 || this.toCopy != null || this.chunksAcknowledged < this.chunksSent) {
			return -1;
		}
		return this.log.updatesAfter(this.acknowledged);
	}

	/**
	 * The passive server asks for what it does not have.
	 */
	void onFollow(Route route, Follow follow, ServerState state, long nowNanos) {
		boolean same = follow.serverId() == this.followerId;
		boolean resume = follow.followedId() == this.serverId && this.log.reaches(follow.batch())
				&& (!same || follow.batch() >= this.acknowledged);
		endCopy();
		if (!same || !resume) {
			uncount("it asks for a copy");
		}
		this.followerId = follow.serverId();
		this.attempt = follow.attempt();
		this.route = route;
		this.heardNanos = nowNanos;
		if (!same || !resume || follow.batch() > this.acknowledged) {
			// To ask for the same again and again is no progress.
			this.progressNanos = nowNanos;
		}
		this.chunksSent = 0;
		this.chunksAcknowledged = 0;
		if (resume) {
			this.acknowledged = follow.batch();
		}
		else {
			this.acknowledged = this.log.last();
			this.toCopy = state;
		}
		this.sent = this.acknowledged;
		logger.info("Server {} follows, {}", Long.toHexString(this.followerId),
				resume ? "from batch " + follow.batch() + " on" : "from a copy on");
	}

	/**
	 * The passive server tells how far it is.
	 */
	void onCopied(Copied copied, long nowNanos) {
		if (copied.serverId() != this.followerId || copied.attempt() != this.attempt) {
			return;
		}
		this.heardNanos = nowNanos;
		if (copied.batch() > this.acknowledged && copied.batch() <= this.sent) {
			this.acknowledged = copied.batch();
			this.progressNanos = nowNanos;
		}
		if (copied.chunks() > this.chunksAcknowledged && copied.chunks() <= this.chunksSent) {
			this.chunksAcknowledged = copied.chunks();
			this.progressNanos = nowNanos;
		}
		if (!this.counts && this.toCopy == null && this.chunksAcknowledged == this.chunksSent
				&& this.sent == this.log.last()) {
			this.counts = true;
			this.countsFrom = this.log.last();
		}
		if (this.counts && !this.inSync && this.acknowledged >= this.countsFrom) {
			this.inSync = true;
			logger.info("Server {} is in sync", Long.toHexString(this.followerId));
		}
	}

	/**
	 * The peer was heard.
	 */
	void onPeer(long peerId) {
		if (this.followerId != 0 && this.followerId != peerId) {
			forget("it was started anew");
		}
	}

	/**
	 * This server has not run for a while, and so has not listened.
	 */
	void onFrozen(long nowNanos) {
		this.heardNanos = nowNanos;
		this.progressNanos = nowNanos;
	}

	/**
	 * Goes on without a passive server that is silent, or stands still.
	 */
	void onTick(long nowNanos) {
		if (this.followerId == 0) {
			return;
		}
		boolean stands = this.acknowledged < this.log.last() || this.chunksAcknowledged < this.chunksSent;
		if (nowNanos - this.heardNanos > this.peerTimeoutNanos) {
			forget("it is silent");
		}
		else if (stands && nowNanos - this.progressNanos > this.peerTimeoutNanos) {
			forget("it stands still");
		}
		else if (!stands) {
			this.progressNanos = nowNanos;
		}
	}

	/**
	 * Sends what the passive server does not have: first what was ordered, then what is
	 * old. So a part of the copy is never older than the log before it.
	 */
	void flush(long nowNanos) {
		while (this.followerId != 0 && this.sent < this.log.last()
				&& this.sent - this.acknowledged < MAX_BATCHES_AHEAD) {
			if (!this.log.reaches(this.sent)) {
				forget("it is too far behind");
				return;
			}
			this.transport.reply(this.route, Command.LOG, this.log.batch(++this.sent).message());
		}
		for (int i = 0; i < CHUNKS_PER_TURN && maySendChunk(); i++) {
			sendChunk(nowNanos);
		}
	}

	/**
	 * Whether there is more that may leave at once.
	 */
	boolean isDue() {
		return maySendChunk();
	}

	/**
	 * Tells the passive server what this one is.
	 */
	void send(Message message) {
		this.replies.send(this.route, message);
	}

	/**
	 * Tells the passive server that it has everything, and that nothing will follow.
	 */
	void handOver() {
		send(new HandOver(this.serverId, this.log.last()));
	}

	/**
	 * This server is not active any more.
	 */
	void stop() {
		endCopy();
		this.counts = false;
		this.inSync = false;
		this.followerId = 0;
		this.route = Route.NONE;
	}

	private void forget(String reason) {
		uncount(reason);
		stop();
	}

	private void uncount(String reason) {
		if (this.inSync) {
			logger.warn("Server {} is not in sync any more: {}", Long.toHexString(this.followerId), reason);
		}
		this.counts = false;
		this.inSync = false;
	}

	private boolean maySendChunk() {
		return this.toCopy != null && this.sent == this.log.last()
				&& this.chunksSent - this.chunksAcknowledged < MAX_CHUNKS_AHEAD;
	}

	private void sendChunk(long nowNanos) {
		ServerState state = this.toCopy;
		if (state == null) {
			return;
		}
		Source source = (this.copy != null) ? this.copy : new Source(state);
		this.copy = source;
		List<LogRecord> records = source.next(nowNanos);
		boolean last = source.isExhausted();
		send(new Copy(this.serverId, this.attempt, this.chunksSent++, this.log.last(), source.state.sequence(), last,
				records));
		if (last) {
			endCopy();
		}
	}

	private void endCopy() {
		this.toCopy = null;
		if (this.copy != null) {
			this.copy.walk.close();
			this.copy = null;
		}
	}

	/**
	 * What there is to copy: first whose order it is, then the sessions, then the
	 * entries.
	 */
	private static final class Source {

		private final ServerState state;

		private final Iterator<Session> sessions;

		private final EntryWalk walk;

		private boolean begun;

		private boolean exhausted;

		/**
		 * Begins between two batches, when all before it is sent.
		 */
		Source(ServerState state) {
			this.state = state;
			this.sessions = List.copyOf(state.sessions().values()).iterator();
			this.walk = state.store().walk();
		}

		List<LogRecord> next(long nowNanos) {
			List<LogRecord> records = new ArrayList<>();
			int bytes = 0;
			if (!this.begun) {
				this.begun = true;
				records.addAll(this.state.lineage().records());
			}
			while (bytes < CHUNK_BYTES && this.sessions.hasNext()) {
				Session session = this.sessions.next();
				// It may have ended since.
				if (this.state.session(session.clientId()) == session) {
					records.add(session.toRecord());
					bytes += session.weight();
				}
			}
			while (bytes < CHUNK_BYTES && !this.exhausted) {
				StoredEntry entry = this.walk.next();
				if (entry == null) {
					this.exhausted = true;
				}
				else {
					records.add(new LogRecord.Entry(entry, this.state.remainingMillis(entry, nowNanos)));
					bytes += entry.weight();
				}
			}
			return records;
		}

		boolean isExhausted() {
			return this.exhausted;
		}

	}

}
