package io.github.clonemap.protocol;

/**
 * Bytes from the network that are not the message they should be. Whoever reads the
 * network counts it and drops the message; it never ends a loop.
 *
 * @since 0.1.0
 */
public final class MalformedMessageException extends Exception {

	/**
	 * Creates the exception.
	 * @param message which field is wrong, and why
	 */
	public MalformedMessageException(String message) {
		// Hostile input must stay cheap: no stack trace, it would always be the codec's.
		super(message, null, false, false);
	}

}
