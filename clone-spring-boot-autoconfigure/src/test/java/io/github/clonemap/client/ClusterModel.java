package io.github.clonemap.client;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.github.clonemap.protocol.FrameReader;
import io.github.clonemap.protocol.MalformedMessageException;
import io.github.clonemap.protocol.StreamBatch;
import io.github.clonemap.protocol.Update;
import io.github.clonemap.store.TimerWheel;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The simple truth beside the cluster: all updates of each server in their order, as seen
 * on its own wire by somebody who misses nothing. A server of a pair that becomes active
 * begins an order with what it has from the other one.
 */
final class ClusterModel {

	private final Map<Long, List<Order>> orders = new HashMap<>();

	private final Map<String, Update> puts = new HashMap<>();

	private Expiries expiries = (entry, expiry, serverId) -> {
	};

	private boolean promisesMayBeBroken;

	private Order latest = new Order(0, Map.of());

	void onExpired(Expiries expiries) {
		this.expiries = expiries;
	}

	void promisesMayBeBroken() {
		this.promisesMayBeBroken = true;
	}

	/**
	 * A server becomes active.
	 * @param entries what it has
	 */
	void onActive(long serverId, long sequence, Map<String, Update> entries) {
		Order order = new Order(sequence, entries);
		if (!this.promisesMayBeBroken) {
			assertThat(sequence).as("the sequence of a new order").isGreaterThan(this.latest.lastSequence());
			Map<String, Update> published = this.latest.state();
			published.forEach((key, update) -> {
				Update now = entries.get(key);
				// It may have been removed, or replaced, by a write that was not yet
				// published.
				assertThat(now == null || now.sequence() >= update.sequence())
					.as("%s was published, the new active server has %s", update, now)
					.isTrue();
			});
			this.latest.removed().forEach((key, sequenceOfRemoval) -> {
				Update now = entries.get(key);
				assertThat(now == null || now.sequence() > sequenceOfRemoval)
					.as("%s was published as removed, the new active server has %s", key, now)
					.isTrue();
			});
			entries.values().forEach(this::onPut);
		}
		this.orders.computeIfAbsent(serverId, (id) -> new ArrayList<>()).add(order);
		this.latest = order;
	}

	/**
	 * A message of the stream of everything.
	 */
	void onFrame(byte[] frame) {
		if (frame[0] != 0) {
			return;
		}
		try {
			FrameReader reader = new FrameReader(frame, 1);
			StreamBatch batch = StreamBatch.read(reader);
			Order order = orderOf(batch.serverId());
			assertThat(batch.before()).as("the chain of the stream").isGreaterThanOrEqualTo(order.lastUpdate());
			for (int i = 0; i < batch.count(); i++) {
				Update update = Update.read(reader, Update::new);
				assertThat(update.sequence()).as("sequences strictly increase").isGreaterThan(order.lastUpdate());
				if (update.isPut()) {
					onPut(update);
				}
				if (update.kind() == Update.Kind.EXPIRE) {
					this.expiries.onExpired(order.entries.get(update.key()), update, batch.serverId());
				}
				order.add(update);
			}
		}
		catch (MalformedMessageException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private Order orderOf(long serverId) {
		List<Order> known = this.orders.get(serverId);
		if (known == null) {
			// A server that is alone begins with nothing.
			known = new ArrayList<>(List.of(new Order(0, Map.of())));
			this.orders.put(serverId, known);
		}
		return known.get(known.size() - 1);
	}

	/**
	 * A frozen server may publish late what the other one has already: that is no second
	 * time.
	 */
	private void onPut(Update update) {
		Update known = this.puts.putIfAbsent(new String(update.value()), update);
		if (this.promisesMayBeBroken) {
			// A write that one of two active servers has lost was repeated at the other.
			return;
		}
		assertThat(known == null || known.sequence() == update.sequence())
			.as("%s was applied once, but also as %s", update, known)
			.isTrue();
	}

	/**
	 * No entry of a server that works outlives its time by more than a moment.
	 */
	void checkNothingOverdue(long serverId, long serverTimeMicros) {
		orderOf(serverId).entries.values()
			.forEach((entry) -> assertThat(entry.ttlMillis() == 0 || serverTimeMicros
					- entry.serverTimeMicros() <= entry.ttlMillis() * 1000 + 2 * TimerWheel.TICK_NANOS / 1000)
				.as("%s is overdue", entry)
				.isTrue());
	}

	/**
	 * The order in which a server gave a sequence.
	 */
	Order order(long serverId, long sequence) {
		Order found = null;
		for (Order order : this.orders.getOrDefault(serverId, List.of())) {
			if (found == null || order.start <= sequence) {
				found = order;
			}
		}
		return (found != null) ? found : orderOf(serverId);
	}

	/**
	 * The update that wrote a value; each value is written by one operation only.
	 */
	Update put(String value) {
		return this.puts.get(value);
	}

	/**
	 * Whether a later update of the same key was published, or was in what a server had
	 * from the other one when it became active.
	 */
	boolean isFollowedBy(long sequence, String key) {
		boolean isInBase = this.orders.values()
			.stream()
			.flatMap(List::stream)
			.map((order) -> order.base.get(key))
			.anyMatch((update) -> update != null && update.sequence() > sequence);
		return isInBase || this.orders.values()
			.stream()
			.flatMap(List::stream)
			.flatMap((order) -> order.updates.stream())
			.anyMatch((update) -> update.key().equals(key) && update.sequence() > sequence);
	}

	/**
	 * The entries of a server before some update of its own.
	 */
	Map<String, Update> before(Update last) {
		Order order = this.orders.values()
			.stream()
			.flatMap(List::stream)
			.filter((each) -> each.updates.contains(last))
			.findFirst()
			.orElseThrow();
		Map<String, Update> entries = new TreeMap<>(order.base);
		for (Update update : order.updates) {
			if (update.sequence() >= last.sequence()) {
				break;
			}
			apply(update, entries);
		}
		return entries;
	}

	static void apply(Update update, Map<String, Update> entries) {
		if (update.isPut()) {
			entries.put(update.key(), update);
		}
		else {
			entries.remove(update.key());
		}
	}

	/**
	 * Who hears that an entry has ended by itself.
	 */
	interface Expiries {

		void onExpired(Update entry, Update expiry, long serverId);

	}

	/**
	 * What a server ordered from when it became active.
	 */
	static final class Order {

		private final List<Update> updates = new ArrayList<>();

		private final Map<String, Long> removed = new HashMap<>();

		private final long start;

		private final Map<String, Update> base;

		private final Map<String, Update> entries;

		Order(long start, Map<String, Update> base) {
			this.start = start;
			this.base = base;
			this.entries = new TreeMap<>(base);
		}

		Map<String, Update> base() {
			return this.base;
		}

		List<Update> updates() {
			return this.updates;
		}

		Map<String, Update> state() {
			return this.entries;
		}

		Map<String, Long> removed() {
			return this.removed;
		}

		long lastUpdate() {
			return this.updates.isEmpty() ? 0 : this.updates.get(this.updates.size() - 1).sequence();
		}

		long lastSequence() {
			return Math.max(this.start, lastUpdate());
		}

		void add(Update update) {
			this.updates.add(update);
			apply(update, this.entries);
			if (update.isPut()) {
				this.removed.remove(update.key());
			}
			else {
				this.removed.put(update.key(), update.sequence());
			}
		}

	}

}
