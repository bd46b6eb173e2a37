package io.github.clonemap.client;

import org.jspecify.annotations.Nullable;

/**
 * A server cannot even be tried: its name cannot be resolved, or the network refuses.
 *
 * @since 0.1.0
 */
public final class ServerUnreachableException extends Exception {

	/**
	 * Creates the exception.
	 * @param message why
	 * @param cause what the network said, or {@code null}
	 */
	public ServerUnreachableException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
