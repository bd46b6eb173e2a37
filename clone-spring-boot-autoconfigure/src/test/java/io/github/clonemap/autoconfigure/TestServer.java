package io.github.clonemap.autoconfigure;

import io.github.clonemap.agent.Clock;
import io.github.clonemap.client.ServerEndpoint;
import io.github.clonemap.server.CloneServer;
import io.github.clonemap.server.ServerReport;
import io.github.clonemap.server.ServerSettings;
import io.github.clonemap.zeromq.ZmqServerSockets;

/**
 * A server outside of the context under test, on a free port.
 */
final class TestServer implements AutoCloseable {

	private final CloneServer server;

	private TestServer(CloneServer server) {
		this.server = server;
	}

	static TestServer start() {
		ServerSettings settings = ServerSettings.defaults();
		CloneServer server = new CloneServer(settings,
				ZmqServerSockets.factory("127.0.0.1", 0, settings.maxValueSize()), Clock.system());
		server.start();
		return new TestServer(server);
	}

	/**
	 * An endpoint at which nobody listens.
	 */
	static ServerEndpoint nobody() {
		try (TestServer server = start()) {
			return server.endpoint();
		}
	}

	ServerEndpoint endpoint() {
		return new ServerEndpoint("127.0.0.1", this.server.port());
	}

	ServerReport report() {
		return this.server.report();
	}

	@Override
	public void close() {
		this.server.stop();
	}

}
