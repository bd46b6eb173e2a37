package io.github.clonemap.sample;

import java.net.InetAddress;
import java.net.UnknownHostException;

import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/**
 * This instance of the application. Its name, host and web port, is unique in the fleet
 * and tells people where to look.
 */
@Component
class Instance {

	private final Environment environment;

	private final String host;

	Instance(Environment environment) {
		this.environment = environment;
		this.host = hostName();
	}

	String name() {
		return this.host + ":" + port();
	}

	/**
	 * The web port. Known once the web server has started, which is before any scheduled
	 * task and any request.
	 */
	int port() {
		return this.environment.getRequiredProperty("local.server.port", Integer.class);
	}

	private static String hostName() {
		try {
			return InetAddress.getLocalHost().getHostName();
		}
		catch (UnknownHostException ex) {
			return "localhost";
		}
	}

}
