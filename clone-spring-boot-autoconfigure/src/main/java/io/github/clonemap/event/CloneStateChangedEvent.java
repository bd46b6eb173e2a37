package io.github.clonemap.event;

import io.github.clonemap.CloneState;

import org.springframework.context.ApplicationEvent;

/**
 * The client stands in another way to its server. Published on a dispatch thread, in the
 * order of the changes; by the time it is heard the state may be another one already.
 *
 * @since 0.1.0
 */
public final class CloneStateChangedEvent extends ApplicationEvent {

	private final CloneState from;

	private final CloneState to;

	private final String reason;

	/**
	 * Creates the event.
	 * @param source the client
	 * @param from the state before
	 * @param to the state now
	 * @param reason why, for people
	 */
	public CloneStateChangedEvent(Object source, CloneState from, CloneState to, String reason) {
		super(source);
		this.from = from;
		this.to = to;
		this.reason = reason;
	}

	/**
	 * The state before.
	 * @return the state before
	 */
	public CloneState getFrom() {
		return this.from;
	}

	/**
	 * The state now.
	 * @return the state now
	 */
	public CloneState getTo() {
		return this.to;
	}

	/**
	 * Why the state has changed, for people: the wording may change.
	 * @return the reason
	 */
	public String getReason() {
		return this.reason;
	}

	@Override
	public String toString() {
		return "CloneStateChangedEvent[from=" + this.from + ", to=" + this.to + ", reason=" + this.reason + "]";
	}

}
