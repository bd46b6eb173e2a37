package io.github.clonemap;

import org.jspecify.annotations.Nullable;

/**
 * What all failures of this library have in common.
 *
 * @since 0.1.0
 */
public abstract class CloneException extends RuntimeException {

	/**
	 * Creates the exception.
	 * @param message what happened and what to do
	 */
	protected CloneException(String message) {
		super(message);
	}

	/**
	 * Creates the exception.
	 * @param message what happened and what to do
	 * @param cause what led to it, or {@code null}
	 */
	protected CloneException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
