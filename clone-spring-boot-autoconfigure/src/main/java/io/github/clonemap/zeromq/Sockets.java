package io.github.clonemap.zeromq;

import org.zeromq.SocketType;
import org.zeromq.ZMQ.Socket;

/**
 * What all our sockets have in common: the settings that keep JeroMQ 0.6.0 out of its own
 * way.
 */
final class Sockets {

	/**
	 * How long a closing socket may try to send what it has: the goodbye.
	 */
	private static final int LINGER_MILLIS = 200;

	/**
	 * How long somebody who connects may say nothing.
	 */
	private static final int HANDSHAKE_MILLIS = 500;

	private static final int RECONNECT_MILLIS = 50;

	private static final int MAX_RECONNECT_MILLIS = 500;

	private Sockets() {
	}

	static Socket create(IoLoop io, SocketType type, long maxFrameBytes, String endpoint) {
		Socket socket = io.createSocket(type);
		socket.setLinger(0);
		socket.setMaxMsgSize(maxFrameBytes);
		socket.setMsgAllocator(new FrameGuard(maxFrameBytes));
		socket.setHandshakeIvl(HANDSHAKE_MILLIS);
		socket.setReconnectIVL(RECONNECT_MILLIS);
		socket.setReconnectIVLMax(MAX_RECONNECT_MILLIS);
		socket.setIPv6(endpoint.contains("["));
		return socket;
	}

	/**
	 * Closes a socket, after a last chance for what it has to send.
	 */
	static void close(IoLoop io, Socket socket, boolean lastWords) {
		socket.setLinger(lastWords ? LINGER_MILLIS : 0);
		io.close(socket);
	}

}
