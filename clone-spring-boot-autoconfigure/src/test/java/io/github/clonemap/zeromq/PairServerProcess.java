package io.github.clonemap.zeromq;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import io.github.clonemap.agent.Clock;
import io.github.clonemap.binarystar.BinaryStarRole;
import io.github.clonemap.client.ServerEndpoint;
import io.github.clonemap.server.CloneServer;
import io.github.clonemap.server.PairSettings;
import io.github.clonemap.server.ServerReport;
import io.github.clonemap.server.ServerSettings;

/**
 * One server of a pair in a process of its own, which can be killed. It says on its
 * standard output what it is, and stops in order when its standard input ends.
 */
final class PairServerProcess implements AutoCloseable {

	private final Place place;

	private final Place peer;

	private final BinaryStarRole role;

	private final Duration heartbeat;

	private boolean chp;

	private volatile String state = "";

	private Process process;

	PairServerProcess(BinaryStarRole role, Place place, Place peer, Duration heartbeat) {
		this.role = role;
		this.place = place;
		this.peer = peer;
		this.heartbeat = heartbeat;
	}

	/**
	 * Opens the door for clients of RFC 12.
	 */
	PairServerProcess withChp() {
		this.chp = true;
		return this;
	}

	ServerEndpoint endpoint() {
		return new ServerEndpoint("127.0.0.1", this.place.port());
	}

	void start() throws IOException {
		List<String> command = new ArrayList<>(
				List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
						"-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
						PairServerProcess.class.getName(), this.role.name(), "" + this.place.port(),
						"" + this.place.statePort(), "" + this.peer.port(), "" + this.peer.statePort(),
						"" + this.heartbeat.toMillis(), "" + this.chp));
		this.state = "";
		this.process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
		Process started = this.process;
		Thread reader = new Thread(() -> read(started), "output of " + this.role);
		reader.setDaemon(true);
		reader.start();
	}

	private void read(Process started) {
		try (BufferedReader lines = new BufferedReader(
				new InputStreamReader(started.getInputStream(), StandardCharsets.UTF_8))) {
			for (String line = lines.readLine(); line != null; line = lines.readLine()) {
				if (started == this.process && line.startsWith("state ")) {
					this.state = line.substring(6);
				}
			}
		}
		catch (IOException ex) {
			// The process has ended.
		}
	}

	boolean isActive() {
		return this.state.startsWith("ACTIVE");
	}

	/**
	 * Whether it says that each of the two has everything.
	 */
	boolean isInSync() {
		return this.state.endsWith("true");
	}

	void kill() throws InterruptedException {
		this.process.destroyForcibly().waitFor();
		this.state = "";
	}

	void stopInOrder() throws IOException, InterruptedException {
		this.process.getOutputStream().close();
		if (!this.process.waitFor(10, TimeUnit.SECONDS)) {
			throw new IllegalStateException("the server did not stop");
		}
		this.state = "";
	}

	@Override
	public void close() throws InterruptedException {
		if (this.process != null) {
			kill();
		}
	}

	/**
	 * The process.
	 */
	public static void main(String[] args) throws Exception {
		Duration heartbeat = Duration.ofMillis(Long.parseLong(args[5]));
		ServerSettings settings = new ServerSettings(heartbeat, Duration.ofSeconds(30), ServerSettings.DEFAULT_HISTORY,
				ServerSettings.DEFAULT_MAX_ENTRIES, 1 << 16, 255);
		PairSettings pair = new PairSettings(BinaryStarRole.valueOf(args[0]),
				heartbeat.multipliedBy(PairSettings.DEFAULT_PEER_TIMEOUT_HEARTBEATS), false);
		PeerEndpoints peer = new PeerEndpoints("127.0.0.1", Integer.parseInt(args[2]), "tcp://127.0.0.1:" + args[4],
				new ServerEndpoint("127.0.0.1", Integer.parseInt(args[3])));
		CloneServer server = new CloneServer(settings, pair, ZmqServerSockets.factory("127.0.0.1",
				Integer.parseInt(args[1]), 1 << 16, peer, Boolean.parseBoolean(args[6])), Clock.system());
		server.start();
		Thread reporter = new Thread(() -> report(server), "reporter");
		reporter.setDaemon(true);
		reporter.start();
		while (System.in.read() >= 0) {
			// Nothing is expected but the end.
		}
		server.stop();
		System.exit(0);
	}

	private static void report(CloneServer server) {
		String told = "";
		while (true) {
			ServerReport report = server.report();
			String state = (report != null) ? report.role() + " " + report.inSync() : "";
			if (!state.equals(told)) {
				told = state;
				System.out.println("state " + state);
			}
			LockSupport.parkNanos(10_000_000);
		}
	}

	/**
	 * The ports of one server.
	 *
	 * @param port its port P
	 * @param statePort the port of its state
	 */
	record Place(int port, int statePort) {

		private static final int STEP = 8;

		private static final AtomicInteger next = new AtomicInteger(ThreadLocalRandom.current().nextInt(12_000));

		/**
		 * Finds ports that are free now.
		 */
		static Place free() throws IOException {
			while (true) {
				// Never one twice, nor two that overlap.
				int port = 20_000 + Math.floorMod(next.getAndAdd(STEP), 12_000);
				try (ServerSocket first = listen(port);
						ServerSocket updates = listen(port + 1);
						ServerSocket writes = listen(port + 2);
						ServerSocket stream = listen(port + 3);
						ServerSocket state = listen(port + 4)) {
					return new Place(first.getLocalPort(), state.getLocalPort());
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

}
