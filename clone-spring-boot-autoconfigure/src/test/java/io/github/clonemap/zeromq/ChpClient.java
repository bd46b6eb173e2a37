package io.github.clonemap.zeromq;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;
import org.zeromq.ZMQ.Socket;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A client of RFC 12 as somebody may write it who knows nothing of our code: three
 * sockets and the frames of the RFC. For one thread.
 */
final class ChpClient implements AutoCloseable {

	private static final int TIMEOUT_MILLIS = 10_000;

	private final ZContext context = new ZContext(1);

	private final Socket requests;

	private final Socket updates;

	private final Socket writes;

	private final int servers;

	/**
	 * Connects to one server, or to both of a pair. It asks and follows the first.
	 */
	ChpClient(String subtree, int... ports) {
		this.servers = ports.length;
		this.requests = connect(SocketType.DEALER, ports[0]);
		this.updates = connect(SocketType.SUB, ports[0] + 1);
		this.updates.subscribe(subtree.getBytes(StandardCharsets.UTF_8));
		this.updates.subscribe("HUGZ");
		// A PUB that tells who listens.
		this.writes = create(SocketType.XPUB);
		this.writes.setXpubVerbose(true);
		this.writes.setSndHWM(0);
		for (int port : ports) {
			this.writes.connect("tcp://127.0.0.1:" + (port + 2));
		}
	}

	private Socket connect(SocketType type, int port) {
		Socket socket = create(type);
		socket.setRcvHWM((type == SocketType.DEALER) ? 1000 : 0);
		socket.connect("tcp://127.0.0.1:" + port);
		return socket;
	}

	private Socket create(SocketType type) {
		Socket socket = this.context.createSocket(type);
		// JeroMQ loses some connects; this repeats them.
		socket.setHandshakeIvl(500);
		socket.setLinger(0);
		socket.setReceiveTimeOut(TIMEOUT_MILLIS);
		return socket;
	}

	/**
	 * Waits until the first server is heard and all hear: what it publishes from now on
	 * arrives, and what is written from now on, too.
	 */
	ChpClient join() {
		for (int i = 0; i < this.servers; i++) {
			assertThat(this.writes.recv()).as("subscription of a server").containsExactly(1);
		}
		assertThat(nextHeartbeat().key()).isEqualTo("HUGZ");
		return this;
	}

	void ask(String subtree) {
		send(this.requests, "ICANHAZ?".getBytes(StandardCharsets.US_ASCII), subtree.getBytes(StandardCharsets.UTF_8));
	}

	void askWith(byte[]... frames) {
		send(this.requests, frames);
	}

	/**
	 * The next message of an answer, {@code null} if none comes in time.
	 */
	Message answer(int timeoutMillis) {
		this.requests.setReceiveTimeOut(timeoutMillis);
		return receive(this.requests);
	}

	/**
	 * Asks, and reads the whole answer: the last message is the end.
	 */
	List<Message> snapshot(String subtree) {
		ask(subtree);
		return readSnapshot();
	}

	List<Message> readSnapshot() {
		List<Message> messages = new ArrayList<>();
		do {
			Message message = answer(TIMEOUT_MILLIS);
			assertThat(message).as("next message after %s", messages.size()).isNotNull();
			messages.add(message);
		}
		while (!messages.get(messages.size() - 1).key().equals("KTHXBAI"));
		return messages;
	}

	/**
	 * The next update, heartbeats left out.
	 */
	Message next() {
		Message message = receive(this.updates);
		while (message != null && message.key().equals("HUGZ")) {
			message = receive(this.updates);
		}
		assertThat(message).as("an update").isNotNull();
		return message;
	}

	Message nextHeartbeat() {
		Message message = receive(this.updates);
		while (message != null && !message.key().equals("HUGZ")) {
			message = receive(this.updates);
		}
		assertThat(message).as("a heartbeat").isNotNull();
		return message;
	}

	/**
	 * The next message of any kind, {@code null} if none comes in time.
	 */
	Message poll(int timeoutMillis) {
		this.updates.setReceiveTimeOut(timeoutMillis);
		Message message = receive(this.updates);
		this.updates.setReceiveTimeOut(TIMEOUT_MILLIS);
		return message;
	}

	/**
	 * How many servers have begun to listen since this was asked last.
	 */
	int newListeners() {
		int listeners = 0;
		for (byte[] event = this.writes.recv(ZMQ.DONTWAIT); event != null; event = this.writes.recv(ZMQ.DONTWAIT)) {
			listeners += event[0];
		}
		return listeners;
	}

	void set(String key, String uuid, String properties, String value) {
		setWith(bytes(key), new byte[8], bytes(uuid), bytes(properties), bytes(value));
	}

	void setWith(byte[]... frames) {
		send(this.writes, frames);
	}

	private static void send(Socket socket, byte[]... frames) {
		for (int i = 0; i < frames.length; i++) {
			assertThat(socket.send(frames[i], (i < frames.length - 1) ? ZMQ.SNDMORE : 0)).isTrue();
		}
	}

	private static Message receive(Socket socket) {
		List<byte[]> frames = new ArrayList<>(5);
		byte[] frame = socket.recv();
		while (frame != null) {
			frames.add(frame);
			frame = socket.hasReceiveMore() ? socket.recv() : null;
		}
		return frames.isEmpty() ? null : new Message(frames);
	}

	static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	@Override
	public void close() {
		this.context.close();
	}

	/**
	 * A message, as it came.
	 */
	record Message(List<byte[]> frames) {

		Message {
			assertThat(frames).as("frames").hasSize(5);
			assertThat(frames.get(1)).as("sequence").hasSize(8);
		}

		String key() {
			return text(0);
		}

		long sequence() {
			return ByteBuffer.wrap(this.frames.get(1)).getLong();
		}

		byte[] uuid() {
			return this.frames.get(2);
		}

		String uuidText() {
			return text(2);
		}

		String properties() {
			return text(3);
		}

		String value() {
			return text(4);
		}

		private String text(int frame) {
			return new String(this.frames.get(frame), StandardCharsets.UTF_8);
		}

		@Override
		public String toString() {
			return key() + " @" + sequence() + " " + uuidText() + " " + properties() + " = " + value();
		}

	}

}
