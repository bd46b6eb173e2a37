package io.github.clonemap.zeromq;

import java.time.Duration;
import java.util.function.Consumer;

import io.github.clonemap.client.ServerEndpoint;
import io.github.clonemap.protocol.Command;
import io.github.clonemap.protocol.FrameWriter;
import io.github.clonemap.protocol.Subtrees;
import io.github.clonemap.server.MalformedReason;
import io.github.clonemap.server.Route;
import io.github.clonemap.server.ServerBindException;
import io.github.clonemap.server.ServerSockets;
import org.jspecify.annotations.Nullable;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;
import org.zeromq.ZMQ.Socket;
import zmq.Msg;

/**
 * The sockets of a server: a ROUTER for requests on port P, an XPUB for the stream on
 * port P+3; if it is one of a pair, those between the two; and, if it has a door for
 * clients of RFC 12, theirs on the ports between.
 *
 * @since 0.1.0
 */
public final class ZmqServerSockets implements ServerSockets {

	private static final int DRAIN_LIMIT = 256;

	private static final int ANY_PORT_ATTEMPTS = 100;

	private static final int FRAME_OVERHEAD = 256 << 10;

	private static final Duration PROBE_SILENCE = Duration.ofSeconds(5);

	private final IoLoop io;

	private final RequestSocket requests;

	private final Socket stream;

	private final StreamBacklog backlog;

	private final ServerProbe probe;

	private final Duration patience;

	private final @Nullable PeerSockets peer;

	private final @Nullable ChpSockets chp;

	private ZmqServerSockets(IoLoop io, ServerProbe probe, RequestSocket requests, Socket stream, String host,
			Details details) {
		this.io = io;
		this.probe = probe;
		this.patience = details.probeSilence;
		this.requests = requests;
		this.stream = stream;
		int port = requests.port();
		this.backlog = new StreamBacklog(io, port + ServerEndpoint.STREAM_PORT_OFFSET);
		this.peer = (details.peer != null) ? new PeerSockets(io, details.peer) : null;
		this.chp = details.chp ? new ChpSockets(io, host, port, details.maxFrameBytes, details.customizer) : null;
	}

	/**
	 * Binds the sockets at each start of a server.
	 * @param address the address to listen on, such as {@code 127.0.0.1}
	 * @param port the port P, or 0 for any that is free together with P+3
	 * @param maxValueSize the largest value, in bytes
	 * @return the factory
	 */
	public static ServerSockets.Factory factory(String address, int port, int maxValueSize) {
		return factory(address, port, maxValueSize, null, false);
	}

	/**
	 * Binds the sockets at each start of a server that is one of a pair.
	 * @param address the address to listen on, such as {@code 127.0.0.1}
	 * @param port the port P
	 * @param maxValueSize the largest value, in bytes
	 * @param peer where the two servers find each other
	 * @return the factory
	 */
	public static ServerSockets.Factory factory(String address, int port, int maxValueSize, PeerEndpoints peer) {
		return factory(address, port, maxValueSize, peer, false);
	}

	/**
	 * Binds the sockets at each start of a server.
	 * @param address the address to listen on, such as {@code 127.0.0.1}
	 * @param port the port P, or 0 for any that is free together with all others
	 * @param maxValueSize the largest value, in bytes
	 * @param peer where the two servers of a pair find each other, {@code null} for a
	 * server that is alone
	 * @param chp whether there is a door for clients of RFC 12, on ports P, P+1 and P+2
	 * @return the factory
	 */
	public static ServerSockets.Factory factory(String address, int port, int maxValueSize,
			@Nullable PeerEndpoints peer, boolean chp) {
		Details details = new Details(maxValueSize + FRAME_OVERHEAD, PROBE_SILENCE, (socket) -> {
		}, peer, chp);
		return () -> UninterruptedCall.of("clone-server-bind", () -> open(address, port, details));
	}

	/**
	 * Opens sockets that are renewed when their thread dies.
	 * @param probeSilence how long nothing may come of the probe
	 * @param customizer gets each socket before it is bound
	 */
	static ServerSockets open(String address, int port, long maxFrameBytes, Duration probeSilence,
			Consumer<Socket> customizer) {
		return open(address, port, new Details(maxFrameBytes, probeSilence, customizer, null, false));
	}

	/**
	 * The same, with a door for clients of RFC 12.
	 */
	static ServerSockets openWithChp(String address, int port, long maxFrameBytes, Duration probeSilence,
			Consumer<Socket> customizer) {
		return open(address, port, new Details(maxFrameBytes, probeSilence, customizer, null, true));
	}

	private static ServerSockets open(String address, int port, Details details) {
		return new RenewedServerSockets((any) -> bind(address, any, details), port);
	}

	private static ZmqServerSockets bind(String address, int port, Details details) {
		if (port != 0) {
			return tryBind(address, port, details);
		}
		for (int attempt = 1;; attempt++) {
			try {
				return tryBind(address, 0, details);
			}
			catch (ServerBindException ex) {
				if (!ex.isInUse() || attempt == ANY_PORT_ATTEMPTS) {
					throw ex;
				}
			}
		}
	}

