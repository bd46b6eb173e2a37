package io.github.clonemap;

/**
 * The map has been stopped: with its application, or for the reason in the message. Only
 * after the latter, which is a policy that was asked for, reads throw it, too.
 *
 * @since 0.1.0
 */
public class CloneStoppedException extends CloneException {

	/**
	 * Creates the exception.
	 * @param message what happened and what to do
	 */
	public CloneStoppedException(String message) {
		super(message);
	}

}
