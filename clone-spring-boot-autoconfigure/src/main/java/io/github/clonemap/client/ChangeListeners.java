package io.github.clonemap.client;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;

import io.github.clonemap.CloneChange;
import io.github.clonemap.CloneChange.Phase;
import io.github.clonemap.CloneEncodingException;
import io.github.clonemap.agent.Clock;
import io.github.clonemap.protocol.Update;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listeners of all maps of a client, and how a change gets to them. They outlive a
 * stop and a start of the client.
 */
final class ChangeListeners {

	private static final Logger logger = LoggerFactory.getLogger(ChangeListeners.class);

	private final List<Listening<?>> all = new CopyOnWriteArrayList<>();

	/**
	 * What is still to be handed over beside the stream. A stop interrupts it, the next
	 * start goes on. For the agent.
	 */
	private final Deque<Feed> feeds = new ArrayDeque<>();

	private final LongAdder errors = new LongAdder();

	private final Clock clock;

	private final ClockOffset offset;

	private volatile boolean added;

	private volatile ClientTimers timers = ClientTimers.NONE;

	ChangeListeners(Clock clock, ClockOffset offset) {
		this.clock = clock;
		this.offset = offset;
	}

	void setTimers(ClientTimers timers) {
		this.timers = timers;
	}

	void add(Listening<?> listening) {
		this.all.add(listening);
		this.added = true;
	}

	void remove(Listening<?> listening) {
		this.all.remove(listening);
	}

	Deque<Feed> feeds() {
		return this.feeds;
	}

	boolean isEmpty() {
		return this.all.isEmpty();
	}

	long errors() {
		return this.errors.sum();
	}

	/**
	 * Those that were added since the last call, from now on taking part. For the agent.
	 */
	List<Listening<?>> begin() {
		if (!this.added) {
			return List.of();
		}
		this.added = false;
		return this.all.stream().filter(Listening::begin).toList();
	}

	/**
	 * Hands a change to all listeners that it concerns. For the agent.
	 * @param update the update
	 * @param previous the entry before, {@code null} if there was none
	 * @param phase how it came
	 * @param dispatcher where to
	 */
	void dispatch(Update update, @Nullable ReplicaEntry previous, Phase phase, Dispatcher dispatcher) {
		for (Listening<?> listening : this.all) {
			dispatchTo(listening, update, previous, phase, dispatcher);
		}
	}

	void dispatchTo(Listening<?> listening, Update update, @Nullable ReplicaEntry previous, Phase phase,
			Dispatcher dispatcher) {
		if (listening.concerns(update.key())) {
			dispatcher.dispatch(update.key().hashCode(), new Delivery<>(this, listening, update, previous, phase));
		}
	}

	private <V> void deliver(Listening<V> listening, Update update, @Nullable ReplicaEntry previous, Phase phase) {
		if (listening.isClosed()) {
			return;
		}
		if (phase == Phase.LIVE && this.offset.isKnown()) {
			this.timers.onHandedOver(this.offset.ageNanos(update.serverTimeMicros(), this.clock.epochMicros()));
		}
		CloneChange<V> change;
		try {
			change = listening.reader().change(update, previous, phase);
		}
		catch (CloneEncodingException ex) {
			// Counted: there is no value that could be handed over.
			logger.debug("Map '{}' cannot show a change", listening.reader().map(), ex);
			return;
		}
		try {
			listening.listener().onChange(change);
		}
		catch (Throwable ex) {
			this.errors.increment();
			listening.onError(ex, logger);
		}
	}

	/**
	 * A change on its way to a listener.
	 */
	private record Delivery<V>(ChangeListeners listeners, Listening<V> listening, Update update,
			@Nullable ReplicaEntry previous, Phase phase) implements Dispatcher.Delivery {

		@Override
		public int weight() {
			return this.update.weight() + ((this.previous != null) ? this.previous.weight() : 0);
		}

		@Override
		public void run() {
			this.listeners.deliver(this.listening, this.update, this.previous, this.phase);
		}

	}

}
