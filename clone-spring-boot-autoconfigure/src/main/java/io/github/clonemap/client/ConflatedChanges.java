package io.github.clonemap.client;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

import io.github.clonemap.client.Dispatcher.Delivery;
import org.jspecify.annotations.Nullable;

/**
 * Changes for which a queue has no room: one for each key and listener, from what the
 * listener knows to what is there now, in the order in which the keys came here first. So
 * it never holds more than the difference between the listeners' views and the data.
 * <p>
 * Filled by the agent and emptied by one worker, under a lock: it is used only while a
 * listener does not keep up.
 */
final class ConflatedChanges {

	private final Map<Target, Delivery> waiting = new LinkedHashMap<>();

	private final ReentrantLock lock = new ReentrantLock();

	private volatile int size;

	private volatile long conflated;

	/**
	 * Adds a change. For the agent.
	 * @return how many more wait: 1, or 0 if it took the place of another one, or -1 if
	 * the two together changed nothing
	 */
	int put(Delivery delivery) {
		Target target = new Target(delivery.listening(), delivery.key());
		this.lock.lock();
		try {
			Delivery older = this.waiting.get(target);
			if (older == null) {
				this.waiting.put(target, delivery);
				this.size = this.waiting.size();
				return 1;
			}
			Delivery both = older.conflatedWith(delivery);
			if (both != null) {
				this.waiting.put(target, both);
				this.conflated += 1;
				return 0;
			}
			this.waiting.remove(target);
			this.size = this.waiting.size();
			this.conflated += 2;
			return -1;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Takes the change that has waited longest. For the worker.
	 * @param nothingBefore whether there is nothing in the queue, where all that waits is
	 * older than what is here. Asked under the lock: a moment before, both may have been
	 * filled.
	 * @return the change, or {@code null} if there is none or not yet
	 */
	@Nullable Delivery take(BooleanSupplier nothingBefore) {
		if (this.size == 0) {
			return null;
		}
		this.lock.lock();
		try {
			Iterator<Delivery> oldest = this.waiting.values().iterator();
			if (!oldest.hasNext() || !nothingBefore.getAsBoolean()) {
				return null;
			}
			Delivery delivery = oldest.next();
			oldest.remove();
			this.size = this.waiting.size();
			return delivery;
		}
		finally {
			this.lock.unlock();
		}
	}

	int size() {
		return this.size;
	}

	/**
	 * How many changes will never be handed over, because of newer ones.
	 */
	long conflated() {
		return this.conflated;
	}

	private record Target(Listening<?> listening, String key) {

	}

}
