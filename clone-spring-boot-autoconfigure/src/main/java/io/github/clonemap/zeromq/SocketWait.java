package io.github.clonemap.zeromq;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.concurrent.TimeUnit;

import org.zeromq.ZMQ;
import org.zeromq.ZMQ.Socket;

/**
 * Waits for sockets with a selector of our own: a tenth of the cost of an inproc socket,
 * and a wake-up that is one system call at most.
 * <p>
 * The channel that a socket lends ({@link Socket#getFD()}) signals commands between
 * JeroMQ's threads, not messages, and sending may consume such a signal. So whoever waits
 * looks at each socket's events first, and has read each socket empty before.
 */
final class SocketWait implements AutoCloseable {

	private final Selector selector;

	SocketWait() {
		try {
			this.selector = Selector.open();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	SelectionKey add(Socket socket) {
		try {
			return socket.getFD().register(this.selector, SelectionKey.OP_READ, socket);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Lets a socket end waits, or not.
	 */
	static void listen(SelectionKey key, boolean listens) {
		int operations = listens ? SelectionKey.OP_READ : 0;
		if (key.interestOps() != operations) {
			key.interestOps(operations);
		}
	}

	static boolean hasInput(Socket socket) {
		return (socket.getEvents() & ZMQ.Poller.POLLIN) != 0;
	}

	void await(long timeoutNanos) {
		if (timeoutNanos <= 0) {
			return;
		}
		try {
			// Rounded up: to wake a moment too early would mean to wake twice.
			this.selector.select(Math.max(1, TimeUnit.NANOSECONDS.toMillis(timeoutNanos + 999_999)));
			this.selector.selectedKeys().clear();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	void wakeUp() {
		this.selector.wakeup();
	}

	@Override
	public void close() {
		try {
			this.selector.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

}
