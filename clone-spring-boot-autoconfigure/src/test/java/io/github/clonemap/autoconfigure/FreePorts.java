package io.github.clonemap.autoconfigure;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Ports that nobody listens at now, below those that the system gives away by itself.
 */
final class FreePorts {

	private FreePorts() {
	}

	/**
	 * Ports for one server of a pair.
	 */
	static Place place() {
		while (true) {
			int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
			if (isFree(port) && isFree(port + 3) && isFree(port + 4)) {
				return new Place(port, port + 4);
			}
		}
	}

	private static boolean isFree(int port) {
		try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
			return socket.isBound();
		}
		catch (BindException ex) {
			return false;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * The ports of one server.
	 *
	 * @param port its port P
	 * @param statePort the port of its state
	 */
	record Place(int port, int statePort) {

		String[] properties(String role, Place peer) {
			return new String[] { "clone.server.port=" + this.port, "clone.server.bstar.role=" + role,
					"clone.server.bstar.port=" + this.statePort,
					"clone.server.bstar.peer=tcp://127.0.0.1:" + peer.statePort,
					"clone.server.bstar.peer-server=tcp://127.0.0.1:" + peer.port };
		}

	}

}
