package io.github.clonemap.client;

import io.github.clonemap.CloneChange.Phase;
import io.github.clonemap.protocol.Update;
import org.jspecify.annotations.Nullable;

/**
 * A change on its way to a listener.
 *
 * @param <V> the type of the values
 * @param listeners hands it over
 * @param listening the listener
 * @param update the newest update of the key
 * @param previous the entry that the listener knows of, {@code null} if there was none
 * @param phase how it came
 */
record ChangeDelivery<V>(ChangeListeners listeners, Listening<V> listening, Update update,
		@Nullable ReplicaEntry previous, Phase phase) implements Dispatcher.Delivery {

	@Override
	public String key() {
		return this.update.key();
	}

	@Override
	public boolean isLive() {
		return this.phase == Phase.LIVE;
	}

	@Override
	public int weight() {
		return this.update.weight() + ((this.previous != null) ? this.previous.weight() : 0);
	}

	/**
	 * The newest value after the oldest previous one: so the kind of the change, which
	 * follows from the two, is what has happened in this listener's eyes. What it never
	 * heard of stays INITIAL.
	 */
	@Override
	public Dispatcher.@Nullable Delivery conflatedWith(Dispatcher.Delivery newer) {
		ChangeDelivery<?> change = (ChangeDelivery<?>) newer;
		if (this.previous == null && !change.update.isPut()) {
			return null;
		}
		return new ChangeDelivery<>(this.listeners, this.listening, change.update, this.previous,
				(this.phase == Phase.INITIAL) ? Phase.INITIAL : change.phase);
	}

	@Override
	public void run() {
		this.listeners.deliver(this.listening, this.update, this.previous, this.phase);
	}

}
