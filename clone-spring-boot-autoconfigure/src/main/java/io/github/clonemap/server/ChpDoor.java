package io.github.clonemap.server;

import java.util.concurrent.TimeUnit;

import io.github.clonemap.protocol.Attachment;
import io.github.clonemap.protocol.LogRecord;
import io.github.clonemap.protocol.MalformedMessageException;
import io.github.clonemap.protocol.Update;
import io.github.clonemap.protocol.chp.ChpFrames;
import io.github.clonemap.protocol.chp.ChpRequest;
import io.github.clonemap.protocol.chp.ChpWrite;

/**
 * The door for clients in any language, RFC 12: answers ICANHAZ, publishes KVPUB and
 * HUGZ, takes KVSET. What comes in goes the same way as native writes, through the one
 * order, and nothing goes out that is not committed.
 * <p>
 * Only an active server answers, publishes and gives signs of life: a client that hears
 * nothing turns to the other server, and so must one that follows a server that is not
 * active any more.
 * <p>
 * For the agent.
 */
final class ChpDoor {

	/**
	 * RFC 12 wants a sign of life each second, whatever the heartbeat is.
	 */
	private static final long MAX_HEARTBEAT_NANOS = TimeUnit.SECONDS.toNanos(1);

	private final PendingUpdates pending = new PendingUpdates();

	private final ChpSnapshots snapshots;

	private final ServerTransport transport;

	private final UpdateSequencer sequencer;

	private final CommitLog log;

	private final long heartbeatNanos;

	private long nowNanos;

	private long nowMicros;

	private long nextHeartbeatNanos;

	ChpDoor(ServerSettings settings, ServerTransport transport, UpdateSequencer sequencer, CommitLog log,
			long nowNanos) {
		this.transport = transport;
		this.sequencer = sequencer;
		this.log = log;
		this.snapshots = new ChpSnapshots(transport);
		this.heartbeatNanos = Math.min(settings.heartbeat().toNanos(), MAX_HEARTBEAT_NANOS);
		this.nowNanos = nowNanos;
		this.nextHeartbeatNanos = nowNanos;
	}

	/**
	 * How many snapshots were sent.
	 */
	long snapshots() {
		return this.snapshots.completed();
	}

	PendingUpdates pending() {
		return this.pending;
	}

	void onTick(long nowNanos, long nowMicros) {
		this.nowNanos = nowNanos;
		this.nowMicros = nowMicros;
		this.pending.onTick(nowNanos);
	}

	/**
	 * A client asks the active server for a snapshot.
	 * @return whether there is room for it
	 */
	boolean onRequest(Route route, byte[] subtree) throws MalformedMessageException {
		return this.snapshots.ask(route, ChpRequest.read(subtree).subtree());
	}

	/**
	 * All connections are gone. A client that comes back asks again; what is left of the
	 * answer that it had asked for before must not be taken for that.
	 */
	void onRenewed() {
		this.snapshots.stop();
	}

	/**
	 * A client writes.
	 * @param frames its message
	 * @param isActive whether this server decides
	 */
	void onWrite(byte[][] frames, boolean isActive) throws MalformedMessageException {
		ChpWrite write = ChpWrite.read(frames);
		if (!isActive) {
			// The active server counts those that are refused.
			if (this.sequencer.isAcceptable(write)) {
				this.pending.add(write, this.nowNanos);
			}
		}
		else if (!this.pending.isDecided(write)) {
			this.sequencer.write(write, this.nowNanos, this.nowMicros);
		}
	}

	/**
	 * An update is committed.
	 */
	void onCommitted(Update update) {
		this.transport.publishChp(ChpFrames.update(update));
	}

	/**
	 * The active server tells of something that it has, or has decided.
	 */
	void onReplicated(LogRecord told) {
		if (told instanceof LogRecord.Changed changed) {
			onReplicated(changed.update());
		}
		else if (told instanceof LogRecord.Entry entry) {
			onReplicated(entry.update());
		}
		else if (told instanceof LogRecord.Settled settled) {
			this.pending.onDecided(settled.key(), settled.id(), this.nowNanos);
		}
	}

	private void onReplicated(Update update) {
		Attachment attachment = update.attachment();
		if (attachment != null) {
			this.pending.onDecided(update.key(), attachment.id(), this.nowNanos);
		}
	}

	/**
	 * The active server begins to send a copy of what it has.
	 */
	void onCopyBegins() {
		this.pending.forgetPending();
	}

	/**
	 * This server has become active: applies what the one before it has not.
	 */
	void takeOver() {
		this.nextHeartbeatNanos = this.nowNanos;
		for (ChpWrite write : this.pending.takePending()) {
			this.sequencer.write(write, this.nowNanos, this.nowMicros);
			if (this.log.isFull()) {
				this.log.seal();
			}
		}
	}

	/**
	 * This server is not active any more.
	 */
	void stepDown() {
		this.snapshots.stop();
	}

	/**
	 * The last thing in an active server's turn.
	 */
	void flush(ServerState state) {
		long committed = this.log.committedSequence();
		this.snapshots.flush(state, committed, this.nowNanos);
		if (this.nowNanos - this.nextHeartbeatNanos >= 0) {
			this.nextHeartbeatNanos = this.nowNanos + this.heartbeatNanos;
			this.transport.publishChp(ChpFrames.heartbeat(committed));
		}
	}

	/**
	 * When an active server's next turn is due, if nothing comes before.
	 */
	long nextDeadlineNanos() {
		return this.snapshots.nextDeadlineNanos(this.nowNanos, this.log.committedSequence(), this.nextHeartbeatNanos);
	}

}
