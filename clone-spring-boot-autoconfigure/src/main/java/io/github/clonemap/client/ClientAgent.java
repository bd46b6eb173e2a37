package io.github.clonemap.client;

import java.util.List;
import java.util.random.RandomGenerator;

import io.github.clonemap.CloneState;
import io.github.clonemap.agent.Clock;
import io.github.clonemap.client.SnailWatch.Croak;
import io.github.clonemap.protocol.Command;
import io.github.clonemap.protocol.FrameReader;
import io.github.clonemap.protocol.Keys;
import io.github.clonemap.protocol.KnownKeys;
import io.github.clonemap.protocol.MalformedMessageException;
import io.github.clonemap.protocol.Message;
import io.github.clonemap.protocol.Message.Bye;
import io.github.clonemap.protocol.Message.Hello;
import io.github.clonemap.protocol.Reply.Ack;
import io.github.clonemap.protocol.Reply.End;
import io.github.clonemap.protocol.Reply.Entries;
import io.github.clonemap.protocol.Reply.Passive;
import io.github.clonemap.protocol.Reply.Pong;
import io.github.clonemap.protocol.Reply.Welcome;
import io.github.clonemap.protocol.StreamRefusal;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client without sockets and without a thread: whoever runs it hands over what came and
 * what the application wants, calls {@link #onTick(long)} first and {@link #flush()} last
 * in each turn, and waits no longer than {@link #nextDeadlineNanos()}. It joins the three
 * parts of a client: the session with a server, the follower of the stream, and the
 * writes.
 */
final class ClientAgent implements ClientTransport.Handler {

	private static final Logger logger = LoggerFactory.getLogger(ClientAgent.class);

	private static final long HELD_UP_NANOS = 1_000_000;

	private final ClientSettings settings;

	private final Clock clock;

	private final long secret;

	private final long clientId;

	private final Replica replica;

	private final Dispatcher dispatcher;

	private final ClockOffset offset;

	private final ClientSession session;

	private final StreamFollower follower;

	private final PendingWrites writes;

	private final Waiting waiting;

	private final SnailWatch snail;

	private final StopPolicy stopPolicy;

	private final ChangeListeners listeners;

	private final DerivedState state;

	private long nowNanos;

	private volatile long malformed;

	private volatile int maxKeyLength = Keys.DEFAULT_MAX_LENGTH;

	ClientAgent(ClientSettings settings, List<ServerEndpoint> servers, ClientTransport transport, Clock clock,
			RandomGenerator random, Surroundings surroundings) {
		this.settings = settings;
		this.clock = clock;
		this.secret = random.nextLong();
		this.clientId = Hello.clientId(this.secret);
		this.replica = surroundings.replica;
		this.dispatcher = surroundings.dispatcher;
		this.offset = surroundings.offset;
		this.listeners = surroundings.listeners;
		this.nowNanos = clock.nanoTime();
		this.offset.reset();
		this.snail = new SnailWatch(settings.snailMaxLatency(), this.offset, clock, surroundings.timers);
		this.listeners.setSnail(this.snail);
		this.stopPolicy = new StopPolicy(settings, this.replica, this.dispatcher, surroundings.listener);
		this.writes = new PendingWrites(transport, this.dispatcher, this.replica, surroundings.timers, clock, settings);
		this.waiting = new Waiting(this.dispatcher);
		this.follower = new StreamFollower(this.replica,
				new ReplicaUpdater(this.replica, this.listeners, this.dispatcher, this.offset, clock), transport,
				this.offset, clock, settings, new FollowerEvents());
		this.state = new DerivedState(settings, this.replica, this.follower, this.dispatcher, surroundings.listener);
		this.session = new ClientSession(settings, servers, transport, clock, this.offset, random,
				new SessionPartners());
	}

	long clientId() {
		return this.clientId;
	}

	ClientSession session() {
		return this.session;
	}

	StreamFollower follower() {
		return this.follower;
	}

	SnailWatch snail() {
		return this.snail;
	}

	/**
	 * Whether the client has stopped because it was too slow. Read by any thread.
	 */
	boolean isTooSlow() {
		return this.stopPolicy.isTooSlow();
	}

	/**
	 * Whether the client has stopped, and needs no more turns.
	 */
	boolean isStopped() {
		return state() == CloneState.STOPPED;
	}

	/**
	 * How the client stands to the server. Read by any thread.
	 */
	CloneState state() {
		return this.state.current();
	}

	/**
	 * The longest key, by the word of the last server. Read by any thread.
	 */
	int maxKeyLength() {
		return this.maxKeyLength;
	}

	long malformed() {
		return this.malformed;
	}

	/**
	 * The first thing in a turn: does what is due.
	 */
	void onTick(long nowNanos) {
		this.nowNanos = nowNanos;
		watchSnail();
		if (isStopped()) {
			return;
		}
		this.follower.onTick(nowNanos);
		this.session.onTick(nowNanos, this.follower.lastHeardNanos());
		if (this.writes.onTick(nowNanos) && this.session.isEstablished()) {
			this.session.ping(nowNanos);
		}
		this.waiting.onTick(nowNanos);
		updateState(this.follower.isHeldUp() ? "listeners hold the stream up (clone.events.queue-capacity)"
				: "no sign of life for clone.server-timeout");
	}

	/**
	 * Looks whether the application is handed late data.
	 */
	private void watchSnail() {
		if (isStopped()) {
			return;
		}
		Croak waiting = this.snail.onWaiting(this.dispatcher.onTick(this.nowNanos));
		if (waiting != null) {
			croak(waiting, "a change waits for its listener");
		}
		if (this.session.isEstablished() && this.snail.needsToAsk()) {
			this.session.ping(this.nowNanos);
		}
		if (this.snail.endsEpisode()) {
			logger.info("{}: updates are handed to the application in time again", this.settings.name());
		}
	}

	private void croak(Croak croak, String what) {
		String reason = this.stopPolicy.onSnail(croak, what);
		if (reason != null) {
			onStop(reason);
		}
	}

	void onWrite(WriteCall<?> call) {
		this.writes.add(call);
		if (isStopped()) {
			this.writes.stop(this.nowNanos);
		}
	}

	void onWait(Waiting.Call call) {
		if (isStopped()) {
			this.waiting.refuse(call);
			return;
		}
		if (this.waiting.add(call, this.replica.sequence()) && this.session.isEstablished()) {
			this.session.ping(this.nowNanos);
		}
	}

	/**
	 * The last thing in a turn: sends what has gathered.
	 */
	void flush() {
		if (!isStopped()) {
			this.writes.flush(this.nowNanos);
		}
		this.dispatcher.flush();
	}

	/**
	 * When the next turn is due, if nothing comes before.
	 */
	long nextDeadlineNanos() {
		if (this.follower.isHeldUp()) {
			return this.nowNanos + HELD_UP_NANOS;
		}
		long next = this.session.nextDeadlineNanos();
		if (!this.writes.isEmpty()) {
			next = Math.min(next, this.writes.nextDeadlineNanos(this.nowNanos));
		}
		next = Math.min(next, this.waiting.nextDeadlineNanos());
		return Math.min(next, this.state.nextDeadlineNanos());
	}

	/**
	 * The client stops: tells the server and all who wait.
	 */
	void onStop(String reason) {
		if (isStopped()) {
			return;
		}
		try {
			this.session.stop();
		}
		finally {
			this.writes.stop(this.nowNanos);
			this.waiting.stop();
			this.state.stop(reason);
			this.dispatcher.flush();
		}
	}

	@Override
	public boolean wantsStream() {
		return !isStopped() && this.follower.wantsStream();
	}

	@Override
	public void onStream(byte[] frame, int length) {
		if (isStopped()) {
			return;
		}
		try {
			String refusal = StreamRefusal.explanation(frame, length, this.replica.subtrees().topic());
			if (refusal != null) {
				this.session.onBye(new Bye(Bye.Reason.REFUSED, refusal), this.nowNanos);
				return;
			}
			this.follower.onStream(frame, length, this.nowNanos);
			updateState("the stream is heard");
		}
		catch (MalformedMessageException ex) {
			onMalformed("stream: " + ex.getMessage());
		}
	}

	@Override
	public void onReply(byte[] frame, byte[] body, int length) {
		if (isStopped()) {
			return;
		}
		Command command = Command.of(frame);
		if (command == null) {
			onMalformed("unknown command");
			return;
		}
		try {
			onMessage(Message.read(command, new FrameReader(body, 0, length, KnownKeys.NONE), ReplicaEntry::new));
		}
		catch (MalformedMessageException ex) {
			onMalformed(command + ": " + ex.getMessage());
		}
	}

	@Override
	public void onRefused() {
		this.session.onRefused(this.nowNanos);
	}

	@Override
	public void onMalformed(String reason) {
		if (this.malformed++ == 0) {
			logger.warn("{}: a message was malformed and dropped: {} (further ones are only counted)",
					this.settings.name(), reason);
		}
	}

	private void onMessage(Message message) {
		this.session.onHeard(this.nowNanos);
		if (message instanceof Ack ack) {
			this.writes.onAck(ack, this.nowNanos);
		}
		else if (message instanceof Entries entries) {
			this.follower.onEntries(entries, this.nowNanos);
		}
		else if (message instanceof End end) {
			this.follower.onEnd(end, this.nowNanos);
		}
		else if (message instanceof Pong pong) {
			this.session.onPong(pong, this.clock.epochMicros(), this.nowNanos);
			Croak croak = this.snail.onMeasured(pong.micros());
			if (croak != null) {
				croak(croak, "an update was handed to the application");
			}
			this.writes.onPong(pong, this.nowNanos);
			this.waiting.onCommitted(pong.committed(), pong.micros(), this.replica.sequence());
		}
		else if (message instanceof Welcome welcome) {
			this.session.onWelcome(welcome, this.nowNanos);
		}
		else if (message instanceof Passive) {
			this.session.onPassive(this.nowNanos);
		}
		else if (message instanceof Bye bye) {
			this.session.onBye(bye, this.nowNanos);
		}
		else {
			onMalformed(message.command() + " is not a reply");
		}
	}

	private void updateState(String reason) {
		this.state.update(reason, this.nowNanos);
	}

	/**
	 * What a client has apart from its agent, partly longer than that.
	 *
	 * @param replica the entries
	 * @param listeners the listeners of its maps
	 * @param dispatcher the threads that call them
	 * @param offset the difference of the clocks
	 * @param timers takes the times
	 * @param listener hears what happens
	 */
	record Surroundings(Replica replica, ChangeListeners listeners, Dispatcher dispatcher, ClockOffset offset,
			ClientTimers timers, ClientListener listener) {

	}

	private final class SessionPartners implements ClientSession.Partners {

		@Override
		public Hello hello() {
			return new Hello(Message.VERSION, ClientAgent.this.secret, ClientAgent.this.settings.name(),
					ClientAgent.this.replica.sequence(), ClientAgent.this.replica.serverId(),
					ClientAgent.this.writes.nextUnknownCounter());
		}

		@Override
		public void onEstablished(Welcome welcome, long nowNanos) {
			ClientAgent.this.maxKeyLength = welcome.maxKeyLength();
			ClientAgent.this.follower.begin(welcome.serverId(), nowNanos);
			ClientAgent.this.writes.onWelcome(welcome, nowNanos);
		}

		@Override
		public void onLost(String reason, long nowNanos) {
			ClientAgent.this.writes.onDisconnected();
			ClientAgent.this.snail.forget();
			ClientAgent.this.follower.reset(reason);
		}

	}

	private final class FollowerEvents implements StreamFollower.Events {

		@Override
		public void onStateChanged(String reason) {
			if (ClientAgent.this.follower.state() == StreamFollower.State.FOLLOWING) {
				ClientAgent.this.snail.onSynchronized();
			}
			updateState(reason);
		}

		@Override
		public void onOtherServer() {
			if (ClientAgent.this.session.isEstablished()) {
				ClientAgent.this.session.greetAgain("another server was started in its place",
						ClientAgent.this.nowNanos);
			}
		}

		@Override
		public boolean onGap(long applied, long before) {
			String reason = ClientAgent.this.stopPolicy.onGap(applied, before);
			if (reason != null) {
				onStop(reason);
			}
			return reason == null;
		}

		@Override
		public void onVisible(long sequence) {
			ClientAgent.this.writes.onVisible(sequence, ClientAgent.this.nowNanos);
			ClientAgent.this.waiting.onVisible(sequence);
		}

		@Override
		public void onApplied(long serverTimeMicros) {
			ClientAgent.this.snail.onHandedOver(serverTimeMicros);
		}

	}

}
