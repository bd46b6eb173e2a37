package io.github.clonemap.server;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import io.github.clonemap.agent.Clock;
import io.github.clonemap.binarystar.BinaryStar;
import io.github.clonemap.binarystar.BinaryStarRole;
import io.github.clonemap.binarystar.BinaryStarState;
import io.github.clonemap.binarystar.PeerState;
import io.github.clonemap.protocol.FrameWriter;
import io.github.clonemap.protocol.LogRecord;
import io.github.clonemap.protocol.Message;
import io.github.clonemap.protocol.PeerMessage.Copied;
import io.github.clonemap.protocol.PeerMessage.Copy;
import io.github.clonemap.protocol.PeerMessage.Follow;
import io.github.clonemap.protocol.PeerMessage.HandOver;
import io.github.clonemap.protocol.PeerMessage.Log;
import io.github.clonemap.protocol.PeerMessage.Peer;
import io.github.clonemap.protocol.Sequence;
import io.github.clonemap.protocol.Update;
import org.jspecify.annotations.Nullable;

/**
 * What makes a server one of a pair: the state machine that says who is active, the link
 * between the two, and what they tell each other.
 * <p>
 * For the agent.
 */
final class Pair {

	/**
	 * How long to wait before a hand-over is repeated.
	 */
	private static final long HAND_OVER_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

	private static final BinaryStarState[] STATES = BinaryStarState.values();

	private final FrameWriter writer = new FrameWriter(128);

	private final ServerTransport transport;

	private final PairSettings settings;

	private final long serverId;

	private final long heartbeatNanos;

	private final CommitLog log;

	private final BinaryStar binaryStar;

	private final ActiveLink activeLink;

	private final PassiveLink passiveLink;

	private final Events events;

	private ServerState state;

	private long number;

	private long toldNanos;

	private @Nullable Peer told;

	/**
	 * The highest sequence that the peer, now or before it was started anew, has told of.
	 */
	private long peerSequence;

	private boolean stopping;

	private long handedOverNanos;

	Pair(ServerSettings settings, PairSettings pairSettings, ServerTransport transport, Clock clock, long serverId,
			ServerState state, CommitLog log, Events events) {
		this.transport = transport;
		this.settings = pairSettings;
		this.serverId = serverId;
		this.heartbeatNanos = settings.heartbeat().toNanos();
		this.state = state;
		this.log = log;
		this.events = events;
		long nowNanos = clock.nanoTime();
		long timeoutNanos = pairSettings.peerTimeout().toNanos();
		this.binaryStar = new BinaryStar(pairSettings.role(), serverId, timeoutNanos, pairSettings.startAlone(),
				nowNanos);
		this.activeLink = new ActiveLink(transport, serverId, log, timeoutNanos);
		this.passiveLink = new PassiveLink(settings, transport, serverId, state, new Copying(), nowNanos);
		this.toldNanos = nowNanos - this.heartbeatNanos;
	}

	ServerRole role() {
		return switch (this.binaryStar.state()) {
			case WAITING -> ServerRole.WAITING;
			case ACTIVE -> ServerRole.ACTIVE;
			case PASSIVE -> ServerRole.PASSIVE;
		};
	}

	/**
	 * Whether each of the two has everything that was promised to anybody.
	 */
	boolean isInSync() {
		return switch (this.binaryStar.state()) {
			case WAITING -> false;
			case ACTIVE -> this.activeLink.inSyncId() != 0;
			case PASSIVE -> this.binaryStar.copy() == BinaryStar.Copy.CURRENT;
		};
	}

	/**
	 * How many updates the passive server does not have yet, -1 if nobody knows.
	 */
	long lag() {
		return (this.binaryStar.state() == BinaryStarState.ACTIVE) ? this.activeLink.lag() : -1;
	}

	/**
	 * How entries are made of what comes from the peer.
	 */
	Update.Factory<?> entries() {
		return this.passiveLink.entries();
	}

	/**
	 * The number of the last batch that may be committed.
	 */
	long committable() {
		if (this.stopping && this.activeLink.inSyncId() == 0) {
			// The peer was lost: what only this server has will be gone in a moment, so
			// nobody is promised it. Its clients repeat it elsewhere.
			return this.log.committed();
		}
		return this.activeLink.committable();
	}

	/**
	 * The first thing in a turn.
	 */
	void onTick(long nowNanos) {
		if (this.binaryStar.onTick(nowNanos)) {
			this.activeLink.onFrozen(nowNanos);
		}
		switch (this.binaryStar.state()) {
			case ACTIVE -> this.activeLink.onTick(nowNanos);
			case PASSIVE -> this.passiveLink.onTick(nowNanos);
			case WAITING -> {
				// It only listens.
			}
		}
	}

