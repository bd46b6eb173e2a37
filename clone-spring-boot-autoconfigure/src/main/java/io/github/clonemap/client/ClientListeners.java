package io.github.clonemap.client;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

import io.github.clonemap.CloneState;
import io.github.clonemap.Registration;
import io.github.clonemap.agent.LogLimit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listeners of what happens between a client and its servers. All of them are told,
 * whatever one of them throws.
 */
final class ClientListeners implements ClientListener {

	private static final Logger logger = LoggerFactory.getLogger(ClientListeners.class);

	private final List<ClientListener> listeners = new CopyOnWriteArrayList<>();

	private final LogLimit log = new LogLimit(10);

	private final String clientName;

	ClientListeners(String clientName) {
		this.clientName = clientName;
	}

	/**
	 * Adds one. Called by any thread.
	 */
	Registration add(ClientListener listener) {
		this.listeners.add(listener);
		return () -> this.listeners.remove(listener);
	}

	@Override
	public void onStateChanged(CloneState from, CloneState to, String reason) {
		announce((listener) -> listener.onStateChanged(from, to, reason));
	}

	@Override
	public void onGap(long applied, long before) {
		announce((listener) -> listener.onGap(applied, before));
	}

	@Override
	public void onSnail(Duration latency, Duration error) {
		announce((listener) -> listener.onSnail(latency, error));
	}

	private void announce(Consumer<ClientListener> announcement) {
		for (ClientListener listener : this.listeners) {
			try {
				announcement.accept(listener);
			}
			catch (RuntimeException ex) {
				this.log.log(System.nanoTime(), (leftOut) -> logger.warn("A listener of client '{}' threw something{}",
						this.clientName, leftOut, ex));
			}
		}
	}

}
