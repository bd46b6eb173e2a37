package io.github.clonemap.zeromq;

import java.util.function.Consumer;

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
	private static final int UPDATES_LIMIT = 1 << 15;

	/**
	 * How many writes of one client may wait here; after that its own queue fills.
	 */
	private static final int WRITES_LIMIT = 1000;

	private static final int MAX_SUBSCRIPTION_BYTES = 8192;

	private static final int DRAIN_LIMIT = 256;

	private final IoLoop io;

	private final Socket updates;

	private final Socket writes;

	ChpSockets(IoLoop io, String host, int port, long maxFrameBytes, Consumer<Socket> customizer) {
		this.io = io;
		this.updates = Sockets.create(io, SocketType.PUB, MAX_SUBSCRIPTION_BYTES, host);
		customizer.accept(this.updates);
		this.updates.setSndHWM(UPDATES_LIMIT);
		ZmqServerSockets.bind(this.updates, host, port + UPDATES_PORT_OFFSET);
		this.writes = Sockets.create(io, SocketType.SUB, maxFrameBytes, host);
		customizer.accept(this.writes);
		this.writes.setRcvHWM(WRITES_LIMIT);
		this.writes.subscribe(ZMQ.SUBSCRIPTION_ALL);
		ZmqServerSockets.bind(this.writes, host, port + WRITES_PORT_OFFSET);
	}

	void publish(byte[][] frames) {
		send(this.updates, frames);
	}

	/**
	 * Sends all frames; those after the first one go where the first one went.
	 */
	static void send(Socket socket, byte[][] frames) {
		int last = frames.length - 1;
		for (int i = 0; i < last; i++) {
			socket.send(frames[i], ZMQ.SNDMORE | ZMQ.DONTWAIT);
		}
		socket.send(frames[last], ZMQ.DONTWAIT);
	}

	/**
	 * Hands over what has come.
	 * @return whether there may be more
	 */
	boolean drain(ServerTransport.Handler handler) {
		for (int i = 0; i < DRAIN_LIMIT; i++) {
			byte[] frame = handler.takesChpWrites() ? this.writes.recv(ZMQ.DONTWAIT) : null;
			if (frame == null) {
				return false;
			}
			onWrite(frame, handler);
		}
		return true;
	}

	private void onWrite(byte[] first, ServerTransport.Handler handler) {
		byte[][] frames = new byte[ChpFrames.COUNT][];
		frames[0] = first;
		int count = 1;
		while (this.writes.hasReceiveMore()) {
			byte[] frame = this.writes.recv(ZMQ.DONTWAIT);
			if (count < frames.length) {
				frames[count] = frame;
			}
			count++;
		}
		if (count == frames.length) {
			handler.onChpWrite(frames);
		}
		else {
			handler.onMalformed(MalformedReason.FRAMES, "KVSET: a write has five frames, not " + count);
		}
	}

	void close() {
		Sockets.close(this.io, this.updates, false);
		Sockets.close(this.io, this.writes, false);
	}

}
