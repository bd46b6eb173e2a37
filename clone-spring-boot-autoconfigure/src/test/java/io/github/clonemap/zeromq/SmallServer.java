package io.github.clonemap.zeromq;

import java.time.Duration;

import io.github.clonemap.agent.Clock;
import io.github.clonemap.server.CloneServer;
import io.github.clonemap.server.ServerReport;
import io.github.clonemap.server.ServerSettings;

/**
 * A server in a process of its own, which tells its port and then its numbers.
 */
public final class SmallServer {

	private SmallServer() {
	}

	public static void main(String[] arguments) throws Exception {
		ServerSettings settings = new ServerSettings(Duration.ofMillis(500), Duration.ofSeconds(10), 65_536, 2_000_000,
				1 << 20, 255, Long.parseLong(arguments[0]));
		CloneServer server = new CloneServer(settings,
				ZmqServerSockets.factory("127.0.0.1", 0, settings.maxValueSize(), null, arguments.length > 1),
				Clock.system());
		server.start();
		System.out.println("port " + server.port());
		while (System.in.available() == 0) {
			Thread.sleep(250);
			ServerReport report = server.report();
			System.out.println("updates " + ((report != null) ? report.updates() : -1));
			System.out.println("malformed " + ((report != null) ? report.malformed() : ""));
		}
		server.stop();
		System.exit(0);
	}

}
