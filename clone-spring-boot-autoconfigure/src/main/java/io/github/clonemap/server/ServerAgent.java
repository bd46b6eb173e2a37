package io.github.clonemap.server;

import java.util.Arrays;
import java.util.random.RandomGenerator;

import io.github.clonemap.agent.Clock;
import io.github.clonemap.protocol.Command;
import io.github.clonemap.protocol.FrameReader;
import io.github.clonemap.protocol.FrameWriter;
import io.github.clonemap.protocol.LogRecord;
import io.github.clonemap.protocol.MalformedMessageException;
import io.github.clonemap.protocol.Message;
import io.github.clonemap.protocol.Message.Bye;
import io.github.clonemap.protocol.Reply.Passive;
import io.github.clonemap.protocol.Sequence;
import io.github.clonemap.protocol.StreamRefusal;
import io.github.clonemap.protocol.Subtrees;
import io.github.clonemap.protocol.Update;
import io.github.clonemap.protocol.chp.ChpRequest;
import io.github.clonemap.store.StoredEntry;
import org.jspecify.annotations.Nullable;

/**
 * A server, without sockets and without a thread: whoever runs it hands over what came,
 * calls {@link #onTick(long)} and then {@link #flush()} in each turn, and waits no longer
 * than {@link #nextDeadlineNanos()}. It joins the parts of a server: the state, the order
 * and its log, the conversations with the clients, the streams, and the pair.
 * <p>
 * What is ordered in a turn is published and acknowledged at its end, or when the passive
 * server of a pair has it: so batches form by themselves when much is waiting, and one
 * update alone leaves at once.
 * <p>
 * For one thread, the agent's.
 *
 * @since 0.1.0
 */
public final class ServerAgent implements ServerTransport.Handler {

	/**
	 * The most different sets of subtrees that are subscribed to at once.
	 */
	static final int MAX_STREAMS = 1024;

	private static final long MAX_PULSE_NANOS = 250_000_000;

	private final MalformedMessages malformed = new MalformedMessages();

	private final ServerSettings settings;

	private final ServerTransport transport;

	private final Clock clock;

	private final long serverId;

	private final CommitLog log;

	private final UpdateSequencer sequencer;

	private final StreamPublisher publisher;

	private final Replies replies;

	private final Transfers transfers;

	private final ClientRequests requests;

	private final @Nullable Pair pair;

	private final @Nullable ChpDoor door;

	private final Failover failover;

	private boolean stopping;

	private long nowNanos;

	private long nowMicros;

	private long nextPulseNanos;

	/**
	 * Creates the agent of a server that is alone.
	 * @param settings the settings
	 * @param transport the way out
	 * @param clock where time comes from
	 * @param serverId the id of this server, made anew at each start, not 0
	 * @param random where numbers come from that clients must not guess
	 */
	public ServerAgent(ServerSettings settings, ServerTransport transport, Clock clock, long serverId,
			RandomGenerator random) {
		this(settings, null, transport, clock, serverId, random, ServerListener.NONE);
	}

	/**
	 * Creates the agent.
	 * @param settings the settings
	 * @param pairSettings the settings of a server that is one of a pair, else
	 * {@code null}
	 * @param transport the way out
	 * @param clock where time comes from
	 * @param serverId the id of this server, made anew at each start, not 0
	 * @param random where numbers come from that clients must not guess
	 * @param listener hears what happens, on the agent's thread
	 */
	public ServerAgent(ServerSettings settings, @Nullable PairSettings pairSettings, ServerTransport transport,
			Clock clock, long serverId, RandomGenerator random, ServerListener listener) {
		this.settings = settings;
		this.transport = transport;
		this.clock = clock;
		this.serverId = serverId;
		this.nowNanos = clock.nanoTime();
		this.nowMicros = clock.epochMicros();
		this.nextPulseNanos = this.nowNanos;
		long start = Sequence.startAt(this.nowMicros);
		ServerState state = new ServerState(settings, start, this.nowNanos);
		state.begin(new LogRecord.Term(serverId, start, 0));
		this.log = new CommitLog(serverId, pairSettings != null, start, new World());
		this.sequencer = new UpdateSequencer(settings, state, this.log);
		this.publisher = new StreamPublisher(transport, serverId, MAX_STREAMS);
		this.replies = new Replies(transport);
		this.transfers = new Transfers(settings, this.replies, state, this.log, this.publisher, random);
		this.requests = new ClientRequests(settings, this.replies, serverId, state, this.sequencer, this.log,
				this.publisher, this.transfers, this::onMalformed);
		this.requests.onTick(this.nowNanos, this.nowMicros);
		this.door = transport.hasChpDoor() ? new ChpDoor(settings, transport, this.sequencer, this.log, this.nowNanos)
				: null;
		this.failover = new Failover(serverId, (pairSettings != null) ? ServerRole.WAITING : ServerRole.ACTIVE, state,
				this.log, this.sequencer, this.publisher, this.requests, this.transfers, this.door, listener);
		this.pair = (pairSettings != null)
				? new Pair(settings, pairSettings, transport, clock, serverId, state, this.log, this.failover) : null;
	}

