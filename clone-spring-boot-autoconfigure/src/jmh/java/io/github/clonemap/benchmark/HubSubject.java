package io.github.clonemap.benchmark;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;
import org.zeromq.ZMQ.Socket;
import org.zeromq.ZMQException;

/**
 * The plain hub: a DEALER sends updates of five frames (key, sequence, UUID, properties,
 * value) to a ROUTER, a thread gives them their sequence and publishes them, and each
 * reader fills a {@link ConcurrentHashMap}. There is nothing beside that: no
 * acknowledgement, no snapshot, no history, no gap that anybody would notice. Only the
 * high-water marks are set so that senders wait and nothing is dropped, as otherwise it
 * would not be the same task.
 */
final class HubSubject {

	/** Frames of an update. */
	static final int FRAMES = 5;

	static final byte[] HEARTBEAT = "HUGZ".getBytes(StandardCharsets.US_ASCII);

	private static final String HOST = "tcp://127.0.0.1:";

	private static final byte[] UUID = new byte[16];

	private static final byte[] NO_PROPERTIES = new byte[0];

	private static final int LIMIT = 10_000;

	private static final int HEARTBEAT_MILLIS = 100;

	private HubSubject() {
	}

	static Service serve() {
		return new Hub();
	}

	static Source write(int port) {
		return new HubSource(port);
	}

