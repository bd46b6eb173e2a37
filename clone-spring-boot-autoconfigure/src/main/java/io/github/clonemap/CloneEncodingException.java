package io.github.clonemap;

import org.jspecify.annotations.Nullable;

/**
 * A value could not be turned into bytes, or bytes could not be turned into a value of
 * the map's type. The message names the type, never the value.
 *
 * @since 0.1.0
 */
public class CloneEncodingException extends CloneException {

	/**
	 * Creates the exception.
	 * @param message what could not be done
	 * @param cause what the encoder said, or {@code null}
	 */
	public CloneEncodingException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
