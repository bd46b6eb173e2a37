package io.github.clonemap.event;

import org.springframework.context.ApplicationEvent;

/**
 * The embedded server, one of a pair, has become active or passive. Published on a thread
 * of the server's own, in the order of the changes; by the time it is heard the role may
 * be another one already.
 *
 * @since 0.1.0
 */
public final class CloneServerRoleChangedEvent extends ApplicationEvent {

	private final String from;

	private final String to;

	private final int epoch;

	/**
	 * Creates the event.
	 * @param source the server
	 * @param from the role before: WAITING, ACTIVE or PASSIVE
	 * @param to the role now
	 * @param epoch the epoch in which the server is
	 */
	public CloneServerRoleChangedEvent(Object source, String from, String to, int epoch) {
		super(source);
		this.from = from;
		this.to = to;
		this.epoch = epoch;
	}

	/**
	 * The role before.
	 * @return WAITING, ACTIVE or PASSIVE
	 */
	public String getFrom() {
		return this.from;
	}

	/**
	 * The role now.
	 * @return WAITING, ACTIVE or PASSIVE
	 */
	public String getTo() {
		return this.to;
	}

	/**
	 * The epoch in which the server is. It rises with each takeover.
	 * @return the epoch
	 */
	public int getEpoch() {
		return this.epoch;
	}

	@Override
	public String toString() {
		return "CloneServerRoleChangedEvent[from=" + this.from + ", to=" + this.to + ", epoch=" + this.epoch + "]";
	}

}
