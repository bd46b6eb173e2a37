package io.github.clonemap;

/**
 * The condition of a write did not hold at the server: somebody else was faster. Read the
 * key and decide again.
 *
 * @since 0.1.0
 */
public class CloneConditionFailedException extends CloneException {

	private final long currentSequence;

	/**
	 * Creates the exception.
	 * @param message what happened and what to do
	 * @param currentSequence the sequence of the entry that the server has, 0 for none
	 */
	public CloneConditionFailedException(String message, long currentSequence) {
		super(message);
		this.currentSequence = currentSequence;
	}

	/**
	 * The sequence of the entry that the server had when it decided.
	 * @return the sequence, 0 if there was no entry
	 */
	public long getCurrentSequence() {
		return this.currentSequence;
	}

}