	/**
	 * The first thing in a turn: ends what is due.
	 * @param nowNanos the time now
	 */
	public void onTick(long nowNanos) {
		long pausedNanos = nowNanos - this.nowNanos;
		if (pausedNanos > this.settings.heartbeat().toNanos()) {
			this.requests.onFrozen(pausedNanos);
		}
		this.nowNanos = nowNanos;
		this.nowMicros = this.clock.epochMicros();
		this.requests.onTick(nowNanos, this.nowMicros);
		if (this.door != null) {
			this.door.onTick(nowNanos, this.nowMicros);
		}
		if (this.pair != null) {
			this.pair.onTick(nowNanos);
		}
		if (isActive()) {
			this.sequencer.expireUntil(nowNanos, this.nowMicros);
		}
		else {
			state().advance(nowNanos);
		}
		if (nowNanos - this.nextPulseNanos >= 0) {
			onPulse();
		}
	}

	/**
	 * The last thing in a turn: gives the peer what was ordered, publishes and
	 * acknowledges what is committed, and sends a chunk to each client that waits for
	 * one.
	 */
	public void flush() {
		this.log.seal();
		if (this.pair != null) {
			this.failover.become(this.pair.role());
			this.pair.flush(this.nowNanos);
		}
		if (isActive()) {
			commit();
			this.publisher.flush(this.log.committedSequence(), this.nowMicros, this.nowNanos);
			this.requests.flush();
			this.transfers.flush();
			if (this.door != null) {
				this.door.flush(state());
			}
		}
	}

	/**
	 * When the next turn is due, if nothing comes before.
	 * @return the time in nanoseconds; now or earlier if there is more to send
	 */
	public long nextDeadlineNanos() {
		if (!isActive()) {
			return this.nextPulseNanos;
		}
		if (this.publisher.isDue() || this.transfers.isDue() || (this.pair != null && this.pair.isDue())) {
			return this.nowNanos;
		}
		long next = this.nextPulseNanos;
		if (this.door != null) {
			long due = this.door.nextDeadlineNanos();
			next = (due - next < 0) ? due : next;
		}
		long expiry = state().nextExpiryNanos();
		return (expiry != Long.MAX_VALUE && expiry - next < 0) ? expiry : next;
	}

	/**
	 * The server is about to stop. It takes no more writes; turns go on until
	 * {@link #isReadyToStop()}, so that its peer can go on with everything.
	 */
	public void beginStop() {
		this.stopping = this.pair != null && this.pair.beginStop();
	}

	/**
	 * Whether the peer has taken over, or there is none that could. Asked once in a turn.
	 * @return whether nothing is lost by stopping now that could be kept
	 */
	public boolean isReadyToStop() {
		return this.pair == null || this.pair.handOver(this.nowNanos);
	}

	/**
	 * The last thing: tells the clients, so that none waits for a time-out.
	 */
	public void onStop() {
		this.requests.stop();
	}

	/**
	 * The numbers of this moment. Called by the agent.
	 * @return the report
	 */
	public ServerReport report() {
		long committed = isActive() ? this.log.committedSequence() : state().sequence();
		return new ServerReport(this.failover.role(), this.serverId, Sequence.epoch(committed), committed,
				state().store().size(), state().store().bytes(), state().sessions().size(), this.publisher.size(),
				this.log.updates(), this.transfers.snapshots() + ((this.door != null) ? this.door.snapshots() : 0),
				this.transfers.resumes(), this.sequencer.expired(), this.sequencer.rejected(), this.malformed.counts(),
				this.pair != null, this.pair != null && this.pair.isInSync(),
				(this.pair != null) ? this.pair.lag() : -1, this.failover.conflicts());
	}

	ServerState state() {
		return this.failover.state();
	}

	@Nullable ChpDoor door() {
		return this.door;
	}

	@Override
	public void onSubscribed(byte[] topic) {
		try {
			if (!this.publisher.subscribe(Subtrees.fromTopic(topic), this.log.committedSequence())) {
				onMalformed(MalformedReason.TOO_MANY_STREAMS, "more than " + MAX_STREAMS + " different subscriptions");
				this.transport.publish(StreamRefusal.toFrame(topic,
						"it has " + MAX_STREAMS + " different subscriptions, it cannot have more"));
			}
		}
		catch (MalformedMessageException ex) {
			onMalformed(MalformedReason.TOPIC, String.valueOf(ex.getMessage()));
		}
	}

	@Override
	public void onUnsubscribed(byte[] topic) {
		try {
			this.publisher.unsubscribe(Subtrees.fromTopic(topic));
		}
		catch (MalformedMessageException ex) {
			onMalformed(MalformedReason.TOPIC, String.valueOf(ex.getMessage()));
		}
	}

	@Override
	public void onDisconnected(Route route) {
		this.requests.onDisconnected(route);
	}

	@Override
	public void onRenewed() {
		this.publisher.unsubscribeAll();
		if (this.door != null) {
			this.door.onRenewed();
		}
	}

	@Override
	public void onMalformed(MalformedReason reason, String explanation) {
		this.malformed.count(reason, explanation);
	}

