package io.github.clonemap.client;

import io.github.clonemap.CloneState;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state of a client, as the application sees it: it follows from how far its data is
 * and how fresh, and whoever wants to hear of a change does. The only place that changes
 * it.
 * <p>
 * For the agent, except where a method says otherwise.
 */
final class DerivedState {

	private static final Logger logger = LoggerFactory.getLogger(DerivedState.class);

	private final String name;

	private final long serverTimeoutNanos;

	private final Replica replica;

	private final StreamFollower follower;

	private final Dispatcher dispatcher;

	private final ClientListener listener;

	private volatile CloneState state;

	DerivedState(ClientSettings settings, Replica replica, StreamFollower follower, Dispatcher dispatcher,
			ClientListener listener) {
		this.name = settings.name();
		this.serverTimeoutNanos = settings.serverTimeout().toNanos();
		this.replica = replica;
		this.follower = follower;
		this.dispatcher = dispatcher;
		this.listener = listener;
		// After a stop and a start there is data already, but nobody knows how old it is.
		this.state = withoutServer();
	}

	/**
	 * How the client stands to the server. Read by any thread.
	 */
	CloneState current() {
		return this.state;
	}

	/**
	 * Derives the state anew.
	 * @param reason what has happened, for those who hear of a change
	 */
	void update(String reason, long nowNanos) {
		CloneState next = switch (this.follower.state()) {
			case IDLE -> withoutServer();
			case LISTENING, SYNCING -> CloneState.SYNCING;
			case FOLLOWING ->
				(nowNanos - this.follower.freshNanos() > this.serverTimeoutNanos) ? CloneState.STALE : CloneState.LIVE;
		};
		become(next, reason);
	}

	/**
	 * The client stops, for good.
	 */
	void stop(String reason) {
		become(CloneState.STOPPED, reason);
	}

	/**
	 * When the data is stale if nothing more is heard.
	 * @return the time, or {@link Long#MAX_VALUE} if it is not live now
	 */
	long nextDeadlineNanos() {
		return (this.state == CloneState.LIVE) ? this.follower.freshNanos() + this.serverTimeoutNanos + 1
				: Long.MAX_VALUE;
	}

	private CloneState withoutServer() {
		return (this.replica.serverId() != 0) ? CloneState.STALE : CloneState.CONNECTING;
	}

	private void become(CloneState next, String reason) {
		CloneState before = this.state;
		if (before == next || before == CloneState.STOPPED) {
			return;
		}
		this.state = next;
		logger.info("{} {} -> {}: {}", this.name, before, next, reason);
		this.dispatcher.announce(() -> this.listener.onStateChanged(before, next, reason));
	}

}
