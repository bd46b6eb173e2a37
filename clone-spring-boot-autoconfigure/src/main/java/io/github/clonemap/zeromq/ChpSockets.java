package io.github.clonemap.zeromq;

import java.util.function.Consumer;

import io.github.clonemap.agent.HeapShare;
import io.github.clonemap.protocol.chp.ChpFrames;
import io.github.clonemap.server.MalformedReason;
import io.github.clonemap.server.ServerTransport;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;
import org.zeromq.ZMQ.Socket;

/**
 * What a server with a door for clients of RFC 12 has beside the sockets of every server:
 * a PUB for updates on port P+1, a SUB for their writes on port P+2. Their requests come
 * to the ROUTER on port P.
 */
final class ChpSockets {

	static final int UPDATES_PORT_OFFSET = 1;

	static final int WRITES_PORT_OFFSET = 2;

	/**
	 * How many updates may wait for a subscriber that reads slowly before it misses some.
	 * Each is a message of its own, so a burst of native writes is as many of them.
	 */
	static final int UPDATES_LIMIT = HeapShare.count(32, 1 << 10, 1024, 1 << 15);

	/**
	 * How many bytes of updates may go by while a subscriber reads nothing. ZeroMQ counts
	 * messages, and updates may be large.
	 */
	private static final long UPDATES_BYTES = HeapShare.of(32, 32L << 20);

	/**
	 * How many writes of one client may wait here; after that its own queue fills.
	 */
	private static final int WRITES_LIMIT = HeapShare.count(64, 64 << 10, 16, 256);

	private static final int MAX_SUBSCRIPTION_BYTES = 8192;

	private static final int DRAIN_LIMIT = 256;

	private final IoLoop io;

	private final Socket updates;

	private final Socket writes;

	private final int updatesPort;

	private long publishedBytes;

	ChpSockets(IoLoop io, String host, int port, long maxFrameBytes, Consumer<Socket> customizer) {
		this.io = io;
		this.updates = Sockets.create(io, SocketType.PUB, MAX_SUBSCRIPTION_BYTES, host);
		customizer.accept(this.updates);
		this.updates.setSndHWM(UPDATES_LIMIT);
		this.updatesPort = Sockets.bind(this.updates, host, port + UPDATES_PORT_OFFSET);
		this.writes = Sockets.create(io, SocketType.SUB, maxFrameBytes, host);
		customizer.accept(this.writes);
		this.writes.setRcvHWM(WRITES_LIMIT);
		this.writes.subscribe(ZMQ.SUBSCRIPTION_ALL);
		Sockets.bind(this.writes, host, port + WRITES_PORT_OFFSET);
	}

	void publish(byte[][] frames) {
		int last = frames.length - 1;
		for (int i = 0; i <= last; i++) {
			this.updates.send(frames[i], ((i < last) ? ZMQ.SNDMORE : 0) | ZMQ.DONTWAIT);
			this.publishedBytes += frames[i].length;
		}
	}

	/**
	 * Ends the connections of subscribers that are too many bytes behind, and read
	 * nothing.
	 * @return how many there were
	 */
	int endUnreadConnections() {
		return this.io.endBlocked(this.updatesPort, this.publishedBytes, UPDATES_BYTES);
	}

	/**
	 * Hands over what has come.
	 * @return whether there may be more
	 */
	boolean drain(ServerTransport.Handler handler) {
		int bytes = 0;
		for (int i = 0; i < DRAIN_LIMIT && bytes < StreamQueue.TURN_BYTES; i++) {
			byte[] frame = handler.takesChpWrites() ? this.writes.recv(ZMQ.DONTWAIT) : null;
			if (frame == null) {
				return false;
			}
			bytes += onWrite(frame, handler);
		}
		return true;
	}

	private int onWrite(byte[] first, ServerTransport.Handler handler) {
		byte[][] frames = new byte[ChpFrames.COUNT][];
		frames[0] = first;
		int count = 1;
		int bytes = first.length;
		while (this.writes.hasReceiveMore()) {
			byte[] frame = this.writes.recv(ZMQ.DONTWAIT);
			if (count < frames.length) {
				frames[count] = frame;
			}
			count++;
			bytes += frame.length;
		}
		if (count == frames.length) {
			handler.onChpWrite(frames);
		}
		else {
			handler.onMalformed(MalformedReason.FRAMES, "KVSET: a write has five frames, not " + count);
		}
		return bytes;
	}

	void close() {
		Sockets.close(this.io, this.updates, false);
		Sockets.close(this.io, this.writes, false);
	}

}