	@Override
	public void onRequest(Route route, byte[] frame, byte[] body, int length) {
		if (this.door != null && ChpRequest.isRequest(frame)) {
			onChpRequest(this.door, route, Arrays.copyOf(body, length));
			return;
		}
		Message message = read(frame, body, length);
		if (message == null || (this.pair != null && tryPeer(route, message))) {
			return;
		}
		if (this.pair != null && !isActive() && (message instanceof Bye || !this.pair.onClientRequest(this.nowNanos))) {
			this.replies.send(route, new Passive(this.serverId));
		}
		else if (!this.stopping && !this.requests.onMessage(route, message)) {
			onMalformed(MalformedReason.NOT_A_REQUEST, message.command() + " is not a request");
		}
		sealIfFull();
	}

	@Override
	public void onChpWrite(byte[][] frames) {
		if (this.door == null || (isActive() && this.stopping)) {
			return;
		}
		try {
			this.door.onWrite(frames, isActive());
		}
		catch (MalformedMessageException ex) {
			onMalformed(MalformedReason.BODY, "KVSET: " + ex.getMessage());
		}
		sealIfFull();
	}

	@Override
	public boolean takesChpWrites() {
		return !isActive() || this.log.hasRoom();
	}

	private void onChpRequest(ChpDoor door, Route route, byte[] subtree) {
		// Silence tells the client to ask the other server, as in the Guide.
		if ((this.pair == null || isActive() || this.pair.onClientRequest(this.nowNanos)) && !this.stopping) {
			try {
				if (!door.onRequest(route, subtree)) {
					onMalformed(MalformedReason.TOO_MANY_TRANSFERS, "ICANHAZ: too many requests wait for a snapshot");
				}
			}
			catch (MalformedMessageException ex) {
				onMalformed(MalformedReason.BODY, "ICANHAZ: " + ex.getMessage());
			}
		}
	}

	private void sealIfFull() {
		if (this.log.isFull()) {
			this.log.seal();
			if (this.pair == null) {
				commit();
			}
		}
	}

	@Override
	public void onPeerState(byte[] frame) {
		onPeerReply(Command.PEER.frame(), frame);
	}

	@Override
	public void onPeerReply(byte[] frame, byte[] body) {
		Message message = read(frame, body, body.length);
		if (message != null && (this.pair == null || !tryPeer(null, message))
				&& !(message instanceof Passive || message instanceof Bye)) {
			onMalformed(MalformedReason.NOT_A_REQUEST, message.command() + " is nothing that a peer says");
		}
	}

	private @Nullable Message read(byte[] frame, byte[] body, int length) {
		Command command = Command.of(frame);
		if (command == null) {
			onMalformed(MalformedReason.COMMAND, "unknown command");
			return null;
		}
		try {
			return Message.read(command, new FrameReader(body, 0, length, state().store().keys()),
					(this.pair != null) ? this.pair.entries() : StoredEntry::of);
		}
		catch (MalformedMessageException ex) {
			onMalformed(MalformedReason.BODY, command + ": " + ex.getMessage());
			return null;
		}
	}

	private boolean tryPeer(@Nullable Route route, Message message) {
		try {
			return this.pair != null && this.pair.onMessage(route, message, this.nowNanos);
		}
		catch (IllegalArgumentException | IllegalStateException ex) {
			// Readable, but it does not fit what came before.
			onMalformed(MalformedReason.BODY, message.command() + ": " + ex.getMessage());
			this.pair.askAnew();
			return true;
		}
	}

	private boolean isActive() {
		return this.failover.role() == ServerRole.ACTIVE;
	}

	private void commit() {
		this.log.commitTo((this.pair != null) ? this.pair.committable() : this.log.last());
	}

	private void onPulse() {
		long heartbeatNanos = this.settings.heartbeat().toNanos();
		// More often than heartbeats, so that no silence lasts longer than one.
		long pulseNanos = Math.min(heartbeatNanos / 8, MAX_PULSE_NANOS);
		this.nextPulseNanos = this.nowNanos + pulseNanos;
		int unread = this.transport.endUnreadConnections(this.nowNanos, this.settings.sessionTimeout().toNanos());
		for (int i = 0; i < unread; i++) {
			onMalformed(MalformedReason.UNREAD, "a connection is ended, as it does not read what it was sent");
		}
		if (isActive()) {
			this.publisher.requestHeartbeats(this.nowNanos - heartbeatNanos + pulseNanos);
			this.transfers.onPulse(this.nowNanos);
			this.requests.onPulse();
		}
	}

	/**
	 * Publishes and acknowledges what is committed.
	 */
	private final class World implements CommitLog.Listener {

		@Override
		public void onCommitted(Update update, FrameWriter encoded, int start, int length) {
			ServerAgent.this.publisher.publish(update, encoded, start, length, ServerAgent.this.nowMicros,
					ServerAgent.this.nowNanos);
			if (ServerAgent.this.door != null) {
				ServerAgent.this.door.onCommitted(update);
			}
		}

		@Override
		public void onCommitted(Session session) {
			ServerAgent.this.requests.onCommitted(session);
		}

	}

}
