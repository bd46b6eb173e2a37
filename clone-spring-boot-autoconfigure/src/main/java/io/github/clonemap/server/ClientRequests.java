package io.github.clonemap.server;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

import io.github.clonemap.agent.LogLimit;
import io.github.clonemap.protocol.LogRecord;
import io.github.clonemap.protocol.Message;
import io.github.clonemap.protocol.Message.Bye;
import io.github.clonemap.protocol.Message.Credit;
import io.github.clonemap.protocol.Message.Hello;
import io.github.clonemap.protocol.Message.Ping;
import io.github.clonemap.protocol.Message.Sync;
import io.github.clonemap.protocol.Message.Write;
import io.github.clonemap.protocol.Reply.Ack;
import io.github.clonemap.protocol.Reply.Passive;
import io.github.clonemap.protocol.Reply.Pong;
import io.github.clonemap.protocol.Reply.Welcome;
import io.github.clonemap.protocol.Sequence;
import io.github.clonemap.protocol.WriteOperation;
import io.github.clonemap.protocol.WriteResult;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The active server's conversations with its clients: sessions, and what they ask.
 * <p>
 * For the agent.
 */
final class ClientRequests {

	private static final Logger logger = LoggerFactory.getLogger(ClientRequests.class);

	/**
	 * The most sessions: a bound for floods, far above what one server can feed.
	 */
	static final int MAX_SESSIONS = 10_000;

	private static final int ACK_BYTES = 64 << 10;

	/**
	 * Whoever reaches the port can begin and end sessions as fast as the network goes.
	 */
	private final LogLimit sessionLog = new LogLimit(100);

	private final Map<Route, Session> sessionsByRoute = new HashMap<>();

	private final List<Session> toAcknowledge = new ArrayList<>();

	/** Those of one request or of one answer, used again for the next one. */
	private final List<WriteResult> results = new ArrayList<>();

	private final ServerSettings settings;

	private final Replies replies;

	private final long serverId;

	private final UpdateSequencer sequencer;

	private final CommitLog log;

	private final StreamPublisher publisher;

	private final Transfers transfers;

	private final BiConsumer<MalformedReason, String> malformed;

	private ServerState state;

	private long nowNanos;

	private long nowMicros;

	private long lastSessionId;

	ClientRequests(ServerSettings settings, Replies replies, long serverId, ServerState state,
			UpdateSequencer sequencer, CommitLog log, StreamPublisher publisher, Transfers transfers,
			BiConsumer<MalformedReason, String> malformed) {
		this.settings = settings;
		this.replies = replies;
		this.serverId = serverId;
		this.state = state;
		this.sequencer = sequencer;
		this.log = log;
		this.publisher = publisher;
		this.transfers = transfers;
		this.malformed = malformed;
		this.lastSessionId = serverId & ~0xFFFF_FFFFL;
	}

	void onTick(long nowNanos, long nowMicros) {
		this.nowNanos = nowNanos;
		this.nowMicros = nowMicros;
	}

	/**
	 * This server has not run for a while, and so has not listened: what its clients have
	 * said meanwhile waits to be heard.
	 */
	void onFrozen(long pausedNanos) {
		for (Session session : this.state.sessions().values()) {
			session.onHeard(session.lastHeardNanos() + pausedNanos);
		}
	}

	/**
	 * This server has become active with a state that it has from another one.
	 */
	void takeOver(ServerState state) {
		this.state = state;
		for (Session session : state.sessions().values()) {
			session.onTakenOver(this.nowNanos);
		}
	}

	/**
	 * This server is not active any more: tells the clients, so that none waits for a
	 * time-out.
	 */
	void stepDown() {
		for (Session session : List.copyOf(this.sessionsByRoute.values())) {
			this.replies.send(session.route(), new Passive(this.serverId));
			session.reroute(Route.NONE);
		}
		this.sessionsByRoute.clear();
		this.toAcknowledge.clear();
	}

	/**
	 * A connection is gone. Its session goes on: its client may come back.
	 */
	void onDisconnected(Route route) {
		this.transfers.forget(route);
		Session session = this.sessionsByRoute.remove(route);
		if (session != null) {
			this.transfers.end(session);
			session.reroute(Route.NONE);
		}
	}