	/**
	 * A client asks for something.
	 * @return whether this server is active, perhaps because of that
	 */
	boolean onClientRequest(long nowNanos) {
		return within(nowNanos, () -> this.binaryStar.onClientRequest(nowNanos));
	}

	/**
	 * The peer has said something.
	 * @param route the way back, if it came as a request
	 * @return whether it was something that a peer says
	 */
	boolean onMessage(@Nullable Route route, Message message, long nowNanos) {
		if (message instanceof Peer peer) {
			// Anybody may send a request: who the peer is, the connection to it tells.
			if (route == null || isPeer(peer.serverId())) {
				onPeer(peer, nowNanos);
			}
		}
		else if (message instanceof Follow follow && route != null) {
			onFollow(route, follow, nowNanos);
		}
		else if (message instanceof Copied copied) {
			onCopied(copied, nowNanos);
		}
		else if (message instanceof Copy || message instanceof Log || message instanceof HandOver) {
			// These are answers, on the connection that was made to the peer.
			if (route == null) {
				onAnswer(message, nowNanos);
			}
		}
		else {
			return false;
		}
		return true;
	}

	/**
	 * What the active server has sent does not fit together: asks for all of it again.
	 */
	void askAnew() {
		this.passiveLink.stop();
		this.binaryStar.onCopyLost();
	}

	/**
	 * The last thing in a turn: sends what the peer does not have, and tells what this
	 * server is, if that is news or a heartbeat is due.
	 */
	void flush(long nowNanos) {
		switch (this.binaryStar.state()) {
			case ACTIVE -> this.activeLink.flush(nowNanos);
			case PASSIVE -> this.passiveLink.flush(nowNanos);
			case WAITING -> {
				// There is nobody to send to.
			}
		}
		Peer before = this.told;
		boolean news = before == null || before.state() != this.binaryStar.state().ordinal()
				|| before.peerInSync() != this.activeLink.inSyncId() || before.hasCopy() != hasCopy();
		if (news || nowNanos - this.toldNanos >= this.heartbeatNanos) {
			tell(nowNanos);
		}
	}

	boolean isDue() {
		return this.binaryStar.state() == BinaryStarState.ACTIVE && this.activeLink.isDue();
	}

	/**
	 * This server is about to stop.
	 * @return whether there is a peer that can go on with everything
	 */
	boolean beginStop() {
		this.stopping = this.binaryStar.state() == BinaryStarState.ACTIVE && this.activeLink.inSyncId() != 0;
		return this.stopping;
	}

	/**
	 * Lets the peer take over, as soon as it has everything.
	 * @return whether it has taken over, or there is none that could
	 */
	boolean handOver(long nowNanos) {
		if (!this.stopping || this.binaryStar.state() != BinaryStarState.ACTIVE || this.activeLink.inSyncId() == 0) {
			return true;
		}
		boolean due = this.handedOverNanos == 0 || nowNanos - this.handedOverNanos > HAND_OVER_NANOS;
		if (due && this.log.committed() == this.log.last()) {
			this.handedOverNanos = nowNanos;
			this.activeLink.handOver();
		}
		return false;
	}

	private void onAnswer(Message message, long nowNanos) {
		if (message instanceof Copy part) {
			requireHigherEpoch(part.sequence());
			onPassive(nowNanos, () -> this.passiveLink.onCopy(part, nowNanos));
		}
		else if (message instanceof Log batch) {
			requireHigherEpoch(batch.sequence());
			onPassive(nowNanos, () -> this.passiveLink.onLog(batch, nowNanos));
		}
		else if (message instanceof HandOver handOver) {
			onHandOver(handOver, nowNanos);
		}
	}

	private void onPeer(Peer peer, long nowNanos) {
		requireHigherEpoch(peer.sequence());
		boolean isNew = !isPeer(peer.serverId());
		if (peer.backup() != (this.settings.role() == BinaryStarRole.BACKUP)) {
			this.peerSequence = Math.max(this.peerSequence, peer.sequence());
		}
		within(nowNanos, () -> {
			this.binaryStar.onSequence(this.state.sequence());
			// While something is missing here, the peer does not know it yet.
			long peerInSync = this.passiveLink.isComplete() ? peer.peerInSync() : 0;
			this.binaryStar.onPeer(new PeerState(peer.serverId(), peer.number(),
					peer.backup() ? BinaryStarRole.BACKUP : BinaryStarRole.PRIMARY, STATES[peer.state()], peer.rank(),
					peer.sequence(), peer.hasCopy(), peerInSync), nowNanos);
			return true;
		});
		if (this.binaryStar.state() == BinaryStarState.PASSIVE && STATES[peer.state()] == BinaryStarState.ACTIVE) {
			this.passiveLink.onPeer(peer, nowNanos);
		}
		if (this.binaryStar.state() == BinaryStarState.ACTIVE && isPeer(peer.serverId())) {
			this.activeLink.onPeer(peer.serverId());
		}
		if (isNew && isPeer(peer.serverId())) {
			// It was started a moment ago, and must not take the time until the next
			// heartbeat for silence.
			tell(nowNanos);
		}
	}

