package io.github.clonemap.sample;

import org.jspecify.annotations.Nullable;

/**
 * The key of a reading in the map {@code fleet}: {@code <instance>/<name>}.
 *
 * @param instance the name of the instance
 * @param name the name of the reading
 */
record ReadingKey(String instance, String name) {

	/**
	 * Reads a key.
	 * @param key the key, relative to the map's subtree
	 * @return its parts, or {@code null} if somebody wrote something else there
	 */
	static @Nullable ReadingKey parse(String key) {
		int slash = key.lastIndexOf('/');
		return (slash > 0 && slash < key.length() - 1)
				? new ReadingKey(key.substring(0, slash), key.substring(slash + 1)) : null;
	}

	@Override
	public String toString() {
		return this.instance + "/" + this.name;
	}

}
