package io.github.clonemap;

/**
 * The server's answer did not come in time: the outcome of the write is unknown, it may
 * have been applied or may be applied later. Read the key, or repeat the write under a
 * condition.
 *
 * @since 0.1.0
 */
public class CloneTimeoutException extends CloneException {

	/**
	 * Creates the exception.
	 * @param message what happened and what to do
	 */
	public CloneTimeoutException(String message) {
		super(message);
	}

}
