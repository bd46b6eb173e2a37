package io.github.clonemap.zeromq;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.github.clonemap.agent.HeapShare;
import io.github.clonemap.client.ClientSettings;
import io.github.clonemap.protocol.Command;
import io.github.clonemap.protocol.FrameWriter;
import io.github.clonemap.protocol.chp.ChpRequest;
import io.github.clonemap.server.MalformedReason;
import io.github.clonemap.server.Route;
import io.github.clonemap.server.ServerTransport.Delivery;
import io.github.clonemap.server.ServerTransport.Handler;
import org.jspecify.annotations.Nullable;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;
import org.zeromq.ZMQ.Socket;
import zmq.Msg;
import zmq.ZError;

/**
 * The ROUTER of a server: requests come in, and replies go out as far as there is room
 * for what their receivers have not read.
 * <p>
 * For the agent.
 */
final class RequestSocket {

	/**
	 * How many replies may wait for a peer that reads slowly before it misses some: each
	 * write in flight may be acknowledged by itself, and there is more.
	 */
	private static final int REPLY_LIMIT = ClientSettings.MAX_IN_FLIGHT + 4096;

	/**
	 * How many messages of one peer may wait here; after that its own queue fills.
	 */
	private static final int RECEIVE_LIMIT = HeapShare.count(64, 64 << 10, 16, 256);

	/**
	 * How long a peer may read nothing while the room for replies is short.
	 */
	private static final long SHORT_PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

	/**
	 * What the passive server of a pair is told, which has bounds of its own.
	 */
	private static final Set<Command> TO_PEER = EnumSet.of(Command.LOG, Command.COPY, Command.PEER, Command.HANDOVER);

	/**
	 * So many random bytes tell us that a connection has ended that nobody else can.
	 */
	private static final int FAREWELL_BYTES = 16;

	private final ReplyQueues replies = new ReplyQueues();

	private final byte[] farewell = new byte[FAREWELL_BYTES];

	private final IoLoop io;

	private final Socket socket;

	private final int port;

	private final boolean chp;

	/**
	 * Binds the socket.
	 * @param host the endpoint without its port
	 * @param port the port, or 0 for any that is free
	 * @param chp whether clients of RFC 12 are let in
	 * @param customizer gets the socket before it is bound
	 */
	RequestSocket(IoLoop io, String host, int port, long maxFrameBytes, boolean chp, Consumer<Socket> customizer) {
		this.io = io;
		this.chp = chp;
		this.socket = Sockets.createPooled(io, SocketType.ROUTER, maxFrameBytes, host);
		customizer.accept(this.socket);
		this.socket.setSndHWM(REPLY_LIMIT);
		this.socket.setRcvHWM(RECEIVE_LIMIT);
		this.socket.setRouterMandatory(true);
		new SecureRandom().nextBytes(this.farewell);
		this.socket.base().setSocketOpt(zmq.ZMQ.ZMQ_DISCONNECT_MSG, this.farewell);
		this.port = Sockets.bind(this.socket, host, port);
	}

	int port() {
		return this.port;
	}

	/**
	 * Hands over the next request, if there is one.
	 * @return the size of its body, or -1 if there is none
	 */
	int readNext(Handler handler, ServerProbe probe) {
		byte[] identity = this.socket.recv(ZMQ.DONTWAIT);
		if (identity == null) {
			return -1;
		}
		byte[] command = nextFrame();
		Msg body = (command != null && this.socket.hasReceiveMore()) ? Sockets.receive(this.socket) : null;
		if (this.chp && command != null && body == null && ChpRequest.isRequest(command)) {
			// As the first models of the Guide ask for everything.
			body = new Msg();
		}
		int tooMany = 0;
		while (nextFrame() != null) {
			tooMany++;
		}
		if (probe.isMine(identity)) {
			probe.onHeard(System.nanoTime());
			return 0;
		}
		if (body == null && Arrays.equals(command, this.farewell)) {
			Route route = new Route(identity);
			this.replies.forget(route);
			handler.onDisconnected(route);
			return 0;
		}
		if (command == null || body == null || tooMany > 0) {
			handler.onMalformed(MalformedReason.FRAMES, "a request has a command and a body, not "
					+ ((command == null) ? "nothing" : ((body == null) ? "one frame" : (2 + tooMany) + " frames")));
			return 0;
		}
		handler.onRequest(new Route(identity), command, body.buf().array(), body.size());
		this.io.giveBack(body);
		return body.size();
	}

	private byte @Nullable [] nextFrame() {
		return this.socket.hasReceiveMore() ? this.socket.recv(ZMQ.DONTWAIT) : null;
	}

	void reply(Route route, Command command, byte[] body) {
		if (begin(route, command)) {
			end(route, command, ByteBuffer.wrap(body));
		}
	}

	void reply(Route route, Command command, FrameWriter body) {
		if (begin(route, command)) {
			end(route, command, this.io.frames().copyOf(body));
		}
	}

	private boolean begin(Route route, Command command) {
		// What a peer does not take is dropped; it notices and asks again.
		if ((!TO_PEER.contains(command) && !this.replies.takes(route)) || !begin(route)) {
			return false;
		}
		this.socket.base().send(new Msg(command.frame()), ZMQ.SNDMORE | ZMQ.DONTWAIT);
		return true;
	}

	/**
	 * The first frame of a reply, of which a ROUTER that is told so says whether it has a
	 * way to go.
	 */
	private boolean begin(Route route) {
		return this.socket.base().send(new Msg(route.identity()), ZMQ.SNDMORE | ZMQ.DONTWAIT);
	}

	private void end(Route route, Command command, ByteBuffer body) {
		this.socket.base()
			.send(TO_PEER.contains(command) ? new Msg(body) : this.replies.count(route, body, body.capacity()),
					ZMQ.DONTWAIT);
	}

	Delivery sendChp(Route route, byte[][] frames) {
		if (!this.replies.hasRoom(route)) {
			return Delivery.FULL;
		}
		if (!begin(route)) {
			return (this.socket.base().errno() == ZError.EHOSTUNREACH) ? Delivery.GONE : Delivery.FULL;
		}
		int last = frames.length - 1;
		int size = frames[last].length;
		for (int i = 0; i < last; i++) {
			size += frames[i].length;
			this.socket.send(frames[i], ZMQ.SNDMORE | ZMQ.DONTWAIT);
		}
		this.socket.base().send(this.replies.count(route, ByteBuffer.wrap(frames[last]), size), ZMQ.DONTWAIT);
		return Delivery.SENT;
	}

	boolean hasRoom(Route route) {
		return this.replies.hasRoom(route);
	}

	/**
	 * Ends the connections of peers that have not read for long what they were sent.
	 * @return how many there were
	 */
	int endUnreadConnections(long nowNanos, long patienceNanos) {
		if (!this.io.isWriting(this.port)) {
			this.replies.onAllWritten();
		}
		return this.io.endBlocked(this.port, nowNanos,
				this.replies.isShort() ? Math.min(patienceNanos, SHORT_PATIENCE_NANOS) : patienceNanos);
	}

	void close() {
		Sockets.close(this.io, this.socket, true);
	}

}
