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

	private final InetAddress address;

	private final boolean chp;

	private final ConfigurableApplicationContext context;

	private volatile boolean running;

	CloneServerLifecycle(CloneServer server, InetAddress address, boolean chp, ConfigurableApplicationContext context) {
		this.server = server;
		this.address = address;
		this.chp = chp;
		this.context = context;
	}

	@Override
	public void start() {
		this.server.start();
		this.running = true;
		if (!this.address.isLoopbackAddress()) {
			logger.warn("The embedded server listens on {} (clone.server.address). Its ports have no protection of "
					+ "their own: whoever reaches them can read and write everything, or stop the server. Keep them "
					+ "inside a trusted network", this.address.getHostAddress());
		}
		int port = this.server.port();
		if (this.chp) {
			logger.warn(
					"The embedded server lets clients of RFC 12 in (clone.server.chp.enabled): whoever reaches "
							+ "ports {}, {} and {} of {} can read and write everything without being asked who it is",
					port, port + 1, port + 2, this.address.getHostAddress());
		}
		for (ApplicationContext each = this.context; each != null; each = each.getParent()) {
			if (each instanceof ConfigurableApplicationContext configurable) {
				tellPort(configurable.getEnvironment().getPropertySources(), port);
			}
		}
		this.context.publishEvent(new CloneServerStartedEvent(this.server, port));
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
		this.server.stop();
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