	private void onFollow(Route route, Follow follow, long nowNanos) {
		if (this.binaryStar.state() == BinaryStarState.ACTIVE && isPeer(follow.serverId())
				&& follow.version() == Message.VERSION) {
			this.binaryStar.onHeard(nowNanos);
			this.activeLink.onFollow(route, follow, this.state, nowNanos);
		}
	}

	private void onCopied(Copied copied, long nowNanos) {
		if (this.binaryStar.state() == BinaryStarState.ACTIVE && isPeer(copied.serverId())) {
			this.binaryStar.onHeard(nowNanos);
			this.activeLink.onCopied(copied, nowNanos);
		}
	}

	private void onPassive(long nowNanos, Runnable work) {
		if (this.binaryStar.state() == BinaryStarState.PASSIVE) {
			this.binaryStar.onHeard(nowNanos);
			work.run();
			this.binaryStar.onSequence(this.state.sequence());
		}
	}

	private void onHandOver(HandOver handOver, long nowNanos) {
		if (this.passiveLink.hasAll(handOver)) {
			within(nowNanos, () -> {
				this.binaryStar.onHandedOver();
				return true;
			});
		}
	}

	/**
	 * Does something that may change the state, and what belongs to such a change.
	 */
	private boolean within(long nowNanos, BooleanSupplier work) {
		BinaryStarState before = this.binaryStar.state();
		boolean hadCopy = hasCopy();
		boolean result = work.getAsBoolean();
		BinaryStarState after = this.binaryStar.state();
		if (after != before) {
			if (after == BinaryStarState.ACTIVE) {
				this.passiveLink.stop();
				this.events.onActive(hadCopy, this.peerSequence);
				this.binaryStar.onActive(Sequence.epoch(this.state.sequence()));
			}
			else if (before == BinaryStarState.ACTIVE) {
				this.activeLink.stop();
				this.events.onPassive();
			}
			tell(nowNanos);
		}
		return result;
	}

	/**
	 * Whoever takes over after a sequence needs an epoch above it.
	 */
	private static void requireHigherEpoch(long sequence) {
		if (Sequence.epoch(sequence) >= Sequence.MAX_EPOCH) {
			throw new IllegalArgumentException("no epoch is left after " + Sequence.toString(sequence));
		}
	}

	private boolean isPeer(long serverId) {
		PeerState peer = this.binaryStar.peer();
		return peer != null && peer.serverId() == serverId;
	}

	private boolean hasCopy() {
		return this.binaryStar.copy() != BinaryStar.Copy.NONE;
	}

	private void tell(long nowNanos) {
		this.toldNanos = nowNanos;
		boolean active = this.binaryStar.state() == BinaryStarState.ACTIVE;
		Peer peer = new Peer(Message.VERSION, this.serverId, ++this.number,
				this.settings.role() == BinaryStarRole.BACKUP, this.binaryStar.state().ordinal(),
				this.binaryStar.rank(), this.state.sequence(), active ? this.log.last() : 0, hasCopy(),
				this.activeLink.inSyncId());
		this.told = peer;
		this.transport.publishState(peer.toBytes(this.writer));
		if (active) {
			this.activeLink.send(peer);
		}
		else {
			this.passiveLink.send(peer);
		}
	}

	/**
	 * What comes from the active server.
	 */
	private final class Copying implements PassiveLink.Events {

		@Override
		public void onCopyBegins() {
			Pair.this.events.onCopyBegins();
		}

		@Override
		public void onTold(LogRecord told) {
			Pair.this.events.onTold(told);
		}

		@Override
		public void onCopied(ServerState state) {
			ServerState before = Pair.this.state;
			Pair.this.state = state;
			Pair.this.binaryStar.onCopied();
			Pair.this.events.onCopied(before, state);
		}

	}

	/**
	 * Who hears what becomes of this server.
	 */
	interface Events {

		/** It is active from now on, with the state that it has. */
		void onActive(boolean hadCopy, long peerSequence);

		/** It is active no longer. */
		void onPassive();

		/** It will have a copy of another server's state in place of its own. */
		void onCopyBegins();

		/** The active server has told of something. */
		void onTold(LogRecord told);

		/** It has a copy of another server's state in place of its own. */
		void onCopied(ServerState before, ServerState after);

	}

}
