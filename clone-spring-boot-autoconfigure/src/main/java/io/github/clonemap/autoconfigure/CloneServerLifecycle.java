package io.github.clonemap.autoconfigure;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;

import io.github.clonemap.event.CloneServerStartedEvent;
import io.github.clonemap.server.CloneServer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;

/**
 * Starts the embedded server before, and stops it after, everything that may use it:
 * {@link CloneClientLifecycle the client}, and the web server after that.
 */
final class CloneServerLifecycle implements SmartLifecycle {

	static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 6144;

	static final String PORT_PROPERTY = "local.clone.server.port";

	private static final String PORTS = "server.ports";

	private static final Logger logger = LoggerFactory.getLogger(CloneServerLifecycle.class);

	private final CloneServer server;

	private final CloneProperties.Server properties;

	private final CloneServerEventPublisher publisher;

	private final ConfigurableApplicationContext context;

	private volatile boolean running;

	CloneServerLifecycle(CloneServer server, CloneProperties.Server properties, CloneServerEventPublisher publisher,
			ConfigurableApplicationContext context) {
		this.server = server;
		this.properties = properties;
		this.publisher = publisher;
		this.context = context;
	}

	@Override
	public void start() {
		// Before the server, so that its first change of role is heard, too.
		this.publisher.start();
		this.server.start();
		this.running = true;
		int port = this.server.port();
		warnOfStrangers(port);
		for (ApplicationContext each = this.context; each != null; each = each.getParent()) {
			if (each instanceof ConfigurableApplicationContext configurable) {
				tellPort(configurable.getEnvironment().getPropertySources(), port);
			}
		}
		this.context.publishEvent(new CloneServerStartedEvent(this.server, port));
	}

	private void warnOfStrangers(int port) {
		InetAddress address = this.properties.address();
		if (!address.isLoopbackAddress()) {
			logger.warn("The embedded server listens on {} (clone.server.address). Its ports have no protection of "
					+ "their own: whoever reaches them can read and write everything, or stop the server. Keep them "
					+ "inside a trusted network", address.getHostAddress());
		}
		CloneProperties.Bstar bstar = this.properties.bstar();
		InetAddress stateAddress = bstar.addressBeside(address);
		if (bstar.role() != null && !stateAddress.isLoopbackAddress()) {
			logger.warn(
					"The embedded server tells its peer on {} what it is (clone.server.bstar.address). That port "
							+ "has no protection of its own either. Keep it inside a trusted network",
					stateAddress.getHostAddress());
		}
		if (this.properties.chp().enabled()) {
			logger.warn(
					"The embedded server lets clients of RFC 12 in (clone.server.chp.enabled): whoever reaches "
							+ "ports {}, {} and {} of {} can read and write everything without being asked who it is",
					port, port + 1, port + 2, address.getHostAddress());
		}
	}

	/**
	 * As Boot's own servers do it, so that tests find all ports in one place.
	 */
	@SuppressWarnings("unchecked")
	private static void tellPort(MutablePropertySources sources, int port) {
		PropertySource<?> source = sources.get(PORTS);
		if (source == null) {
			source = new MapPropertySource(PORTS, new HashMap<>());
			sources.addFirst(source);
		}
		((Map<String, Object>) source.getSource()).put(PORT_PROPERTY, port);
	}

	@Override
	public void stop() {
		this.running = false;
		// After the server, so that its last change of role is heard, too.
		this.server.stop();
		this.publisher.stop();
	}

	/**
	 * Whether it was started, also if the server has died since: it must be stopped then,
	 * too.
	 */
	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

}
