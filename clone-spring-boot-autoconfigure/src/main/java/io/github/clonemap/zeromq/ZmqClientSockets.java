package io.github.clonemap.zeromq;

import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.function.Consumer;

import io.github.clonemap.client.ClientSockets;
import io.github.clonemap.client.ServerEndpoint;
import io.github.clonemap.client.ServerUnreachableException;
import io.github.clonemap.protocol.Command;
import io.github.clonemap.server.ServerSettings;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;
import org.zeromq.ZMQ.Socket;
import org.zeromq.ZMQException;
import zmq.Msg;

/**
 * The sockets of a client: a DEALER for requests and a SUB for the stream, made anew for
 * each connection, so that nothing of an earlier one can arrive.
 *
 * @since 0.1.0
 */
public final class ZmqClientSockets implements ClientSockets {

	private static final Logger logger = LoggerFactory.getLogger(ZmqClientSockets.class);

	private static final int DRAIN_LIMIT = 256;

	private static final long MAX_FRAME_BYTES = ServerSettings.MAX_VALUE_SIZE + (1 << 20);

	private static final String NAME = "clone-client";

	private static final Duration PATIENCE = Duration.ofSeconds(5);

	private final Duration patience;

	private final Consumer<Socket> customizer;

	private volatile IoLoop io = new IoLoop(NAME);

	private @Nullable Connection connection;

	private ZmqClientSockets(Duration patience, Consumer<Socket> customizer) {
		this.patience = patience;
		this.customizer = customizer;
	}

	/**
	 * Makes the sockets at each start of a client.
	 * @return the factory
	 */
	public static ClientSockets.Factory factory() {
		return factory(PATIENCE, (socket) -> {
		});
	}

	/**
	 * The same.
	 * @param patience how long input may take
	 * @param customizer gets each socket before it is connected
	 */
	static ClientSockets.Factory factory(Duration patience, Consumer<Socket> customizer) {
		return () -> new ZmqClientSockets(patience, customizer);
	}

	@Override
	public void connect(ServerEndpoint server, byte[] topic) throws ServerUnreachableException {
		close(false);
		renewIfDead();
		Socket requests = Sockets.createPooled(this.io, SocketType.DEALER, MAX_FRAME_BYTES, server.requests());
		// What may be on its way is bounded by writes in flight and credit; a full socket
		// would drop a request, and everything after it would wait for its repetition.
		requests.setSndHWM(0);
		requests.setRcvHWM(0);
		Socket stream = Sockets.createPooled(this.io, SocketType.SUB, MAX_FRAME_BYTES, server.stream());
		// Subscriptions count, too: above this limit JeroMQ loses them silently.
		stream.setSndHWM(0);
		stream.setRcvHWM(StreamQueue.LIMIT);
		stream.subscribe(topic);
		this.customizer.accept(requests);
		this.customizer.accept(stream);
		Connection connection = new Connection(requests, stream);
		requests.setEventHook((event) -> connection.refused = true, ZMQ.EVENT_CONNECT_RETRIED | ZMQ.EVENT_DISCONNECTED);
		this.connection = connection;
		try {
			requests.connect(server.requests());
			stream.connect(server.stream());
		}
		catch (ZMQException | UncheckedIOException | IllegalArgumentException ex) {
			// Usually a name that cannot be resolved, which may be different next time.
			close(false);
			throw new ServerUnreachableException("cannot connect: " + ex.getMessage(), ex);
		}
	}

	/**
	 * Input and output that has ended does not begin again.
	 */
	private void renewIfDead() {
		String trouble = this.io.trouble();
		if (trouble != null) {
			logger.error("The client's sockets are dead ({}): they are made anew, its entries stay", trouble);
			this.io.abandon();
			this.io = new IoLoop(NAME);
		}
	}

	@Override
	public void disconnect() {
		close(false);
	}

	@Override
	public void send(Command command, byte[] body) {
		if (this.connection != null && this.connection.requests.send(command.frame(), ZMQ.SNDMORE | ZMQ.DONTWAIT)) {
			this.connection.requests.send(body, ZMQ.DONTWAIT);
		}
	}

	@Override
	public void await(long timeoutNanos) {
		this.io.await(timeoutNanos);
	}

	@Override
	public boolean drain(Handler handler) {
		Connection connection = this.connection;
		if (connection != null && (connection.refused || this.io.trouble() != null)) {
			connection.refused = false;
			// What it said before it went is still to be heard.
			drainRequests(handler);
			if (this.connection == connection) {
				handler.onRefused();
			}
			return true;
		}
		// Not ||: the stream has its turn, too, when there are more replies.
		return drainRequests(handler) | drainStream(handler);
	}

	private boolean drainRequests(Handler handler) {
		IoLoop io = this.io;
		for (int i = 0; i < DRAIN_LIMIT; i++) {
			// What it hears may make the handler connect anew.
			Connection connection = this.connection;
			byte[] command = (connection != null) ? connection.requests.recv(ZMQ.DONTWAIT) : null;
			if (connection == null || command == null) {
				return false;
			}
			Msg body = connection.requests.hasReceiveMore() ? Sockets.receive(connection.requests) : null;
			int tooMany = 0;
			while (connection.requests.hasReceiveMore()) {
				connection.requests.recv(ZMQ.DONTWAIT);
				tooMany++;
			}
			if (body == null || tooMany > 0) {
				handler.onMalformed("a reply has a command and a body");
			}
			else {
				handler.onReply(command, body.buf().array(), body.size());
				io.giveBack(body);
			}
		}
		return true;
	}

	private boolean drainStream(Handler handler) {
		IoLoop io = this.io;
		for (int i = 0; i < DRAIN_LIMIT; i++) {
			Connection connection = this.connection;
			Msg frame = (connection != null && handler.wantsStream()) ? Sockets.receive(connection.stream) : null;
			if (connection == null || frame == null) {
				return false;
			}
			int tooMany = 0;
			while (connection.stream.hasReceiveMore()) {
				connection.stream.recv(ZMQ.DONTWAIT);
				tooMany++;
			}
			if (tooMany > 0) {
				handler.onMalformed("a message of the stream has one frame");
			}
			else {
				handler.onStream(frame.buf().array(), frame.size());
				io.giveBack(frame);
			}
		}
		return true;
	}

	@Override
	public Thread newThread(Runnable work) {
		return this.io.newThread(work);
	}

	@Override
	public boolean abandonIfStuck(long nowNanos) {
		return this.io.abandonIfStuck(nowNanos, this.patience.toNanos());
	}

	@Override
	public void wakeUp() {
		this.io.wakeUp();
	}

	@Override
	public void close() {
		close(true);
		this.io.close();
	}

	private void close(boolean lastWords) {
		Connection connection = this.connection;
		if (connection != null) {
			this.connection = null;
			if (this.io.trouble() == null) {
				Sockets.close(this.io, connection.requests, lastWords);
				Sockets.close(this.io, connection.stream, false);
			}
		}
	}

	/**
	 * The sockets of one connection.
	 */
	private static final class Connection {

		private final Socket requests;

		private final Socket stream;

		/** Whether the server has refused or ended it. */
		private boolean refused;

		Connection(Socket requests, Socket stream) {
			this.requests = requests;
			this.stream = stream;
		}

	}

}
