package io.github.clonemap.zeromq;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import org.zeromq.SocketType;
import org.zeromq.ZMQ;
import org.zeromq.ZMQ.Socket;

/**
 * Sends a message through the server's own port now and then: if it does not come, the
 * thread that should bring it has died or hangs, which nothing else tells.
 * <p>
 * For the server's agent.
 */
final class ServerProbe {

	private static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(1);

	private static final byte[] MESSAGE = { 0 };

	private final byte[] identity = ByteBuffer.allocate(17)
		.put((byte) 'p')
		.putLong(ThreadLocalRandom.current().nextLong())
		.putLong(ThreadLocalRandom.current().nextLong())
		.array();

	private final Socket socket;

	private final long silenceNanos;

	private long sentNanos;

	private long heardNanos;

	private long lookedNanos;

	ServerProbe(IoLoop io, String host, int port, Duration silence) {
		this.socket = Sockets.create(io, SocketType.DEALER, 1 << 10, host);
		this.socket.setIdentity(this.identity);
		this.socket.setSndHWM(4);
		this.socket.connect(reachable(host) + ":" + port);
		this.silenceNanos = silence.toNanos();
		this.sentNanos = System.nanoTime();
		this.heardNanos = this.sentNanos;
		this.lookedNanos = this.sentNanos;
	}

	private static String reachable(String host) {
		String address = host.substring("tcp://".length());
		try {
			if (InetAddress.getByName(address).isAnyLocalAddress()) {
				return "tcp://" + (address.startsWith("[") ? "[::1]" : "127.0.0.1");
			}
		}
		catch (UnknownHostException ex) {
			// It was bound to, so it is some name of this machine.
			return host;
		}
		return host;
	}

	/**
	 * Whether a message is the probe's.
	 */
	boolean isMine(byte[] identity) {
		return Arrays.equals(identity, this.identity);
	}

	void onHeard(long nowNanos) {
		this.heardNanos = nowNanos;
	}

	/**
	 * Sends the next one, if it is time.
	 * @return whether none has come for too long
	 */
	boolean isSilent(long nowNanos) {
		if (nowNanos - this.lookedNanos > INTERVAL_NANOS) {
			// This process stood still itself: that says nothing of the other thread.
			this.heardNanos = nowNanos;
		}
		this.lookedNanos = nowNanos;
		if (nowNanos - this.sentNanos >= Math.min(INTERVAL_NANOS, this.silenceNanos / 4)) {
			this.sentNanos = nowNanos;
			this.socket.send(MESSAGE, ZMQ.DONTWAIT);
			// What comes of the connection is handled by calls only; there is no answer.
			this.socket.recv(ZMQ.DONTWAIT);
		}
		return nowNanos - this.heardNanos > this.silenceNanos;
	}

}