	/**
	 * The server is about to stop: tells the clients.
	 */
	void stop() {
		for (Session session : this.sessionsByRoute.values()) {
			this.replies.send(session.route(), new Bye(Bye.Reason.STOPPING, "the server stops"));
		}
	}

	/**
	 * Ends sessions that were silent for too long.
	 */
	void onPulse() {
		long silentSinceNanos = this.nowNanos - this.settings.sessionTimeout().toNanos();
		for (Session session : List.copyOf(this.state.sessions().values())) {
			if (session.lastHeardNanos() - silentSinceNanos < 0) {
				end(session, "silent for more than " + this.settings.sessionTimeout().toMillis() + " ms");
			}
		}
	}

	/**
	 * A request.
	 * @return whether it was one
	 */
	boolean onMessage(Route route, Message message) {
		if (message instanceof Hello hello) {
			onHello(route, hello);
			return true;
		}
		Session session = this.sessionsByRoute.get(route);
		if (session == null) {
			if (!(message instanceof Bye)) {
				this.malformed.accept(MalformedReason.NO_SESSION, message.command() + " without a session");
				this.replies.send(route, new Bye(Bye.Reason.NO_SESSION, "no session: say HELLO"));
			}
			return true;
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
			if (!this.transfers.onCredit(session, credit)) {
				this.malformed.accept(MalformedReason.CREDIT, "CREDIT for chunks that were not read");
			}
		}
		else if (message instanceof Bye bye) {
			end(session, bye.explanation());
		}
		else {
			return false;
		}
		return true;
	}

	/**
	 * Writes of a session are committed: their results may be sent.
	 */
	void onCommitted(Session session) {
		if (session.hasUnacknowledged() && !this.toAcknowledge.contains(session)) {
			this.toAcknowledge.add(session);
		}
	}

	/**
	 * The last thing in a turn: acknowledges what was committed in it.
	 */
	void flush() {
		this.toAcknowledge.removeIf(this::acknowledge);
		this.results.clear();
	}

	/**
	 * Tells a session its results, as far as there is room: they may bring values.
	 * @return whether it has all
	 */
	private boolean acknowledge(Session session) {
		while (session.hasUnacknowledged() && this.replies.hasRoom(session.route())) {
			long first = session.firstUnacknowledged();
			session.takeUnacknowledged(ACK_BYTES, this.results);
			this.replies.send(session.route(), new Ack(first, this.results));
		}
		return !session.hasUnacknowledged();
	}

	private void onPing(Session session, Ping ping) {
		long committed = this.log.committedSequence();
		this.replies.send(session.route(), new Pong(ping.micros(), this.nowMicros, committed, session.lastCounter()));
		// A client that waits for all that is committed shall not wait for a heartbeat.
		this.publisher.tell(session.subtrees, committed);
	}

	private void onHello(Route route, Hello hello) {
		if (hello.version() != Message.VERSION) {
			this.malformed.accept(MalformedReason.VERSION, "HELLO of version " + hello.version());
			this.replies.send(route, new Bye(Bye.Reason.REFUSED,
					"this server speaks version " + Message.VERSION + ", not " + hello.version()));
			return;
		}
		if (isAheadOfUs(hello) && !raiseEpochAbove(hello)) {
			this.malformed.accept(MalformedReason.EPOCH, "HELLO with epoch " + Sequence.epoch(hello.lastSequence()));
			this.replies.send(route, new Bye(Bye.Reason.REFUSED,
					"the client's epoch leaves no higher one, or is too far ahead: restart all clients"));
			return;
		}
		long clientId = Hello.clientId(hello.secret());
		Session session = this.state.session(clientId);
		if (session == null) {
			if (this.state.sessions().size() >= MAX_SESSIONS) {
				this.malformed.accept(MalformedReason.TOO_MANY_SESSIONS, "more than " + MAX_SESSIONS + " sessions");
				this.replies.send(route, new Bye(Bye.Reason.REFUSED,
						"the server has " + MAX_SESSIONS + " sessions, it cannot have more"));
				return;
			}
			session = new Session(clientId, ++this.lastSessionId, hello.name(), route,
					Math.max(0, hello.nextCounter() - 1), this.nowNanos);
			this.state.sessions().put(clientId, session);
			this.log.add(session.toRecord());
			log(session, "begins");
		}
		else {
			this.sessionsByRoute.remove(session.route(), session);
			session.reroute(route);
			session.onHeard(this.nowNanos);
			this.transfers.end(session);
		}
		Session former = this.sessionsByRoute.put(route, session);
		if (former != null && former != session) {
			// One connection, two clients: the earlier one has no way back any more.
			former.reroute(Route.NONE);
			log(former, "lost its connection to " + session);
		}
		Session greeted = session;
		// Not before the session is safe: it is what makes a repeated write known as
		// such.
		this.log.whenCommitted(() -> welcome(greeted));
	}

