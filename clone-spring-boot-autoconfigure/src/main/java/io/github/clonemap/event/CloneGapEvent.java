package io.github.clonemap.event;

import org.springframework.context.ApplicationEvent;

/**
 * The client has missed updates in the server's stream, as happens to a subscriber that
 * is too slow. By {@code clone.gap.policy} it synchronizes again, and what it missed
 * comes as changes of phase {@code RESYNC}, or it stops. Published on a dispatch thread.
 *
 * @since 0.1.0
 */
public final class CloneGapEvent extends ApplicationEvent {

	private final long applied;

	private final long before;

	/**
	 * Creates the event.
	 * @param source the client
	 * @param applied the last sequence that was applied
	 * @param before the sequence that the stream had carried when it was heard again
	 */
	public CloneGapEvent(Object source, long applied, long before) {
		super(source);
		this.applied = applied;
		this.before = before;
	}

	/**
	 * The last sequence that was applied before the gap.
	 * @return the sequence
	 */
	public long getApplied() {
		return this.applied;
	}

	/**
	 * The last sequence inside the gap: what the stream had carried when it was heard
	 * again.
	 * @return the sequence
	 */
	public long getBefore() {
		return this.before;
	}

	@Override
	public String toString() {
		return "CloneGapEvent[applied=" + this.applied + ", before=" + this.before + "]";
	}

}