	private static ZmqServerSockets tryBind(String address, int port, Details details) {
		IoLoop io = new IoLoop("clone-server");
		try {
			String host = Sockets.SCHEME
					+ ((address.contains(":") && !address.startsWith("[")) ? "[" + address + "]" : address);
			RequestSocket requests = new RequestSocket(io, host, port, details.maxFrameBytes, details.chp,
					details.customizer);
			int bound = requests.port();
			// What comes here are subscriptions, and each costs JeroMQ more than its
			// size.
			Socket stream = Sockets.create(io, SocketType.XPUB, Subtrees.MAX_BYTES + 1, host);
			details.customizer.accept(stream);
			stream.setXpubVerbose(true);
			stream.setSndHWM(StreamQueue.LIMIT);
			Sockets.bind(stream, host, bound + ServerEndpoint.STREAM_PORT_OFFSET);
			ServerProbe probe = new ServerProbe(io, host, bound, details.probeSilence);
			return new ZmqServerSockets(io, probe, requests, stream, host, details);
		}
		catch (RuntimeException ex) {
			io.close();
			throw ex;
		}
	}

	@Override
	public int port() {
		return this.requests.port();
	}

	@Override
	public Thread newThread(Runnable work) {
		return this.io.newThread(work);
	}

	@Override
	public void await(long timeoutNanos) {
		this.io.await(timeoutNanos);
		this.backlog.onIo();
	}

	@Override
	public boolean abandonIfStuck(long nowNanos) {
		return this.io.abandonIfStuck(nowNanos, this.patience.toNanos());
	}

	@Override
	public boolean drain(Handler handler) {
		boolean more = this.peer != null && this.peer.drain(handler);
		more |= this.chp != null && this.chp.drain(handler);
		for (int i = 0; i < DRAIN_LIMIT; i++) {
			byte[] subscription = this.stream.recv(ZMQ.DONTWAIT);
			if (subscription == null) {
				break;
			}
			onSubscription(subscription, handler);
			more |= i == DRAIN_LIMIT - 1;
		}
		int bytes = 0;
		for (int i = 0; i < DRAIN_LIMIT && bytes < StreamQueue.TURN_BYTES && !this.backlog.isFull(); i++) {
			int read = this.requests.readNext(handler, this.probe);
			if (read < 0) {
				return more;
			}
			bytes += read;
		}
		return true;
	}

	@Override
	public void reply(Route route, Command command, byte[] body) {
		this.requests.reply(route, command, body);
	}

	@Override
	public void reply(Route route, Command command, FrameWriter body) {
		this.requests.reply(route, command, body);
	}

	@Override
	public boolean hasRoom(Route route) {
		return this.requests.hasRoom(route);
	}

	@Override
	public int endUnreadConnections(long nowNanos, long patienceNanos) {
		return this.requests.endUnreadConnections(nowNanos, patienceNanos) + this.backlog.takeEnded()
				+ ((this.chp != null) ? this.chp.endUnreadConnections() : 0);
	}

	@Override
	public void publish(byte[] frame) {
		this.backlog.onPublished(frame.length);
		this.stream.send(frame, ZMQ.DONTWAIT);
		int fillers = StreamQueue.fillers(frame);
		byte[] heartbeat = (fillers > 0) ? StreamQueue.heartbeatAfter(frame) : null;
		for (int i = 0; i < fillers && heartbeat != null; i++) {
			this.stream.send(heartbeat, ZMQ.DONTWAIT);
		}
	}

	@Override
	public void publish(FrameWriter frame) {
		if (frame.size() > FramePool.ARRAY_BYTES) {
			publish(frame.toByteArray());
		}
		else {
			this.backlog.onPublished(frame.size());
			Sockets.send(this.stream, new Msg(this.io.frames().copyOf(frame)));
		}
	}

	@Override
	public boolean hasChpDoor() {
		return this.chp != null;
	}

	@Override
	public Delivery sendChp(Route route, byte[][] frames) {
		return this.requests.sendChp(route, frames);
	}

	@Override
	public void publishChp(byte[][] frames) {
		if (this.chp != null) {
			this.chp.publish(frames);
		}
	}

	@Override
	public void publishState(byte[] frame) {
		if (this.peer != null) {
			this.peer.publishState(frame);
		}
	}

	@Override
	public void sendToPeer(Command command, byte[] body) {
		if (this.peer != null) {
			this.peer.sendToPeer(command, body);
		}
	}

	@Override
	public void wakeUp() {
		this.io.wakeUp();
	}

	@Override
	public void close() {
		if (this.io.trouble() == null) {
			this.requests.close();
			Sockets.close(this.io, this.stream, false);
			if (this.peer != null) {
				this.peer.close();
			}
			if (this.chp != null) {
				this.chp.close();
			}
		}
		this.io.close();
	}

	/**
	 * What is wrong with the input and output behind these sockets.
	 * @return what, or {@code null} if it works
	 */
	@Nullable String findTrouble(long nowNanos) {
		String trouble = this.io.trouble();
		return (trouble == null && this.probe.isSilent(nowNanos)) ? "their port does not answer" : trouble;
	}

	/**
	 * Lets go of everything without closing it.
	 */
	void abandon() {
		this.io.abandon();
	}

	private static void onSubscription(byte[] message, Handler handler) {
		if (message.length == 0) {
			handler.onMalformed(MalformedReason.TOPIC, "an empty subscription");
			return;
		}
		byte[] topic = new byte[message.length - 1];
		System.arraycopy(message, 1, topic, 0, topic.length);
		switch (message[0]) {
			case 0 -> handler.onUnsubscribed(topic);
			case 1 -> handler.onSubscribed(topic);
			default ->
				handler.onMalformed(MalformedReason.TOPIC, "a message on the stream's port that is no subscription");
		}
	}

	/**
	 * What all sockets of a server have in common, each time.
	 */
	private record Details(long maxFrameBytes, Duration probeSilence, Consumer<Socket> customizer,
			@Nullable PeerEndpoints peer, boolean chp) {

	}

}
