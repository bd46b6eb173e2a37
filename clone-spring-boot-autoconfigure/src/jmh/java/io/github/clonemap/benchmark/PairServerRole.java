package io.github.clonemap.benchmark;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.github.clonemap.binarystar.BinaryStarRole;
import io.github.clonemap.server.CloneServer;

/**
 * One server of a pair: says {@code port}, and answers {@code sync} when each of the two
 * has everything.
 */
final class PairServerRole extends Role {

	private final CloneServer server;

	PairServerRole(String[] arguments, int from) {
		PairPorts ports = new PairPorts(Integer.parseInt(arguments[from]), Integer.parseInt(arguments[from + 1]),
				Integer.parseInt(arguments[from + 2]), Integer.parseInt(arguments[from + 3]));
		this.server = CloneSubject.startServer(BinaryStarRole.valueOf(arguments[from + 4]), ports,
				Duration.ofMillis(Long.parseLong(arguments[from + 5])));
		say("port", this.server.port());
	}

	static Child fork(Options options, BinaryStarRole role, PairPorts ports, Duration heartbeat) throws IOException {
		return Child.fork(options, "1g", "pair-server", Subject.CLONE_PAIR, ports.port(), ports.statePort(),
				ports.peerPort(), ports.peerStatePort(), role, heartbeat.toMillis());
	}

	@Override
	void obey(String[] words) throws InterruptedException {
		while (!CloneSubject.isInSync(this.server)) {
			TimeUnit.MILLISECONDS.sleep(10);
		}
		say("sync", this.server.port());
	}

	@Override
	public void close() {
		this.server.close();
	}

}
