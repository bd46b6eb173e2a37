package io.github.clonemap.benchmark;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The ports of a server of a pair, and those of the other one.
 *
 * @param port its port P
 * @param statePort where it tells what it is
 * @param peerPort the other one's port P
 * @param peerStatePort where the other one tells what it is
 */
record PairPorts(int port, int statePort, int peerPort, int peerStatePort) {

	private static final int STATE_OFFSET = 4;

	/**
	 * Finds ports that are free now.
	 */
	static PairPorts free() throws IOException {
		int first = freePort();
		int second = freePort();
		return new PairPorts(first, first + STATE_OFFSET, second, second + STATE_OFFSET);
	}

	/**
	 * The ports as the other server sees them.
	 */
	PairPorts reversed() {
		return new PairPorts(this.peerPort, this.peerStatePort, this.port, this.statePort);
	}

	private static int freePort() throws IOException {
		while (true) {
			int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
			try (ServerSocket requests = listen(port);
					ServerSocket stream = listen(port + 3);
					ServerSocket state = listen(port + STATE_OFFSET)) {
				return port;
			}
			catch (BindException ex) {
				// The next one, then.
			}
		}
	}

	private static ServerSocket listen(int port) throws IOException {
		return new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
	}

}
