package io.github.clonemap.client;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

import io.github.clonemap.agent.Backoff;
import io.github.clonemap.agent.Clock;
import io.github.clonemap.protocol.FrameWriter;
import io.github.clonemap.protocol.Message;
import io.github.clonemap.protocol.Message.Bye;
import io.github.clonemap.protocol.Message.Hello;
import io.github.clonemap.protocol.Message.Ping;
import io.github.clonemap.protocol.Reply.Pong;
import io.github.clonemap.protocol.Reply.Welcome;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The conversation with one server after the other: greets, shows that it lives, and
 * turns to the next server when this one is silent or says that it is not the right one.
 * <p>
 * For the agent.
 */
final class ClientSession {

	private static final Logger logger = LoggerFactory.getLogger(ClientSession.class);

	private static final long MIN_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

	private static final long MAX_BACKOFF_NANOS = TimeUnit.SECONDS.toNanos(2);

	/**
	 * How many pings follow each other at once when the server is new: the first one
	 * often takes long, and so tells little about the clocks.
	 */
	private static final int FIRST_PINGS = 4;

	private final FrameWriter writer = new FrameWriter(256);

	private final ClientSettings settings;

	private final List<ServerEndpoint> servers;

	private final ClientTransport transport;

	private final Clock clock;

	private final ClockOffset offset;

	private final byte[] topic;

	private final Partners partners;

	private final Backoff backoff;

	private final long timeoutNanos;

	private final long helloIntervalNanos;

	private State state = State.WAITING;

	private int serverIndex = -1;

	private long retryNanos;

	private long connectedNanos;

	private long helloNanos;

	private long pingNanos;

	private long heardNanos;

	private long pingIntervalNanos;

	private final Map<ServerEndpoint, String> complaints = new HashMap<>();

	private int warnedHeartbeatMillis;

	private boolean passiveInRound;

	private int pingsLeft;

	private volatile @Nullable ServerEndpoint server;

	private volatile long failovers;

	ClientSession(ClientSettings settings, List<ServerEndpoint> servers, ClientTransport transport, Clock clock,
			ClockOffset offset, RandomGenerator random, Partners partners) {
		this.settings = settings;
		this.servers = List.copyOf(servers);
		this.transport = transport;
		this.clock = clock;
		this.offset = offset;
		this.topic = settings.subtrees().topic();
		this.partners = partners;
		this.timeoutNanos = settings.serverTimeout().toNanos();
		this.helloIntervalNanos = this.timeoutNanos / 6;
		this.backoff = new Backoff(MIN_BACKOFF_NANOS, Math.min(MAX_BACKOFF_NANOS, this.timeoutNanos), random);
		this.retryNanos = clock.nanoTime();
		this.pingIntervalNanos = this.timeoutNanos / 3;
	}

	boolean isEstablished() {
		return this.state == State.ESTABLISHED;
	}

	/**
	 * The server that is used or tried. Read by any thread.
	 */
	@Nullable ServerEndpoint server() {
		return this.server;
	}

	long failovers() {
		return this.failovers;
	}

	/**
	 * Does what is due.
	 * @param nowNanos the time now
	 * @param streamHeardNanos when the stream was last heard
	 */
	void onTick(long nowNanos, long streamHeardNanos) {
		switch (this.state) {
			case WAITING -> {
				if (nowNanos - this.retryNanos >= 0) {
					connect(nowNanos);
				}
			}
			case GREETING -> {
				if (nowNanos - this.connectedNanos > this.timeoutNanos) {
					lose("no answer within clone.server-timeout", nowNanos);
				}
				else if (nowNanos - this.helloNanos > this.helloIntervalNanos) {
					greet(nowNanos);
				}
			}
			case ESTABLISHED -> {
				if (nowNanos - this.heardNanos > this.timeoutNanos) {
					lose("silent for longer than clone.server-timeout", nowNanos);
				}
				else if (nowNanos - streamHeardNanos > this.timeoutNanos) {
					lose("its stream was not heard for longer than clone.server-timeout", nowNanos);
				}
				else if (nowNanos - this.pingNanos > this.pingIntervalNanos) {
					ping(nowNanos);
				}
			}
		}
	}

	long nextDeadlineNanos() {
		return switch (this.state) {
			case WAITING -> this.retryNanos;
			case GREETING -> this.helloNanos + this.helloIntervalNanos;
			case ESTABLISHED -> this.pingNanos + this.pingIntervalNanos;
		};
	}

	/**
	 * Asks what time it is, and how far the server is.
	 */
	void ping(long nowNanos) {
		this.pingNanos = nowNanos;
		send(new Ping(this.clock.epochMicros()));
	}

	void onHeard(long nowNanos) {
		this.heardNanos = nowNanos;
	}

