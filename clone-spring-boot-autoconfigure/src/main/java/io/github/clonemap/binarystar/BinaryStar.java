package io.github.clonemap.binarystar;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides whether a server of a pair is active. It is the state machine of the Guide's
 * Binary Star (chapter 4): two servers tell each other what they are, and a passive one
 * takes over only when its peer is silent <em>and</em> a client asks, because a client
 * that comes to the passive one is the second witness that the other is lost.
 * <p>
 * What is new is that data is at stake:
 * <ul>
 * <li>A passive server takes over only if its peer has said that it has everything
 * ({@link Copy#CURRENT}). A copy that may lack something takes over only where nothing
 * better is left: when the peer itself was started anew, and so is empty.</li>
 * <li>Of two that are active after a partition the one that became active in the higher
 * epoch stays: it is the one that took over. If both began alone, the one that began
 * earlier stays: it has more to lose.</li>
 * <li>A server that did not run for a while (a frozen process, a long pause) has not
 * listened either. An active one first listens for a whole time-out before it calls its
 * peer silent: the peer may have taken over. A passive one listens for a moment.</li>
 * </ul>
 * Time comes in as an argument. For one thread.
 *
 * @since 0.1.0
 */
public final class BinaryStar {

	private static final Logger logger = LoggerFactory.getLogger(BinaryStar.class);

	private final BinaryStarRole role;

	private final long serverId;

	private final long peerTimeoutNanos;

	private final boolean startsAlone;

	private BinaryStarState state = BinaryStarState.WAITING;

	private Copy copy = Copy.NONE;

	private int rank;

	private long sequence;

	private long listeningSinceNanos;

	private long heardNanos;

	private long lastTickNanos;

	private @Nullable PeerState peer;

	private long followedId;

	private @Nullable String complaint;

	/**
	 * Creates the state machine of a server that has just been started.
	 * @param role what it was configured to be
	 * @param serverId its id, made anew at each start
	 * @param peerTimeoutNanos after how much silence its peer counts as lost
	 * @param startsAlone whether it may become active without having everything that its
	 * peer had: a backup that has never heard an active primary, a passive one whose peer
	 * went on without it
	 * @param nowNanos the time now
	 */
	public BinaryStar(BinaryStarRole role, long serverId, long peerTimeoutNanos, boolean startsAlone, long nowNanos) {
		this.role = role;
		this.serverId = serverId;
		this.peerTimeoutNanos = peerTimeoutNanos;
		this.startsAlone = startsAlone;
		this.listeningSinceNanos = nowNanos;
		this.heardNanos = nowNanos;
		this.lastTickNanos = nowNanos;
	}

	/**
	 * What this server is now.
	 * @return the state
	 */
	public BinaryStarState state() {
		return this.state;
	}

	/**
	 * How good this server's copy of the data is.
	 * @return the copy
	 */
	public Copy copy() {
		return this.copy;
	}

	/**
	 * What the peer has told last.
	 * @return the peer's state, or {@code null} if it was never heard
	 */
	public @Nullable PeerState peer() {
		return this.peer;
	}

	/**
	 * The epoch in which this server became active.
	 * @return the epoch, 0 if it never did
	 */
	public int rank() {
		return this.rank;
	}

	/**
	 * Whether the peer has been silent for longer than its time-out, while this server
	 * listened.
	 * @param nowNanos the time now
	 * @return whether it is silent
	 */
	public boolean isPeerSilent(long nowNanos) {
		return nowNanos - this.heardNanos > this.peerTimeoutNanos;
	}

	/**
	 * Called in each turn.
	 * @param nowNanos the time now
	 * @return whether this server did not run for a while, so that it has not listened
	 */
	public boolean onTick(long nowNanos) {
		long pauseNanos = nowNanos - this.lastTickNanos;
		boolean frozen = pauseNanos > this.peerTimeoutNanos / 4;
		if (frozen) {
			logger.info("{} server {} did not run for {} ms: it listens before it judges its peer", this.role,
					Long.toHexString(this.serverId), pauseNanos / 1_000_000);
			if (this.state == BinaryStarState.PASSIVE) {
				// What the peer has said meanwhile waits to be heard, and that takes a
				// moment.
				this.heardNanos = Math.max(this.heardNanos, nowNanos - this.peerTimeoutNanos / 4 * 3);
			}
			else {
				// The peer may have taken over meanwhile: nothing may be promised alone.
				this.listeningSinceNanos = nowNanos;
				this.heardNanos = nowNanos;
			}
		}
		this.lastTickNanos = nowNanos;
		return frozen;
	}

	/**
	 * The peer shows otherwise that it lives.
	 * @param nowNanos the time now
	 */
	public void onHeard(long nowNanos) {
		this.heardNanos = nowNanos;
	}

	/**
	 * The peer tells what it is.
	 * @param told what it tells
	 * @param nowNanos the time now
	 */
	public void onPeer(PeerState told, long nowNanos) {
		if (told.serverId() == this.serverId || told.role() == this.role) {
			complain((told.serverId() == this.serverId)
					? "clone.server.bstar.peer leads to this server itself: it must lead to the other one"
					: "both servers have the role " + this.role
							+ " (clone.server.bstar.role): one must be the primary, the other the backup");
			return;
		}
		PeerState known = this.peer;
		if (known != null && known.serverId() == told.serverId() && known.number() >= told.number()) {
			return;
		}
		this.peer = told;
		this.heardNanos = nowNanos;
		switch (this.state) {
			case WAITING -> onPeerWhileWaiting(told);
			case ACTIVE -> onPeerWhileActive(told);
			case PASSIVE -> onPeerWhilePassive(told, nowNanos);
		}
	}

	/**
	 * A client asks this server for something: the vote of somebody who does not get it
	 * from the other one.
	 * @param nowNanos the time now
	 * @return whether this server is active, perhaps because of this request
	 */
	public boolean onClientRequest(long nowNanos) {
		if (this.state == BinaryStarState.ACTIVE) {
			return true;
		}
		if (!isPeerSilent(nowNanos)) {
			return false;
		}
		if (this.state == BinaryStarState.PASSIVE) {
			if (this.copy == Copy.CURRENT || (this.copy == Copy.STALE && this.startsAlone)) {
				return become(BinaryStarState.ACTIVE, "the peer is silent and a client asks");
			}
			complain("The peer is silent and a client asks, but this copy is " + this.copy
					+ ": to take over would lose writes that the peer has acknowledged");
			return false;
		}
		boolean listenedLongEnough = nowNanos - this.listeningSinceNanos > this.peerTimeoutNanos;
		if (listenedLongEnough && (this.role == BinaryStarRole.PRIMARY || this.startsAlone)) {
			return become(BinaryStarState.ACTIVE, "no peer was heard and a client asks");
		}
		return false;
	}

	/**
	 * The peer stops in order, and has handed over all that it had.
	 */
	public void onHandedOver() {
		if (this.state == BinaryStarState.PASSIVE && this.copy == Copy.CURRENT) {
			become(BinaryStarState.ACTIVE, "the peer hands over");
		}
	}

	/**
	 * This server now has all that the active one had at some moment.
	 */
	public void onCopied() {
		if (this.copy == Copy.NONE) {
			this.copy = Copy.STALE;
		}
	}

	/**
	 * What the active one has sent does not fit: this server has not all of it any more.
	 */
	public void onCopyLost() {
		if (this.state == BinaryStarState.PASSIVE && this.copy == Copy.CURRENT) {
			this.copy = Copy.STALE;
		}
	}

	/**
	 * This server orders from now on, in an epoch of its own.
	 * @param rank the epoch
	 */
	public void onActive(int rank) {
		this.rank = rank;
	}

	/**
	 * How far this server's data is.
	 * @param sequence the last sequence
	 */
	public void onSequence(long sequence) {
		this.sequence = sequence;
	}

	private void onPeerWhileWaiting(PeerState told) {
		switch (told.state()) {
			case ACTIVE -> follow(told, "the peer is active");
			case WAITING -> {
				if (this.role == BinaryStarRole.PRIMARY) {
					become(BinaryStarState.ACTIVE, "the peer waits for the primary");
				}
			}
			case PASSIVE -> {
				// It has heard that we wait, and decides by what it has.
			}
		}
	}

	private void onPeerWhileActive(PeerState told) {
		if (told.state() == BinaryStarState.ACTIVE && outranks(told)) {
			this.copy = Copy.STALE;
			follow(told, "the peer is active, too, and became so in epoch " + told.rank() + ", this server in epoch "
					+ this.rank);
		}
	}

	private void onPeerWhilePassive(PeerState told, long nowNanos) {
		switch (told.state()) {
			case ACTIVE -> {
				if (told.serverId() != this.followedId) {
					follow(told, "another peer is active");
				}
				if (told.peerInSync() == this.serverId && this.copy != Copy.NONE) {
					this.copy = Copy.CURRENT;
				}
				else if (this.copy == Copy.CURRENT) {
					this.copy = Copy.STALE;
				}
			}
			case WAITING -> {
				if (this.copy != Copy.NONE) {
					become(BinaryStarState.ACTIVE, (this.copy == Copy.CURRENT) ? "the peer was started anew"
							: "the peer was started anew; this copy is the best there is, but may lack its last writes");
				}
				else {
					this.listeningSinceNanos = nowNanos;
					become(BinaryStarState.WAITING, "the peer was started anew, and there is no copy of its data");
				}
			}
			case PASSIVE -> {
				if (this.copy == Copy.NONE && !told.hasCopy()) {
					this.listeningSinceNanos = nowNanos;
					become(BinaryStarState.WAITING, "the peer is passive, too, and nobody has data");
				}
				else if (isBetterThan(told)) {
					become(BinaryStarState.ACTIVE, "the peer is passive, too, and this copy is the better one");
				}
			}
		}
	}

	private boolean outranks(PeerState told) {
		if (told.rank() != this.rank) {
			return told.rank() > this.rank;
		}
		// Neither took over from the other: both began alone, and without data. A server
		// counts from the time, so the lower sequence is of the one that began earlier.
		return (told.sequence() != this.sequence) ? told.sequence() < this.sequence
				: told.role() == BinaryStarRole.BACKUP;
	}

	private boolean isBetterThan(PeerState told) {
		if ((this.copy != Copy.NONE) != told.hasCopy()) {
			return this.copy != Copy.NONE;
		}
		return (this.sequence != told.sequence()) ? this.sequence > told.sequence()
				: this.role == BinaryStarRole.PRIMARY;
	}

	private void follow(PeerState told, String reason) {
		if (this.copy == Copy.CURRENT) {
			this.copy = Copy.STALE;
		}
		this.followedId = told.serverId();
		become(BinaryStarState.PASSIVE, reason);
	}

	/**
	 * The only place that changes the state.
	 */
	private boolean become(BinaryStarState next, String reason) {
		if (next != this.state) {
			logger.info("{} server {} {} -> {}: {}", this.role, Long.toHexString(this.serverId), this.state, next,
					reason);
			this.state = next;
			this.complaint = null;
		}
		if (next == BinaryStarState.ACTIVE) {
			this.copy = Copy.CURRENT;
		}
		return true;
	}

	private void complain(String text) {
		if (!text.equals(this.complaint)) {
			this.complaint = text;
			logger.error("{} server {}: {}", this.role, Long.toHexString(this.serverId), text);
		}
	}

	/**
	 * How good a server's copy of the data is.
	 */
	public enum Copy {

		/** It has never had all data. */
		NONE,

		/** It had all data once, but may lack something by now. */
		STALE,

		/** It has everything that anybody was promised. */
		CURRENT

	}

}
