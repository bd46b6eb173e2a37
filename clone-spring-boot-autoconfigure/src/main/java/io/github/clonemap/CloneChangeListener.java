package io.github.clonemap;

/**
 * Hears the changes of a map.
 *
 * @param <V> the type of the map's values
 * @since 0.1.0
 */
@FunctionalInterface
public interface CloneChangeListener<V> {

	/**
	 * Called for each change, on a dispatch thread: changes of one key one after the
	 * other and in order, changes of different keys possibly at the same time. What it
	 * throws is logged and counted, and stops nothing. While it does not return, the
	 * changes wait whose keys have the same thread; when too many wait,
	 * {@code clone.events.overflow} says what becomes of them.
	 * @param change the change
	 */
	void onChange(CloneChange<V> change);

}
