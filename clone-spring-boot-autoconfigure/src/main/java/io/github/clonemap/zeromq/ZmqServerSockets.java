package io.github.clonemap.zeromq;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.github.clonemap.agent.HeapShare;
import io.github.clonemap.client.ClientSettings;
import io.github.clonemap.client.ServerEndpoint;
import io.github.clonemap.protocol.Command;
import io.github.clonemap.protocol.FrameWriter;
import io.github.clonemap.protocol.Subtrees;
import io.github.clonemap.protocol.chp.ChpRequest;
import io.github.clonemap.server.MalformedReason;
import io.github.clonemap.server.Route;
import io.github.clonemap.server.ServerBindException;
import io.github.clonemap.server.ServerSockets;
import org.jspecify.annotations.Nullable;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;
import org.zeromq.ZMQ.Socket;
import org.zeromq.ZMQException;
import zmq.Msg;
import zmq.ZError;

/**
 * The sockets of a server: a ROUTER for requests on port P, an XPUB for the stream on
 * port P+3; if it is one of a pair, those between the two; and, if it has a door for
 * clients of RFC 12, theirs on the ports between.
 *
 * @since 0.1.0
 */
public final class ZmqServerSockets implements ServerSockets {

	private static final String SCHEME = "tcp://";

	private static final int MAX_PORT = 65_535;

	private static final int DRAIN_LIMIT = 256;

	private static final int ANY_PORT_ATTEMPTS = 100;

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

	private static final int FRAME_OVERHEAD = 256 << 10;

	private static final Duration PROBE_SILENCE = Duration.ofSeconds(5);

	private final IoLoop io;

	private final ReplyQueues replies = new ReplyQueues();

	private final Socket requests;

	private final byte[] farewell;

	private final Socket stream;

	private final StreamBacklog backlog;

	private final int port;

	private final ServerProbe probe;

	private final Duration patience;

	private final @Nullable PeerSockets peer;

	private final @Nullable ChpSockets chp;

