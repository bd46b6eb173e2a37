package io.github.clonemap.event;

import java.util.List;

import io.github.clonemap.CloneConflict;

import org.springframework.context.ApplicationEvent;

/**
 * The embedded server, one of a pair, was active while its peer was, too, because the two
 * were cut off from each other. The peer's order stays: the writes that this server had
 * accepted alone are lost, and told here. Published on a thread of the server's own.
 *
 * @since 0.1.0
 */
public final class CloneConflictEvent extends ApplicationEvent {

	private final List<CloneConflict> conflicts;

	/**
	 * Creates the event.
	 * @param source the server
	 * @param conflicts the writes
	 */
	public CloneConflictEvent(Object source, List<CloneConflict> conflicts) {
		super(source);
		this.conflicts = List.copyOf(conflicts);
	}

	/**
	 * The writes that the server had accepted, and that the order that stays does not
	 * have: those in the server's history, and the last one of each key.
	 * @return the writes, in their order
	 */
	public List<CloneConflict> getConflicts() {
		return this.conflicts;
	}

	@Override
	public String toString() {
		return "CloneConflictEvent[" + this.conflicts.size() + " writes]";
	}

}
