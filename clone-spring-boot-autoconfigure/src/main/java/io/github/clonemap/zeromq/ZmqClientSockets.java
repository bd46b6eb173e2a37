package io.github.clonemap.zeromq;

import java.io.UncheckedIOException;
import java.nio.channels.SelectionKey;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.clonemap.client.ClientSockets;
import io.github.clonemap.client.ServerEndpoint;
import io.github.clonemap.client.ServerUnreachableException;
import io.github.clonemap.protocol.Command;
import io.github.clonemap.server.ServerSettings;
import org.jspecify.annotations.Nullable;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;
import org.zeromq.ZMQ.Socket;
import org.zeromq.ZMQException;

/**
 * The sockets of a client: a DEALER for requests and a SUB for the stream, made anew for
 * each connection, so that nothing of an earlier one can arrive.
 *
 * @since 0.1.0
 */
public final class ZmqClientSockets implements ClientSockets {

	private static final int DRAIN_LIMIT = 256;

	private static final long MAX_FRAME_BYTES = ServerSettings.MAX_VALUE_SIZE + (1 << 20);

	private final SocketWait wait = new SocketWait();

	private IoThreads threads = new IoThreads();

	private ZContext context = Sockets.context("clone-client", this.threads);

	private @Nullable Connection connection;

	private ZmqClientSockets() {
	}

	/**
	 * Makes the sockets at each start of a client.
	 * @return the factory
	 */
	public static ClientSockets.Factory factory() {
		return ZmqClientSockets::new;
	}

	@Override
	public void connect(ServerEndpoint server, byte[] topic) throws ServerUnreachableException {
		close(false);
		renewIfDead();
		Socket requests = Sockets.create(this.context, SocketType.DEALER, MAX_FRAME_BYTES, server.requests());
		// What may be on its way is bounded by writes in flight and credit; a full socket
		// would drop a request, and everything after it would wait for its repetition.
		requests.setSndHWM(0);
		requests.setRcvHWM(0);
		Socket stream = Sockets.create(this.context, SocketType.SUB, MAX_FRAME_BYTES, server.stream());
		// Subscriptions count, too: above this limit JeroMQ loses them silently.
		stream.setSndHWM(0);
		stream.setRcvHWM(StreamQueue.LIMIT);
		stream.subscribe(topic);
		AtomicBoolean refused = new AtomicBoolean();
		// On JeroMQ's own thread: the agent hears of it in its next turn.
		requests.setEventHook((event) -> {
			refused.set(true);
			wakeUp();
		}, ZMQ.EVENT_CONNECT_RETRIED | ZMQ.EVENT_DISCONNECTED);
		this.connection = new Connection(requests, this.wait.add(requests), stream, this.wait.add(stream), refused);
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
	 * A context whose thread has died connects to nobody any more.
	 */
	private void renewIfDead() {
		if (this.threads.death() != null) {
			this.threads.abandon(this.context);
			this.threads = new IoThreads();
			this.context = Sockets.context("clone-client", this.threads);
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
	public void await(long timeoutNanos, boolean withStream) {
		Connection connection = this.connection;
		if (connection == null) {
			this.wait.await(timeoutNanos);
			return;
		}
		SocketWait.listen(connection.streamKey, withStream);
		if (connection.refused.get() || connection.hasInput(withStream)) {
			return;
		}
		// Somebody may be about to send: batches grow, and a system call is saved.
		Thread.yield();
		if (!connection.hasInput(withStream)) {
			this.wait.await(timeoutNanos);
		}
	}

	@Override
	public boolean drain(Handler handler) {
		Connection connection = this.connection;
		if (connection != null && connection.refused.compareAndSet(true, false)) {
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
		for (int i = 0; i < DRAIN_LIMIT; i++) {
			// What it hears may make the handler connect anew.
			Connection connection = this.connection;
			byte[] command = (connection != null) ? connection.requests.recv(ZMQ.DONTWAIT) : null;
			if (connection == null || command == null) {
				return false;
			}
			byte[] body = connection.requests.hasReceiveMore() ? connection.requests.recv(ZMQ.DONTWAIT) : null;
			int tooMany = 0;
			while (connection.requests.hasReceiveMore()) {
				connection.requests.recv(ZMQ.DONTWAIT);
				tooMany++;
			}
			if (body == null || tooMany > 0) {
				handler.onMalformed("a reply has a command and a body");
			}
			else {
				handler.onReply(command, body);
			}
		}
		return true;
	}

	private boolean drainStream(Handler handler) {
		for (int i = 0; i < DRAIN_LIMIT; i++) {
			Connection connection = this.connection;
			byte[] frame = (connection != null && handler.wantsStream()) ? connection.stream.recv(ZMQ.DONTWAIT) : null;
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
				handler.onStream(frame);
			}
		}
		return true;
	}

	@Override
	public void wakeUp() {
		this.wait.wakeUp();
	}

	@Override
	public void close() {
		close(true);
		this.wait.close();
		this.threads.close(this.context);
	}

	private void close(boolean lastWords) {
		Connection connection = this.connection;
		if (connection != null) {
			this.connection = null;
			connection.requestsKey.cancel();
			connection.streamKey.cancel();
			Sockets.close(connection.requests, lastWords);
			Sockets.close(connection.stream, false);
		}
	}

	/**
	 * The sockets of one connection.
	 */
	private record Connection(Socket requests, SelectionKey requestsKey, Socket stream, SelectionKey streamKey,
			AtomicBoolean refused) {

		boolean hasInput(boolean withStream) {
			return SocketWait.hasInput(this.requests) || (withStream && SocketWait.hasInput(this.stream));
		}

	}

}
