package io.github.clonemap.event;

import java.time.Duration;

import org.springframework.context.ApplicationEvent;

/**
 * An update was handed to the application later than {@code clone.snail.max-latency}
 * allows: this client is a snail. Published on a dispatch thread, once for each episode:
 * it is over when nothing has been late for ten seconds. By {@code clone.snail.policy}
 * the client goes on, or stops.
 *
 * @since 0.1.0
 */
public final class CloneSnailEvent extends ApplicationEvent {

	private final Duration latency;

	private final Duration error;

	/**
	 * Creates the event.
	 * @param source the client
	 * @param latency how old the update was
	 * @param error how wrong that may be
	 */
	public CloneSnailEvent(Object source, Duration latency, Duration error) {
		super(source);
		this.latency = latency;
		this.error = error;
	}

	/**
	 * How old the update was, since the server had ordered it.
	 * @return its age
	 */
	public Duration getLatency() {
		return this.latency;
	}

	/**
	 * How wrong that may be, as the two clocks are known to each other only so well. Even
	 * without as much the update was too late.
	 * @return the bound of the error
	 */
	public Duration getError() {
		return this.error;
	}

	@Override
	public String toString() {
		return "CloneSnailEvent[latency=" + this.latency + ", error=" + this.error + "]";
	}

}