	private ZmqServerSockets(IoLoop io, ServerProbe probe, Socket requests, byte[] farewell, Socket stream, String host,
			int port, Details details) {
		this.io = io;
		this.probe = probe;
		this.patience = details.probeSilence;
		this.requests = requests;
		this.farewell = farewell;
		this.stream = stream;
		this.backlog = new StreamBacklog(io, port + ServerEndpoint.STREAM_PORT_OFFSET);
		this.port = port;
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
			String host = SCHEME
					+ ((address.contains(":") && !address.startsWith("[")) ? "[" + address + "]" : address);
			Socket requests = Sockets.createPooled(io, SocketType.ROUTER, details.maxFrameBytes, host);
			details.customizer.accept(requests);
			requests.setSndHWM(REPLY_LIMIT);
			requests.setRcvHWM(RECEIVE_LIMIT);
			requests.setRouterMandatory(true);
			byte[] farewell = new byte[FAREWELL_BYTES];
			new SecureRandom().nextBytes(farewell);
			requests.base().setSocketOpt(zmq.ZMQ.ZMQ_DISCONNECT_MSG, farewell);
			int bound = bind(requests, host, port);
			// What comes here are subscriptions, and each costs JeroMQ more than its
			// size.
			Socket stream = Sockets.create(io, SocketType.XPUB, Subtrees.MAX_BYTES + 1, host);
			details.customizer.accept(stream);
			stream.setXpubVerbose(true);
			stream.setSndHWM(StreamQueue.LIMIT);
			bind(stream, host, bound + ServerEndpoint.STREAM_PORT_OFFSET);
			ServerProbe probe = new ServerProbe(io, host, bound, details.probeSilence);
			return new ZmqServerSockets(io, probe, requests, farewell, stream, host, bound, details);
		}
		catch (RuntimeException ex) {
			io.close();
			throw ex;
		}
	}

	static int bind(Socket socket, String host, int port) {
		String endpoint = host + ":" + ((port == 0) ? "*" : port);
		try {
			if (!socket.bind(endpoint)) {
				throw new ServerBindException(endpoint, isHere(host), null);
			}
		}
		catch (ZMQException ex) {
			// JeroMQ says EADDRINUSE of an address that is another machine's, too.
			throw new ServerBindException(endpoint, ex.getErrorCode() == ZMQ.Error.EADDRINUSE.getCode() && isHere(host),
					ex);
		}
		catch (IllegalArgumentException ex) {
			// The stream's port of a random port of requests may lie above all ports.
			throw new ServerBindException(endpoint, port > MAX_PORT, ex);
		}
		String last = socket.getLastEndpoint();
		return Integer.parseInt(last.substring(last.lastIndexOf(':') + 1));
	}

	private static boolean isHere(String host) {
		try {
			InetAddress address = InetAddress.getByName(host.substring(SCHEME.length()));
			return address.isAnyLocalAddress() || NetworkInterface.getByInetAddress(address) != null;
		}
		catch (UnknownHostException | SocketException ex) {
			return false;
		}
	}

	@Override
	public int port() {
		return this.port;
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
			byte[] identity = this.requests.recv(ZMQ.DONTWAIT);
			if (identity == null) {
				return more;
			}
			bytes += onRequest(identity, handler);
		}
		return true;
	}

	@Override
	public void reply(Route route, Command command, byte[] body) {
		if (begin(route, command)) {
			end(route, command, ByteBuffer.wrap(body));
		}
	}

	@Override
	public void reply(Route route, Command command, FrameWriter body) {
		if (begin(route, command)) {
			end(route, command, this.io.frames().copyOf(body));
		}
	}

	private boolean begin(Route route, Command command) {
		// What a peer does not take is dropped; it notices and asks again.
		if ((!TO_PEER.contains(command) && !this.replies.takes(route)) || !begin(route)) {
			return false;
		}
		this.requests.base().send(new Msg(command.frame()), ZMQ.SNDMORE | ZMQ.DONTWAIT);
		return true;
	}

	private void end(Route route, Command command, ByteBuffer body) {
		this.requests.base()
			.send(TO_PEER.contains(command) ? new Msg(body) : this.replies.count(route, body, body.capacity()),
					ZMQ.DONTWAIT);
	}

	/**
	 * The first frame of a reply, of which a ROUTER that is told so says whether it has a
	 * way to go.
	 */
	private boolean begin(Route route) {
		return this.requests.base().send(new Msg(route.identity()), ZMQ.SNDMORE | ZMQ.DONTWAIT);
	}

	@Override
	public boolean hasRoom(Route route) {
		return this.replies.hasRoom(route);
	}

	@Override
	public int endUnreadConnections(long nowNanos, long patienceNanos) {
		if (!this.io.isWriting(this.port)) {
			this.replies.onAllWritten();
		}
		int ended = this.backlog.takeEnded() + ((this.chp != null) ? this.chp.endUnreadConnections() : 0);
		return ended + this.io.endBlocked(this.port, nowNanos,
				this.replies.isShort() ? Math.min(patienceNanos, SHORT_PATIENCE_NANOS) : patienceNanos);
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
		if (!this.replies.hasRoom(route)) {
			return Delivery.FULL;
		}
		if (!begin(route)) {
			return (this.requests.base().errno() == ZError.EHOSTUNREACH) ? Delivery.GONE : Delivery.FULL;
		}
		int last = frames.length - 1;
		int size = frames[last].length;
		for (int i = 0; i < last; i++) {
			size += frames[i].length;
			this.requests.send(frames[i], ZMQ.SNDMORE | ZMQ.DONTWAIT);
		}
		this.requests.base().send(this.replies.count(route, ByteBuffer.wrap(frames[last]), size), ZMQ.DONTWAIT);
		return Delivery.SENT;
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
			Sockets.close(this.io, this.requests, true);
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

	private int onRequest(byte[] identity, Handler handler) {
		byte[] command = nextFrame();
		Msg body = (command != null && this.requests.hasReceiveMore()) ? Sockets.receive(this.requests) : null;
		if (this.chp != null && command != null && body == null && ChpRequest.isRequest(command)) {
			// As the first models of the Guide ask for everything.
			body = new Msg();
		}
		int tooMany = 0;
		while (nextFrame() != null) {
			tooMany++;
		}
		if (this.probe.isMine(identity)) {
			this.probe.onHeard(System.nanoTime());
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
		return this.requests.hasReceiveMore() ? this.requests.recv(ZMQ.DONTWAIT) : null;
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
