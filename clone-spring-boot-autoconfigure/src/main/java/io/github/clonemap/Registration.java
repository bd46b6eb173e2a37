package io.github.clonemap;

/**
 * Something that was added and can be taken away again.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface Registration extends AutoCloseable {

	/**
	 * Ends the registration. May be called by any thread, more than once, also from
	 * inside the listener. A call that is under way is not waited for.
	 */
	@Override
	void close();

}
