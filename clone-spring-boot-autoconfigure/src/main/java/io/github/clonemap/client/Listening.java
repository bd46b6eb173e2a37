package io.github.clonemap.client;

import io.github.clonemap.CloneChangeListener;
import org.slf4j.Logger;

/**
 * One listener of one map.
 *
 * @param <V> the type of the map's values
 */
final class Listening<V> {

	private final EntryReader<V> reader;

	private final CloneChangeListener<V> listener;

	private volatile boolean closed;

	private boolean begun;

	private volatile boolean failed;

	Listening(EntryReader<V> reader, CloneChangeListener<V> listener) {
		this.reader = reader;
		this.listener = listener;
	}

	EntryReader<V> reader() {
		return this.reader;
	}

	CloneChangeListener<V> listener() {
		return this.listener;
	}

	/**
	 * The listener for people: its class and its map.
	 */
	@Override
	public String toString() {
		String name = this.listener.getClass().getName();
		// What follows is made up by the virtual machine.
		int lambda = name.indexOf("$$Lambda");
		return ((lambda >= 0) ? name.substring(0, lambda) : name) + " of map '" + this.reader.map() + "'";
	}

	/**
	 * Lets it take part from now on. For the agent.
	 * @return whether it did not before
	 */
	boolean begin() {
		boolean first = !this.begun;
		this.begun = true;
		return first;
	}

	boolean concerns(String key) {
		return this.begun && !this.closed && this.reader.covers(key);
	}

	boolean isClosed() {
		return this.closed;
	}

	void close() {
		this.closed = true;
	}

	void onError(Throwable error, Logger logger) {
		if (!this.failed) {
			this.failed = true;
			logger.warn(
					"A listener of map '{}' threw something; the change counts as handed over. Further errors of "
							+ "this listener are counted (clone.listener.errors) and logged at DEBUG",
					this.reader.map(), error);
		}
		else {
			logger.debug("A listener of map '{}' threw something", this.reader.map(), error);
		}
	}

}
