package io.github.clonemap.zeromq;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;

import io.github.clonemap.server.ServerBindException;
import org.jspecify.annotations.Nullable;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;
import org.zeromq.ZMQ.Socket;
import org.zeromq.ZMQException;
import zmq.Msg;

/**
 * What all our sockets have in common: the settings that keep JeroMQ 0.6.0 out of its own
 * way.
 */
final class Sockets {

	static final String SCHEME = "tcp://";

	private static final int MAX_PORT = 65_535;

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
	 * The same, for a socket whose frames are received by {@link #receive} and given back
	 * to the loop.
	 */
	static Socket createPooled(IoLoop io, SocketType type, long maxFrameBytes, String endpoint) {
		Socket socket = create(io, type, maxFrameBytes, endpoint);
		socket.setMsgAllocator(new FrameGuard(maxFrameBytes, io.frames()));
		return socket;
	}

	/**
	 * Binds a socket.
	 * @param host the endpoint without its port
	 * @param port the port, or 0 for any that is free
	 * @return the port
	 * @throws ServerBindException if that is not possible
	 */
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

	/**
	 * Takes the next frame, with the array in which it came: {@link Socket#recv} would
	 * copy it.
	 * @return the frame, or {@code null} if there is none
	 */
	static @Nullable Msg receive(Socket socket) {
		Msg frame = socket.base().recv(ZMQ.DONTWAIT);
		if (frame == null) {
			checkErrno(socket);
		}
		return frame;
	}

	/**
	 * Sends a message of one frame, if there is room for it.
	 */
	static void send(Socket socket, Msg frame) {
		if (!socket.base().send(frame, ZMQ.DONTWAIT)) {
			checkErrno(socket);
		}
	}

	private static void checkErrno(Socket socket) {
		int errno = socket.errno();
		if (errno != 0 && errno != ZMQ.Error.EAGAIN.getCode()) {
			throw new ZMQException(errno);
		}
	}

	/**
	 * Closes a socket, after a last chance for what it has to send.
	 */
	static void close(IoLoop io, Socket socket, boolean lastWords) {
		socket.setLinger(lastWords ? LINGER_MILLIS : 0);
		io.close(socket);
	}

}
