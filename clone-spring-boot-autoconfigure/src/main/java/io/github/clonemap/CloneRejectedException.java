package io.github.clonemap;

/**
 * The server understood the write and refused it, for the reason in the message: a limit
 * of the server, such as the number of entries or the size of a value. Repeating it helps
 * only when the reason is gone.
 *
 * @since 0.1.0
 */
public class CloneRejectedException extends CloneException {

	/**
	 * Creates the exception.
	 * @param message what happened and what to do
	 */
	public CloneRejectedException(String message) {
		super(message);
	}

}