	void onWelcome(Welcome welcome, long nowNanos) {
		if (this.state != State.GREETING) {
			return;
		}
		if (welcome.version() != Message.VERSION) {
			lose("it speaks version " + welcome.version() + " of the requests, not " + Message.VERSION, nowNanos);
			return;
		}
		if (this.settings.serverTimeout().toMillis() < 2L * welcome.heartbeatMillis()
				&& this.warnedHeartbeatMillis != welcome.heartbeatMillis()) {
			this.warnedHeartbeatMillis = welcome.heartbeatMillis();
			logger.warn(
					"{}: clone.server-timeout is {} ms, but the server's clone.server.heartbeat is {} ms: a time-out "
							+ "below two heartbeats calls a healthy server lost",
					this.settings.name(), this.settings.serverTimeout().toMillis(), welcome.heartbeatMillis());
		}
		become(State.ESTABLISHED, "the server has answered");
		this.backoff.reset();
		this.complaints.clear();
		this.heardNanos = nowNanos;
		this.pingIntervalNanos = Math.min(this.timeoutNanos / 3,
				TimeUnit.MILLISECONDS.toNanos(welcome.sessionTimeoutMillis()) / 3);
		this.offset.reset();
		this.pingsLeft = FIRST_PINGS - 1;
		ping(nowNanos);
		this.partners.onEstablished(welcome, nowNanos);
	}

	/**
	 * The server is not, or no longer, the active one. That somebody asked it helps it to
	 * decide whether it has to be: so the next round comes soon.
	 */
	void onPassive(long nowNanos) {
		if (this.state != State.WAITING) {
			this.passiveInRound = true;
			lose("it is passive", nowNanos);
		}
	}

	/**
	 * Nobody listens there, or the connection broke.
	 */
	void onRefused(long nowNanos) {
		if (this.state != State.WAITING) {
			lose("nobody listens there", nowNanos);
		}
	}

	void onPong(Pong pong, long nowMicros, long nowNanos) {
		this.offset.onSample(pong.micros(), nowMicros, pong.serverTimeMicros());
		if (this.state == State.ESTABLISHED && this.pingsLeft-- > 0) {
			ping(nowNanos);
		}
	}

	/**
	 * The server ended the session. If it only does not know it, it still is the right
	 * server.
	 */
	void onBye(Bye bye, long nowNanos) {
		if (this.state == State.ESTABLISHED && bye.reason() == Bye.Reason.NO_SESSION) {
			greetAgain("the server said: " + bye.explanation(), nowNanos);
		}
		else if (this.state != State.WAITING && bye.reason() != Bye.Reason.NO_SESSION) {
			lose(bye.explanation(), nowNanos);
		}
	}

	/**
	 * Begins anew with the same server.
	 */
	void greetAgain(String reason, long nowNanos) {
		logger.info("{} greets {} again: {}", this.settings.name(), this.server, reason);
		become(State.GREETING, reason);
		this.connectedNanos = nowNanos;
		this.partners.onLost(reason, nowNanos);
		greet(nowNanos);
	}

	/**
	 * Says goodbye, so that the server need not wait for a time-out.
	 */
	void stop() {
		if (this.state == State.ESTABLISHED) {
			send(new Bye(Bye.Reason.STOPPING, "the client stops"));
		}
	}

	private void connect(long nowNanos) {
		this.serverIndex = (this.serverIndex + 1) % this.servers.size();
		ServerEndpoint server = this.servers.get(this.serverIndex);
		this.server = server;
		become(State.GREETING, "it is the next server's turn");
		this.connectedNanos = nowNanos;
		try {
			this.transport.connect(server, this.topic);
			greet(nowNanos);
		}
		catch (ServerUnreachableException ex) {
			lose(String.valueOf(ex.getMessage()), nowNanos);
		}
	}

	private void greet(long nowNanos) {
		this.helloNanos = nowNanos;
		send(this.partners.hello());
	}

	/**
	 * Turns away from this server: to the next one at once, but after a whole round not
	 * without a pause.
	 */
	private void lose(String reason, long nowNanos) {
		ServerEndpoint server = this.servers.get(this.serverIndex);
		if (reason.equals(this.complaints.put(server, reason))) {
			logger.debug("{} lost {} ({})", this.settings.name(), this.server, reason);
		}
		else {
			logger.warn("{} lost {} ({}); trying {}", this.settings.name(), server, reason, this.servers);
		}
		this.failovers++;
		become(State.WAITING, reason);
		boolean roundIsOver = this.serverIndex == this.servers.size() - 1;
		this.retryNanos = nowNanos + (roundIsOver ? pauseNanos() : 0);
		this.transport.disconnect();
		this.partners.onLost(reason, nowNanos);
	}

	private long pauseNanos() {
		if (this.passiveInRound) {
			this.passiveInRound = false;
			this.backoff.reset();
		}
		return this.backoff.nextNanos();
	}

	/**
	 * The only place that changes the state.
	 */
	private void become(State next, String reason) {
		logger.debug("{} with {}: {} -> {}: {}", this.settings.name(), this.server, this.state, next, reason);
		this.state = next;
	}

	private void send(Message message) {
		this.transport.send(message.command(), message.toBytes(this.writer));
	}

	/**
	 * How a conversation stands.
	 */
	private enum State {

		/** A pause before the next attempt. */
		WAITING,

		/** HELLO was sent. */
		GREETING,

		/** The server has answered WELCOME. */
		ESTABLISHED

	}

	/**
	 * Who depends on the conversation.
	 */
	interface Partners {

		Hello hello();

		void onEstablished(Welcome welcome, long nowNanos);

		void onLost(String reason, long nowNanos);

	}

}