	static Sink read(int port, int count, Sink.@Nullable Seen seen) throws InterruptedException {
		List<HubReader> readers = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			readers.add(new HubReader(port, seen));
		}
		for (HubReader reader : readers) {
			reader.awaitConnection();
		}
		return new HubSink(readers);
	}

	static Socket subscriber(ZContext context, int port) {
		Socket socket = socket(context, SocketType.SUB);
		socket.subscribe(ZMQ.SUBSCRIPTION_ALL);
		socket.connect(HOST + (port + 1));
		return socket;
	}

	static Socket socket(ZContext context, SocketType type) {
		Socket socket = context.createSocket(type);
		socket.setHWM(LIMIT);
		socket.setLinger(0);
		// Some of JeroMQ's connections hang; this is how soon they are made anew.
		socket.setHandshakeIvl(500);
		return socket;
	}

	private static Thread start(String name, Runnable work) {
		Thread thread = new Thread(work, name);
		thread.setDaemon(true);
		thread.start();
		return thread;
	}

	private static final class Hub implements Service {

		private final ZContext context = new ZContext();

		private final Socket router = socket(this.context, SocketType.ROUTER);

		private final Socket publisher = socket(this.context, SocketType.XPUB);

		private final AtomicLong updates = new AtomicLong();

		private final int port;

		Hub() {
			this.publisher.setXpubNoDrop(true);
			this.router.setReceiveTimeOut(HEARTBEAT_MILLIS);
			this.port = bind();
			start("hub", this::relay);
		}

		private int bind() {
			while (true) {
				int port = this.router.bindToRandomPort("tcp://127.0.0.1");
				try {
					this.publisher.bind(HOST + (port + 1));
					return port;
				}
				catch (ZMQException ex) {
					this.router.unbind(HOST + port);
				}
			}
		}

		private void relay() {
			long sequence = 0;
			while (true) {
				byte[] identity = this.router.recv();
				if (identity == null) {
					publish(HEARTBEAT, sequence, UUID, NO_PROPERTIES, NO_PROPERTIES);
					continue;
				}
				byte[] key = this.router.recv();
				this.router.recv();
				byte[] uuid = this.router.recv();
				byte[] properties = this.router.recv();
				byte[] value = this.router.recv();
				publish(key, ++sequence, uuid, properties, value);
				this.updates.lazySet(sequence);
				while (this.publisher.recv(ZMQ.DONTWAIT) != null) {
					// A subscription, which is of no interest here.
				}
			}
		}

		private void publish(byte[] key, long sequence, byte[] uuid, byte[] properties, byte[] value) {
			this.publisher.send(key, ZMQ.SNDMORE);
			this.publisher.send(ByteBuffer.allocate(8).putLong(sequence).array(), ZMQ.SNDMORE);
			this.publisher.send(uuid, ZMQ.SNDMORE);
			this.publisher.send(properties, ZMQ.SNDMORE);
			this.publisher.send(value, 0);
		}

		@Override
		public int port() {
			return this.port;
		}

		@Override
		public long updates() {
			return this.updates.get();
		}

		@Override
		public void close() {
			// The process ends: its thread is in the middle of a receive.
		}

	}

	private static final class HubSource implements Source {

		private final ZContext context = new ZContext();

		private final Socket dealer = socket(this.context, SocketType.DEALER);

		private final int port;

		private @Nullable Socket echo;

		HubSource(int port) {
			this.port = port;
			this.dealer.connect(HOST + port);
		}

		@Override
		public void put(String key, byte[] value) {
			this.dealer.send(key.getBytes(StandardCharsets.UTF_8), ZMQ.SNDMORE);
			this.dealer.send(new byte[8], ZMQ.SNDMORE);
			this.dealer.send(UUID, ZMQ.SNDMORE);
			this.dealer.send(NO_PROPERTIES, ZMQ.SNDMORE);
			this.dealer.send(value, 0);
		}

		/**
		 * The hub acknowledges nothing; a writer can only wait to hear its own update.
		 */
		@Override
		public void putAndWait(String key, byte[] value) {
			Socket echo = this.echo;
			if (echo == null) {
				echo = subscriber(this.context, this.port);
				receive(echo);
				this.echo = echo;
			}
			put(key, value);
			byte[][] update = receive(echo);
			while (!Arrays.equals(update[FRAMES - 1], value)) {
				update = receive(echo);
			}
		}

		@Override
		public void close() {
			this.context.close();
		}

	}

	/**
	 * Waits for an update.
	 */
	private static byte[][] receive(Socket socket) {
		byte[][] frames = new byte[FRAMES][];
		for (int i = 0; i < FRAMES; i++) {
			frames[i] = socket.recv();
		}
		return frames;
	}

	private static final class HubReader {

		private final Map<String, byte[]> map = new ConcurrentHashMap<>();

		private final AtomicLong updates = new AtomicLong();

		private final AtomicLong lost = new AtomicLong();

		private final CountDownLatch connected = new CountDownLatch(1);

		private final int port;

		private final Sink.@Nullable Seen seen;

		HubReader(int port, Sink.@Nullable Seen seen) {
			this.port = port;
			this.seen = seen;
			start("hub reader", this::read);
		}

		private void read() {
			Socket socket = subscriber(new ZContext(), this.port);
			long last = -1;
			while (true) {
				byte[][] update = receive(socket);
				long sequence = ByteBuffer.wrap(update[1]).getLong();
				if (Arrays.equals(update[0], HEARTBEAT)) {
					this.connected.countDown();
				}
				else {
					apply(update[0], update[FRAMES - 1]);
					this.lost.lazySet(this.lost.get() + ((last >= 0) ? sequence - last - 1 : 0));
				}
				last = sequence;
			}
		}

		private void apply(byte[] key, byte[] value) {
			this.map.put(new String(key, StandardCharsets.UTF_8), value);
			this.updates.lazySet(this.updates.get() + 1);
			if (this.seen != null) {
				this.seen.onUpdate(value);
			}
		}

		/**
		 * Only who has heard something has a subscription: what was published before is
		 * lost.
		 */
		void awaitConnection() throws InterruptedException {
			if (!this.connected.await(60, TimeUnit.SECONDS)) {
				throw new IllegalStateException("The hub is not heard");
			}
		}

	}

	private record HubSink(List<HubReader> readers) implements Sink {

		@Override
		public long updates() {
			return this.readers.stream().mapToLong((reader) -> reader.updates.get()).sum();
		}

		@Override
		public long lost() {
			return this.readers.stream().mapToLong((reader) -> reader.lost.get()).sum();
		}

		@Override
		public List<? extends Map<String, byte[]>> maps() {
			return this.readers.stream().map((reader) -> reader.map).toList();
		}

		@Override
		public void close() {
			// The process ends: its threads are in the middle of a receive.
		}

	}

}
