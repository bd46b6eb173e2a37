package io.github.clonemap.autoconfigure;

import java.net.InetAddress;
import java.net.UnknownHostException;

import io.github.clonemap.client.ServerEndpoint;
import io.github.clonemap.server.ServerBindException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.env.Environment;

/**
 * Says what to do when the embedded server cannot listen: most often there is a second
 * instance of the application on the machine.
 */
class ServerBindFailureAnalyzer extends AbstractFailureAnalyzer<ServerBindException> {

	private final Environment environment;

	ServerBindFailureAnalyzer(Environment environment) {
		this.environment = environment;
	}

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, ServerBindException cause) {
		String port = this.environment.getProperty("clone.server.port", "5556");
		if (isStateOfAPair(cause)) {
			return cause.isInUse() ? statePortInUse(cause) : foreignStateAddress(cause);
		}
		if (!cause.isInUse()) {
			return foreignAddress(cause);
		}
		return switch (offset(cause.getEndpoint(), port)) {
			case 0 -> portInUse(cause, port);
			case 1 -> doorPortInUse(cause, port, 1, "updates to");
			case 2 -> doorPortInUse(cause, port, 2, "the writes of");
			default -> streamPortInUse(cause, port);
		};
	}

	/**
	 * Which of the server's ports it is.
	 */
	private static int offset(String endpoint, String port) {
		try {
			return Integer.parseInt(endpoint.substring(endpoint.lastIndexOf(':') + 1)) - Integer.parseInt(port);
		}
		catch (NumberFormatException ex) {
			return -1;
		}
	}

	private FailureAnalysis doorPortInUse(ServerBindException cause, String port, int offset, String what) {
		String description = "The embedded Clone server cannot listen on %s: the port is in use. It is the port for "
				+ "%s clients of RFC 12, %d above clone.server.port, which is %s.";
		String action = "Set clone.server.port to a port that is free together with the three above it, or to 0 for "
				+ "any such port; or, if no such clients are wanted, clone.server.chp.enabled to false.";
		return new FailureAnalysis(description.formatted(cause.getEndpoint(), what, offset, port), action, cause);
	}

	/**
	 * The settings see to it that its port is another one than those of the server.
	 */
	private boolean isStateOfAPair(ServerBindException cause) {
		return this.environment.containsProperty("clone.server.bstar.role")
				&& cause.getEndpoint().endsWith(":" + this.environment.getProperty("clone.server.bstar.port", "5003"));
	}

	private FailureAnalysis statePortInUse(ServerBindException cause) {
		String description = "The embedded Clone server cannot listen on %s: the port is in use. As one of a pair it "
				+ "tells its peer there what it is (clone.server.bstar.port).";
		String action = "Set clone.server.bstar.port to a free port, and clone.server.bstar.peer of the other server to "
				+ "the same one. If both servers of the pair run on this machine, each needs ports of its own.";
		return new FailureAnalysis(description.formatted(cause.getEndpoint()), action, cause);
	}

	private FailureAnalysis foreignStateAddress(ServerBindException cause) {
		String description = "The embedded Clone server cannot listen on %s: the address is not one of this machine.";
		String action = "Set clone.server.bstar.address to an address of this machine that the other server of the "
				+ "pair reaches, or leave it out: then it is that of clone.server.address.";
		return new FailureAnalysis(description.formatted(cause.getEndpoint()), action, cause);
	}

	private FailureAnalysis portInUse(ServerBindException cause, String port) {
		String description = "The embedded Clone server cannot listen on %s: the port is in use. Perhaps another "
				+ "instance of this application runs on this machine; each one hosts a server of its own unless told "
				+ "otherwise.";
		String action = """
				To share the map of the instance that runs already, tell this one where its server is:

				    clone.servers=tcp://%s:%s

				To host a map of its own, which that instance does not see, give its server any free port:

				    clone.server.port=0
				""";
		return new FailureAnalysis(description.formatted(cause.getEndpoint()),
				action.formatted(hostToConnectTo(cause.getEndpoint()), port), cause);
	}

	private FailureAnalysis streamPortInUse(ServerBindException cause, String port) {
		String description = "The embedded Clone server cannot listen on %s: the port is in use. It publishes its "
				+ "stream of updates there, %d above clone.server.port, which is %s.";
		String action = "Set clone.server.port to a port that is free together with the one %d above it, or to 0 for "
				+ "any such port.";
		return new FailureAnalysis(description.formatted(cause.getEndpoint(), ServerEndpoint.STREAM_PORT_OFFSET, port),
				action.formatted(ServerEndpoint.STREAM_PORT_OFFSET), cause);
	}

	private FailureAnalysis foreignAddress(ServerBindException cause) {
		String description = "The embedded Clone server cannot listen on %s: the address is not one of this machine.";
		String action = "Set clone.server.address to an address of this machine, such as 127.0.0.1. If the server "
				+ "runs somewhere else, set clone.servers instead; then this application hosts none.";
		return new FailureAnalysis(description.formatted(cause.getEndpoint()), action, cause);
	}

	private static String hostToConnectTo(String endpoint) {
		String host = endpoint.substring("tcp://".length(), endpoint.lastIndexOf(':'));
		try {
			InetAddress address = InetAddress.getByName(host);
			return (address.isAnyLocalAddress() || address.isLoopbackAddress()) ? "localhost" : host;
		}
		catch (UnknownHostException ex) {
			return host;
		}
	}

}
