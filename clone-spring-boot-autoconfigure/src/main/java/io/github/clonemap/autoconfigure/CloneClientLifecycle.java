package io.github.clonemap.autoconfigure;

import java.time.Duration;
import java.util.List;

import io.github.clonemap.autoconfigure.CloneProperties.Startup;
import io.github.clonemap.autoconfigure.CloneProperties.StartupMode;
import io.github.clonemap.client.CloneClient;
import io.github.clonemap.client.ServerEndpoint;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.SmartLifecycle;

/**
 * Starts the client, so that the data is here before the web server takes requests, and
 * stops it after the last of them has ended.
 */
final class CloneClientLifecycle implements SmartLifecycle {

	static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 4096;

	private static final Logger logger = LoggerFactory.getLogger(CloneClientLifecycle.class);

	private final CloneClient client;

	private final CloneConnectionDetails connectionDetails;

	private final Startup startup;

	private final @Nullable CloneEventPublisher publisher;

	private volatile boolean running;

	CloneClientLifecycle(CloneClient client, CloneConnectionDetails connectionDetails, Startup startup,
			@Nullable CloneEventPublisher publisher) {
		this.client = client;
		this.connectionDetails = connectionDetails;
		this.startup = startup;
		this.publisher = publisher;
	}

	@Override
	public void start() {
		List<ServerEndpoint> servers = this.connectionDetails.getServers();
		// Before the client, so that the first of its states are heard, too.
		if (this.publisher != null) {
			this.publisher.start();
		}
		this.client.start(servers);
		this.running = true;
		if (this.startup.mode() == StartupMode.ASYNC || isLiveInTime()) {
			return;
		}
		Duration timeout = this.startup.timeout();
		if (this.startup.mode() == StartupMode.FAIL_FAST) {
			stop();
			throw new CloneStartupException(servers, timeout);
		}
		logger.warn(
				"No data from {} within {} ms (clone.startup.timeout): the application starts without it, and the "
						+ "client {}",
				servers, timeout.toMillis(), this.client.isRunning() ? "goes on trying" : "has stopped");
	}

	private boolean isLiveInTime() {
		try {
			return this.client.awaitLive(this.startup.timeout());
		}
		catch (InterruptedException ex) {
			// Whoever starts the application wants it to end.
			Thread.currentThread().interrupt();
			return false;
		}
	}

	@Override
	public void stop() {
		this.running = false;
		// After the client, so that its last state is heard, too.
		this.client.stop();
		if (this.publisher != null) {
			this.publisher.stop();
		}
	}

	/**
	 * Whether it was started, also if the client has died since: it must be stopped then,
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
