package io.github.clonemap.protocol;

import org.jspecify.annotations.Nullable;

/**
 * Keys that are there already. Nearly every update has one of them: where it is found by
 * its bytes, its text need not be made, its hash is known, and whoever compares the two
 * finds the same object.
 * <p>
 * For the thread that changes the entries whose keys these are.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface KnownKeys {

	/** None is known. */
	KnownKeys NONE = (bytes, offset, length) -> null;

	/**
	 * Finds a key.
	 * @param bytes has it in UTF-8, or anything else
	 * @param offset where it begins
	 * @param length how many bytes it has
	 * @return the key, or {@code null} if it is not known
	 */
	@Nullable String find(byte[] bytes, int offset, int length);

}
