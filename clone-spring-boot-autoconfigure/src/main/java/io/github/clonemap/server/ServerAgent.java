package io.github.clonemap.server;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.github.clonemap.agent.Clock;
import io.github.clonemap.agent.LogLimit;
import io.github.clonemap.protocol.Command;
import io.github.clonemap.protocol.FrameWriter;
import io.github.clonemap.protocol.MalformedMessageException;
import io.github.clonemap.protocol.Message;
import io.github.clonemap.protocol.Message.Ack;
import io.github.clonemap.protocol.Message.Bye;
import io.github.clonemap.protocol.Message.Credit;
import io.github.clonemap.protocol.Message.End;
import io.github.clonemap.protocol.Message.Hello;
import io.github.clonemap.protocol.Message.Ping;
import io.github.clonemap.protocol.Message.Pong;
import io.github.clonemap.protocol.Message.Sync;
import io.github.clonemap.protocol.Message.Welcome;
import io.github.clonemap.protocol.Message.Write;
import io.github.clonemap.protocol.Sequence;
import io.github.clonemap.protocol.StreamRefusal;
import io.github.clonemap.protocol.Subtrees;
import io.github.clonemap.protocol.Update;
import io.github.clonemap.protocol.WriteOperation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The server's side of all conversations, without sockets and without a thread: whoever
 * runs it hands over what came, calls {@link #onTick(long)} and then {@link #flush()} in
 * each turn, and waits no longer than {@link #nextDeadlineNanos()}.
 * <p>
 * What is ordered in a turn is published and acknowledged at its end: so batches form by
 * themselves when much is waiting, and one update alone leaves at once.
 * <p>
 * For one thread, the agent's.
 *
 * @since 0.1.0
 */
public final class ServerAgent implements ServerTransport.Handler {

	private static final Logger logger = LoggerFactory.getLogger(ServerAgent.class);

	/**
	 * The most sessions: a bound for floods, far above what one server can feed.
	 */
	static final int MAX_SESSIONS = 10_000;

	/**
	 * The most different sets of subtrees that are subscribed to at once.
	 */
	static final int MAX_STREAMS = 1024;

	/**
	 * The most answers to SYNC under way at once: each write visits each of them.
	 */
	static final int MAX_TRANSFERS = 1024;

	/**
	 * How many epochs a client's word may bring at once: more changes of the server than
	 * any client has lived through. A single forged one must not use them all up.
	 */
	static final int MAX_EPOCH_STEP = 1024;

	private static final int ACK_BYTES = 64 << 10;

	/**
	 * How many chunks of snapshots leave in one turn, so that many who join at once do
	 * not hold up those who write.
	 */
	private static final int CHUNKS_PER_TURN = 8;

	private static final long MAX_PULSE_NANOS = 250_000_000;

	private final Map<Long, Session> sessions = new HashMap<>();

	private final Map<Route, Session> sessionsByRoute = new HashMap<>();

	private final List<Session> toAcknowledge = new ArrayList<>();

	private final Deque<Session> transferring = new ArrayDeque<>();

	private final FrameWriter writer = new FrameWriter(4096);

	private final MalformedMessages malformed = new MalformedMessages();

	/**
	 * Whoever reaches the port can begin and end sessions as fast as the network goes.
	 */
	private final LogLimit sessionLog = new LogLimit(100);

	private final ServerSettings settings;

	private final ServerTransport transport;

	private final Clock clock;

	private final long serverId;

	private final UpdateSequencer sequencer;

	private final StreamPublisher publisher;

	private long nowNanos;

	private long nowMicros;

	private long nextPulseNanos;

	private long lastSessionId;

	private long snapshots;

	private long resumes;

	/**
	 * Creates the agent.
	 * @param settings the settings
	 * @param transport the way out
	 * @param clock where time comes from
	 * @param serverId the id of this server, made anew at each start, not 0
	 */
	public ServerAgent(ServerSettings settings, ServerTransport transport, Clock clock, long serverId) {
		this.settings = settings;
		this.transport = transport;
		this.clock = clock;
		this.serverId = serverId;
		this.lastSessionId = serverId & ~0xFFFF_FFFFL;
		this.nowNanos = clock.nanoTime();
		this.nowMicros = clock.epochMicros();
		this.nextPulseNanos = this.nowNanos;
		this.publisher = new StreamPublisher(transport, serverId, MAX_STREAMS);
		this.sequencer = new UpdateSequencer(settings, Sequence.startAt(this.nowMicros), this.nowNanos,
				this.sessions::get, this::onOrdered);
	}

	/**
	 * The first thing in a turn: ends what is due.
	 * @param nowNanos the time now
	 */
	public void onTick(long nowNanos) {
		this.nowNanos = nowNanos;
		this.nowMicros = this.clock.epochMicros();
		this.sequencer.expireUntil(nowNanos, this.nowMicros);
		if (nowNanos - this.nextPulseNanos >= 0) {
			onPulse();
		}
	}

	/**
	 * The last thing in a turn: publishes and acknowledges what was ordered in it, and
	 * sends a chunk to each client that waits for one.
	 */
	public void flush() {
		this.publisher.flush(this.sequencer.committed(), this.nowMicros, this.nowNanos);
		for (Session session : this.toAcknowledge) {
			while (session.hasUnacknowledged()) {
				long first = session.firstUnacknowledged();
				send(session.route(), new Ack(first, session.takeUnacknowledged(ACK_BYTES)));
			}
		}
		this.toAcknowledge.clear();
		for (int i = Math.min(CHUNKS_PER_TURN, this.transferring.size()); i > 0; i--) {
			Session session = this.transferring.removeFirst();
			this.transferring.addLast(session);
			sendChunk(session);
		}
	}

	/**
	 * When the next turn is due, if nothing comes before.
	 * @return the time in nanoseconds; now or earlier if there is more to send
	 */
	public long nextDeadlineNanos() {
		if (this.publisher.isDue()) {
			return this.nowNanos;
		}
		for (Session session : this.transferring) {
			if (session.transfer != null && session.transfer.maySend()) {
				return this.nowNanos;
			}
		}
		long expiry = this.sequencer.nextExpiryNanos();
		return (expiry != Long.MAX_VALUE && expiry - this.nextPulseNanos < 0) ? expiry : this.nextPulseNanos;
	}

	/**
	 * The server is about to stop: tells its clients, so that none waits for a time-out.
	 */
	public void onStop() {
		for (Session session : this.sessions.values()) {
			send(session.route(), new Bye(Bye.Reason.STOPPING, "the server stops"));
		}
	}

	/**
	 * The numbers of this moment. Called by the agent.
	 * @return the report
	 */
	public ServerReport report() {
		long committed = this.sequencer.committed();
		return new ServerReport(ServerRole.ACTIVE, this.serverId, Sequence.epoch(committed), committed,
				this.sequencer.store().size(), this.sequencer.store().bytes(), this.sessions.size(),
				this.publisher.size(), this.sequencer.updates(), this.snapshots, this.resumes, this.sequencer.expired(),
				this.sequencer.rejected(), this.malformed.counts());
	}

	@Override
	public void onSubscribed(byte[] topic) {
		try {
			if (!this.publisher.subscribe(Subtrees.fromTopic(topic), this.sequencer.committed())) {
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
	public void onRenewed() {
		this.publisher.unsubscribeAll();
	}

	@Override
	public void onMalformed(MalformedReason reason, String explanation) {
		this.malformed.count(reason, explanation);
	}

	@Override
	public void onRequest(Route route, byte[] frame, byte[] body) {
		Command command = Command.of(frame);
		if (command == null) {
			onMalformed(MalformedReason.COMMAND, "unknown command");
			return;
		}
		try {
			onMessage(route, Message.read(command, body, Update::new));
		}
		catch (MalformedMessageException ex) {
			onMalformed(MalformedReason.BODY, command + ": " + ex.getMessage());
		}
	}

	private void onMessage(Route route, Message message) {
		if (message instanceof Hello hello) {
			onHello(route, hello);
			return;
		}
		Session session = this.sessionsByRoute.get(route);
		if (session == null) {
			if (!(message instanceof Bye)) {
				onMalformed(MalformedReason.NO_SESSION, message.command() + " without a session");
				send(route, new Bye(Bye.Reason.NO_SESSION, "no session: say HELLO"));
			}
			return;
		}
		session.onHeard(this.nowNanos);
		if (message instanceof Write write) {
			onWrite(session, write);
		}
		else if (message instanceof Ping ping) {
			onPing(session, ping);
		}
		else if (message instanceof Sync sync) {
			onSync(session, sync);
		}
		else if (message instanceof Credit credit) {
			onCredit(session, credit);
		}
		else if (message instanceof Bye bye) {
			end(session, bye.explanation());
		}
		else {
			onMalformed(MalformedReason.NOT_A_REQUEST, message.command() + " is not a request");
		}
	}

	private void onPing(Session session, Ping ping) {
		long committed = this.sequencer.committed();
		send(session.route(), new Pong(ping.micros(), this.nowMicros, committed, session.lastCounter()));
		// A client that waits for all that is committed shall not wait for a heartbeat.
		this.publisher.tell(session.subtrees, committed);
	}

	private void onHello(Route route, Hello hello) {
		if (hello.version() != Message.VERSION) {
			onMalformed(MalformedReason.VERSION, "HELLO of version " + hello.version());
			send(route, new Bye(Bye.Reason.REFUSED,
					"this server speaks version " + Message.VERSION + ", not " + hello.version()));
			return;
		}
		if (hello.lastServerId() != this.serverId
				&& Sequence.epoch(hello.lastSequence()) >= Sequence.epoch(this.sequencer.committed())
				&& this.sequencer.overlaps(hello.lastSequence()) && !raiseEpochAbove(hello)) {
			onMalformed(MalformedReason.EPOCH, "HELLO with epoch " + Sequence.epoch(hello.lastSequence()));
			send(route, new Bye(Bye.Reason.REFUSED,
					"the client's epoch leaves no higher one, or is too far ahead: restart all clients"));
			return;
		}
		Session session = this.sessions.get(hello.clientId());
		if (session == null) {
			if (this.sessions.size() >= MAX_SESSIONS) {
				onMalformed(MalformedReason.TOO_MANY_SESSIONS, "more than " + MAX_SESSIONS + " sessions");
				send(route, new Bye(Bye.Reason.REFUSED,
						"the server has " + MAX_SESSIONS + " sessions, it cannot have more"));
				return;
			}
			session = new Session(hello.clientId(), ++this.lastSessionId, hello.name(), route,
					Math.max(0, hello.nextCounter() - 1), this.nowNanos);
			this.sessions.put(hello.clientId(), session);
			log(session, "begins");
		}
		else {
			this.sessionsByRoute.remove(session.route(), session);
			session.reroute(route);
			session.onHeard(this.nowNanos);
			endTransfer(session);
		}
		Session former = this.sessionsByRoute.put(route, session);
		if (former != null && former != session) {
			// One connection, two clients: the earlier one has no way back any more.
			former.reroute(Route.NONE);
			log(former, "lost its connection to " + session);
		}
		send(route,
				new Welcome(Message.VERSION, this.serverId, this.sequencer.committed(), this.nowMicros,
						(int) this.settings.heartbeat().toMillis(), (int) this.settings.sessionTimeout().toMillis(),
						session.lastCounter(), session.sessionId(), this.settings.maxKeyLength(),
						this.settings.maxValueSize()));
	}

	private boolean raiseEpochAbove(Hello hello) {
		int epoch = Sequence.epoch(hello.lastSequence()) + 1;
		if (epoch > Sequence.MAX_EPOCH || epoch - Sequence.epoch(this.sequencer.committed()) > MAX_EPOCH_STEP) {
			return false;
		}
		logger.info("Epoch {} -> {}: client '{}' comes from a server that had epoch {}",
				Sequence.epoch(this.sequencer.committed()), epoch, hello.name(), epoch - 1);
		this.sequencer.raiseEpoch(epoch);
		this.publisher.requestHeartbeats(this.nowNanos);
		return true;
	}

	private void onWrite(Session session, Write write) {
		session.onKnown(write.known());
		long counter = write.firstCounter();
		if (counter > session.lastCounter() + 1) {
			// Something before it was lost on the way; the client will send it all again.
			onMalformed(MalformedReason.MISSING_WRITES, "WRITE " + counter + " after " + session.lastCounter());
			return;
		}
		if (counter <= session.lastCounter()) {
			session.acknowledgeAgain();
		}
		for (WriteOperation operation : write.operations()) {
			if (counter++ <= session.lastCounter()) {
				continue;
			}
			if (!session.mayWrite()) {
				break;
			}
			session.onResult(this.sequencer.write(session, operation, this.nowNanos, this.nowMicros));
		}
		if (session.hasUnacknowledged() && !this.toAcknowledge.contains(session)) {
			this.toAcknowledge.add(session);
		}
	}

	private void onSync(Session session, Sync sync) {
		if (!session.isNewSync(sync.syncId())) {
			// One that came twice: its chunks and those of a second answer would not fit.
			return;
		}
		endTransfer(session);
		if (this.transferring.size() >= MAX_TRANSFERS) {
			// The client asks again.
			onMalformed(MalformedReason.TOO_MANY_TRANSFERS,
					"more than " + MAX_TRANSFERS + " answers to SYNC under way");
			return;
		}
		session.subtrees = sync.subtrees();
		long committed = this.sequencer.committed();
		boolean resume = sync.fromServerId() == this.serverId && sync.fromSequence() <= committed
				&& this.sequencer.history().reaches(sync.fromSequence());
		if (resume) {
			this.resumes++;
			session.transfer = Transfer.resume(sync, committed, this.sequencer.history());
		}
		else {
			this.snapshots++;
			session.transfer = Transfer.snapshot(sync, committed, this.sequencer.store());
		}
		this.transferring.add(session);
	}

	private static void onCredit(Session session, Credit credit) {
		if (session.transfer != null && session.transfer.syncId() == credit.syncId()) {
			session.transfer.onCredit(credit.chunks());
		}
	}

	private void sendChunk(Session session) {
		Transfer transfer = session.transfer;
		if (transfer == null || !transfer.maySend()) {
			return;
		}
		Message message = transfer.next(this.sequencer.committed());
		if (message != null) {
			send(session.route(), message);
			if (message instanceof End end) {
				endTransfer(session);
				// The client waits to hear the stream as far as this.
				this.publisher.tell(session.subtrees, end.until());
			}
		}
	}

	private void endTransfer(Session session) {
		if (session.transfer != null) {
			session.transfer.close();
			session.transfer = null;
			this.transferring.remove(session);
		}
	}

	private void onPulse() {
		long heartbeatNanos = this.settings.heartbeat().toNanos();
		// More often than heartbeats, so that no silence lasts longer than one.
		long pulseNanos = Math.min(heartbeatNanos / 8, MAX_PULSE_NANOS);
		this.nextPulseNanos = this.nowNanos + pulseNanos;
		this.publisher.requestHeartbeats(this.nowNanos - heartbeatNanos + pulseNanos);
		long silentSinceNanos = this.nowNanos - this.settings.sessionTimeout().toNanos();
		for (Session session : List.copyOf(this.transferring)) {
			Transfer transfer = session.transfer;
			if (transfer != null && transfer.isStalled(this.nowNanos, this.settings.sessionTimeout().toNanos())) {
				send(session.route(), transfer.breakOff());
				endTransfer(session);
			}
		}
		for (Session session : List.copyOf(this.sessions.values())) {
			if (session.lastHeardNanos() - silentSinceNanos < 0) {
				end(session, "silent for more than " + this.settings.sessionTimeout().toMillis() + " ms");
			}
		}
	}

	private void end(Session session, String reason) {
		log(session, "ends: " + reason);
		this.sessions.remove(session.clientId());
		this.sessionsByRoute.remove(session.route(), session);
		this.toAcknowledge.remove(session);
		endTransfer(session);
		this.sequencer.expireEphemeral(session, this.nowMicros);
	}

	private void onOrdered(Update update) {
		this.publisher.publish(update, this.nowMicros, this.nowNanos);
	}

	private void log(Session session, String what) {
		this.sessionLog.log(this.nowNanos, (leftOut) -> logger.info("Session of {} {}{}", session, what, leftOut));
	}

	private void send(Route route, Message message) {
		if (route == Route.NONE) {
			return;
		}
		this.transport.reply(route, message.command(), message.toBytes(this.writer));
	}

}