	private void welcome(Session session) {
		this.replies.send(session.route(),
				new Welcome(Message.VERSION, this.serverId, this.log.committedSequence(), this.nowMicros,
						(int) this.settings.heartbeat().toMillis(), (int) this.settings.sessionTimeout().toMillis(),
						session.lastCounter(), session.sessionId(), this.settings.maxKeyLength(),
						this.settings.maxValueSize()));
	}

	/**
	 * Whether the client has seen sequences, of an order that is not ours, which may be
	 * as high as our next ones.
	 */
	private boolean isAheadOfUs(Hello hello) {
		Lineage lineage = this.state.lineage();
		return hello.lastServerId() != this.serverId && !lineage.contains(hello.lastServerId(), hello.lastSequence())
				&& Sequence.epoch(hello.lastSequence()) >= Sequence.epoch(this.state.sequence())
				&& hello.lastSequence() >= lineage.start();
	}

	private boolean raiseEpochAbove(Hello hello) {
		int epoch = Sequence.epoch(hello.lastSequence()) + 1;
		if (epoch > Sequence.highestEpochAt(this.nowMicros)) {
			return false;
		}
		logger.info("Epoch {} -> {}: client '{}' comes from a server that had epoch {}",
				Sequence.epoch(this.state.sequence()), epoch, hello.name(), epoch - 1);
		this.sequencer.begin(new LogRecord.Term(this.serverId, Sequence.startOf(epoch), this.state.sequence()));
		this.publisher.requestHeartbeats(this.nowNanos);
		return true;
	}

	private void onWrite(Session session, Write write) {
		if (!this.log.hasRoom()) {
			// It will be sent again.
			return;
		}
		session.onKnown(write.known());
		long counter = write.firstCounter();
		if (counter > session.lastCounter() + 1) {
			// Something before it was lost on the way; the client will send it all again.
			this.malformed.accept(MalformedReason.MISSING_WRITES,
					"WRITE " + counter + " after " + session.lastCounter());
			return;
		}
		if (counter <= session.lastCounter()) {
			session.acknowledgeAgain();
		}
		long firstNew = session.lastCounter() + 1;
		int firstUpdate = this.log.open().updates().size();
		this.results.clear();
		for (WriteOperation operation : write.operations()) {
			if (counter++ <= session.lastCounter()) {
				continue;
			}
			if (!session.mayWrite()) {
				break;
			}
			WriteResult result = this.sequencer.write(session, operation, this.nowNanos, this.nowMicros);
			session.onResult(result);
			this.results.add(result);
		}
		if (!this.results.isEmpty()) {
			this.log.addWritten(session, write.known(), firstNew, this.results, firstUpdate);
		}
		else {
			onCommitted(session);
		}
	}

	private void onSync(Session session, Sync sync) {
		if (!session.isNewSync(sync.syncId())) {
			// One that came twice: its chunks and those of a second answer would not fit.
			return;
		}
		if (!this.transfers.begin(session, sync)) {
			this.malformed.accept(MalformedReason.TOO_MANY_TRANSFERS,
					"more than " + Transfers.MAX_TRANSFERS + " answers to SYNC under way");
		}
	}

	private void end(Session session, String reason) {
		log(session, "ends: " + reason);
		this.state.sessions().remove(session.clientId());
		this.sessionsByRoute.remove(session.route(), session);
		this.toAcknowledge.remove(session);
		this.transfers.end(session);
		this.sequencer.expireEphemeral(session.clientId(), this.nowNanos, this.nowMicros);
		this.log.add(new LogRecord.SessionEnd(session.clientId()));
	}

	private void log(Session session, String what) {
		this.sessionLog.log(this.nowNanos, (leftOut) -> logger.info("Session of {} {}{}", session, what, leftOut));
	}

}
