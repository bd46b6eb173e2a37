package io.github.clonemap;

/**
 * No server was reachable within the time-out, or too many writes were waiting: the write
 * was not sent and will not be. It can be repeated safely.
 *
 * @since 0.1.0
 */
public class CloneNotConnectedException extends CloneException {

	/**
	 * Creates the exception.
	 * @param message what happened and what to do
	 */
	public CloneNotConnectedException(String message) {
		super(message);
	}

}
