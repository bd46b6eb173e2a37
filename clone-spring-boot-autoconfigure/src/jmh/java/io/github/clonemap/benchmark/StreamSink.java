package io.github.clonemap.benchmark;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.github.clonemap.client.ServerEndpoint;
import io.github.clonemap.protocol.FrameReader;
import io.github.clonemap.protocol.MalformedMessageException;
import io.github.clonemap.protocol.StreamBatch;
import io.github.clonemap.protocol.Subtrees;
import io.github.clonemap.protocol.Update;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;
import org.zeromq.ZMQ.Socket;

/**
 * Many bare subscribers in one process, which one thread reads in turn: so the sender is
 * the bottleneck and not those who hear it. Each of them checks that nothing is missing
 * in the chain that it hears; the first one also keeps the values, as a sample.
 */
final class StreamSink implements Sink {

	private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(1500);

	/** What may wait here for each subscriber: there are many, and a batch is large. */
	private static final int BATCHES = 32;

	private static final byte[] TOPIC = Subtrees.ALL.topic();

	private final Map<String, byte[]> sample = new ConcurrentHashMap<>();

	private final Socket[] sockets;

	/** The last sequence that each of them has heard, -1 for none. */
	private final long[] last;

	private final Wire wire;

	private volatile long updates;

	private volatile long lost;

	private volatile int heard;

	private volatile long lastUpdateNanos;

	private StreamSink(int count, Connector connector, Wire wire) {
		ZContext context = new ZContext();
		context.getContext().setMaxSockets(count + 16);
		this.wire = wire;
		this.sockets = new Socket[count];
		this.last = new long[count];
		Arrays.fill(this.last, -1);
		for (int i = 0; i < count; i++) {
			this.sockets[i] = connector.connect(context);
		}
		Thread thread = new Thread(this::read, "subscribers");
		thread.setDaemon(true);
		thread.start();
	}

	static StreamSink ofClone(int port, int count) throws InterruptedException {
		return new StreamSink(count, (context) -> {
			Socket socket = HubSubject.socket(context, SocketType.SUB);
			socket.setRcvHWM(BATCHES);
			socket.subscribe(TOPIC);
			socket.connect("tcp://127.0.0.1:" + (port + ServerEndpoint.STREAM_PORT_OFFSET));
			return socket;
		}, StreamSink::takeBatch).awaitConnections();
	}

	static StreamSink ofHub(int port, int count) throws InterruptedException {
		return new StreamSink(count, (context) -> HubSubject.subscriber(context, port), StreamSink::takeUpdate)
			.awaitConnections();
	}

	private StreamSink awaitConnections() throws InterruptedException {
		long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
		while (this.heard < this.sockets.length) {
			if (System.nanoTime() > deadline) {
				throw new IllegalStateException("Only " + this.heard + " hear something");
			}
			TimeUnit.MILLISECONDS.sleep(10);
		}
		return this;
	}

	private void read() {
		while (true) {
			boolean idle = true;
			for (int i = 0; i < this.sockets.length; i++) {
				byte[] frame = this.sockets[i].recv(ZMQ.DONTWAIT);
				while (frame != null) {
					idle = false;
					this.heard += (this.last[i] < 0) ? 1 : 0;
					this.wire.take(this, i, frame);
					frame = this.sockets[i].recv(ZMQ.DONTWAIT);
				}
			}
			if (idle) {
				pause();
			}
		}
	}

	private static void pause() {
		try {
			TimeUnit.MILLISECONDS.sleep(1);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void takeBatch(int index, byte[] frame) {
		try {
			FrameReader reader = new FrameReader(frame, TOPIC.length);
			StreamBatch batch = StreamBatch.read(reader);
			if (this.last[index] >= 0 && batch.before() > this.last[index]) {
				// How many are missing is not known, but every update has a sequence.
				this.lost += batch.before() - this.last[index];
			}
			this.last[index] = batch.last();
			if (batch.count() > 0) {
				onUpdates(batch.count());
			}
			for (int i = 0; index == 0 && i < batch.count(); i++) {
				Update update = Update.read(reader, Update::new);
				this.sample.put(update.key(), update.value());
			}
		}
		catch (MalformedMessageException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private void takeUpdate(int index, byte[] key) {
		Socket socket = this.sockets[index];
		long sequence = ByteBuffer.wrap(socket.recv()).getLong();
		socket.recv();
		socket.recv();
		byte[] value = socket.recv();
		if (!Arrays.equals(key, HubSubject.HEARTBEAT)) {
			this.lost += (this.last[index] >= 0) ? sequence - this.last[index] - 1 : 0;
			onUpdates(1);
			if (index == 0) {
				this.sample.put(new String(key, StandardCharsets.UTF_8), value);
			}
		}
		this.last[index] = sequence;
	}

	private void onUpdates(int count) {
		this.updates += count;
		this.lastUpdateNanos = System.nanoTime();
	}

	@Override
	public long updates() {
		return this.updates;
	}

	@Override
	public long lost() {
		return this.lost;
	}

	@Override
	public List<? extends Map<String, byte[]>> maps() {
		return List.of(this.sample);
	}

	/**
	 * The last update may be one of those that were lost.
	 */
	@Override
	public void awaitEnd() throws InterruptedException, TimeoutException {
		long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
		while (System.nanoTime() - this.lastUpdateNanos < QUIET_NANOS) {
			if (System.nanoTime() > deadline) {
				throw new TimeoutException("The subscribers still hear something");
			}
			TimeUnit.MILLISECONDS.sleep(10);
		}
	}

	@Override
	public void close() {
		// The process ends: its thread is in the middle of a receive.
	}

	/**
	 * Makes a subscriber.
	 */
	@FunctionalInterface
	private interface Connector {

		Socket connect(ZContext context);

	}

	/**
	 * Reads what begins with a frame.
	 */
	@FunctionalInterface
	private interface Wire {

		void take(StreamSink sink, int index, byte[] frame);

	}

}
