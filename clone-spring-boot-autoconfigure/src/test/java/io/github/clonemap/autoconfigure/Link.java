package io.github.clonemap.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The network between somebody and one server of a pair: hands on what goes to the
 * server's ports until it is cut.
 */
final class Link implements AutoCloseable {

	private final Set<Socket> connections = ConcurrentHashMap.newKeySet();

	private final Set<ServerSocket> doors = ConcurrentHashMap.newKeySet();

	private final FreePorts.Place place = FreePorts.place();

	private volatile boolean cut;

	Link(FreePorts.Place server) throws IOException {
		open(this.place.port(), server.port());
		open(this.place.port() + 3, server.port() + 3);
		open(this.place.statePort(), server.statePort());
	}

	/**
	 * Where the server seems to be.
	 */
	FreePorts.Place place() {
		return this.place;
	}

	void cut() throws IOException {
		this.cut = true;
		for (Socket connection : this.connections) {
			connection.close();
		}
	}

	void heal() {
		this.cut = false;
	}

	private void open(int from, int to) throws IOException {
		ServerSocket door = new ServerSocket(from, 50, InetAddress.getLoopbackAddress());
		this.doors.add(door);
		start(() -> {
			while (true) {
				connect(door.accept(), to);
			}
		});
	}

	private void connect(Socket near, int port) throws IOException {
		if (this.cut) {
			near.close();
			return;
		}
		Socket far;
		try {
			far = new Socket(InetAddress.getLoopbackAddress(), port);
		}
		catch (IOException ex) {
			// The server is not there.
			near.close();
			return;
		}
		near.setTcpNoDelay(true);
		far.setTcpNoDelay(true);
		this.connections.add(near);
		this.connections.add(far);
		if (this.cut) {
			near.close();
			far.close();
		}
		start(() -> copy(near, far));
		start(() -> copy(far, near));
	}

	private void copy(Socket from, Socket to) throws IOException {
		try (from; to; InputStream in = from.getInputStream(); OutputStream out = to.getOutputStream()) {
			in.transferTo(out);
		}
		finally {
			this.connections.remove(from);
			this.connections.remove(to);
		}
	}

	private static void start(Work work) {
		Thread thread = new Thread(() -> {
			try {
				work.run();
			}
			catch (IOException ex) {
				// Closed, by one side or the other.
			}
		}, "link");
		thread.setDaemon(true);
		thread.start();
	}

	@Override
	public void close() throws IOException {
		for (ServerSocket door : this.doors) {
			door.close();
		}
		cut();
	}

	private interface Work {

		void run() throws IOException;

	}

}
