package io.github.clonemap.client;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.LongAdder;

import io.github.clonemap.CloneChange;
import io.github.clonemap.CloneChange.Phase;
import io.github.clonemap.CloneEncodingException;
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

	private volatile boolean added;

	private volatile @Nullable SnailWatch snail;

	/**
	 * Sets who measures how late a change is handed over in this run of the client.
	 */
	void setSnail(SnailWatch snail) {
		this.snail = snail;
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
	 * @return whether there are any
	 */
	boolean dispatch(Update update, @Nullable ReplicaEntry previous, Phase phase, Dispatcher dispatcher) {
		boolean heard = false;
		for (Listening<?> listening : this.all) {
			heard |= dispatchTo(listening, update, previous, phase, dispatcher);
		}
		return heard;
	}

	boolean dispatchTo(Listening<?> listening, Update update, @Nullable ReplicaEntry previous, Phase phase,
			Dispatcher dispatcher) {
		if (!listening.concerns(update.key())) {
			return false;
		}
		dispatcher.dispatch(update.key().hashCode(), new ChangeDelivery<>(this, listening, update, previous, phase));
		return true;
	}

	/**
	 * Hands a change to a listener. On a dispatch thread.
	 */
	<V> void deliver(Listening<V> listening, Update update, @Nullable ReplicaEntry previous, Phase phase) {
		if (listening.isClosed()) {
			return;
		}
		SnailWatch snail = this.snail;
		if (phase == Phase.LIVE && snail != null) {
			snail.onHandedOver(update.serverTimeMicros());
		}
		tell(listening, update, previous, phase);
		if (phase != Phase.LIVE && snail != null) {
			// What had to wait behind it, here or in the stream, is not late.
			snail.excuseUntilNow();
		}
	}

	private <V> void tell(Listening<V> listening, Update update, @Nullable ReplicaEntry previous, Phase phase) {
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

}
