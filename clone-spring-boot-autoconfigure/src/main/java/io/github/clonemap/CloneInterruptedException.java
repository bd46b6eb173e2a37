package io.github.clonemap;

/**
 * The calling thread was interrupted while it waited: the outcome of the write is
 * unknown, unless the message says that it was not sent. The thread's interrupt flag is
 * set again.
 *
 * @since 0.1.0
 */
public class CloneInterruptedException extends CloneException {

	/**
	 * Creates the exception.
	 * @param message what happened and what to do
	 */
	public CloneInterruptedException(String message) {
		super(message);
	}

}
