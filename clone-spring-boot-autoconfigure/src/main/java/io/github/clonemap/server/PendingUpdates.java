package io.github.clonemap.server;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import io.github.clonemap.protocol.chp.ChpWrite;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a server that is not active has heard from clients of RFC 12, which write to both
 * servers of a pair, and does not know to be decided by the active one: if it takes over,
 * it applies that. Model Six of the Guide, with three differences:
 * <ul>
 * <li>What the active server decided before the client's own message came is remembered,
 * too, so that a message that comes late is not applied a second time, not even after the
 * takeover.</li>
 * <li>Decided means: changed something or not. Otherwise a removal of what was not there
 * would wait here, and one day remove something else.</li>
 * <li>When a write is decided, those to the same key that were heard before it are out of
 * date: applied later, they would take it back.</li>
 * </ul>
 * A write without a UUID is not kept: nobody could tell whether it was decided.
 * <p>
 * For the agent.
 */
final class PendingUpdates {

	static final int MAX_COUNT = 10_000;

	static final long MAX_BYTES = 64L << 20;

	/**
	 * How many decided writes are remembered whose own messages have not come.
	 */
	static final int MAX_DECIDED = 65_536;

	/**
	 * How long either is kept: far longer than a failover takes, or a message.
	 */
	static final long MAX_AGE_NANOS = TimeUnit.MINUTES.toNanos(1);

	private static final Logger logger = LoggerFactory.getLogger(PendingUpdates.class);

	/** The oldest first. */
	private final Map<Id, Pending> pending = new LinkedHashMap<>();

	private final Map<String, Deque<Pending>> pendingByKey = new HashMap<>();

	/** When each was decided, the oldest first. */
	private final Map<Id, Long> decided = new LinkedHashMap<>();

	private long bytes;

	private boolean hasOverflowed;

	int size() {
		return this.pending.size();
	}

	long bytes() {
		return this.bytes;
	}

	int decidedSize() {
		return this.decided.size();
	}

	/**
	 * A client's message has come.
	 */
	void add(ChpWrite write, long nowNanos) {
		byte[] id = write.id();
		if (id.length == 0 || isDecided(write)) {
			return;
		}
		Pending added = new Pending(new Id(write.key(), id), write, nowNanos);
		if (this.pending.putIfAbsent(added.id(), added) != null) {
			return;
		}
		this.pendingByKey.computeIfAbsent(write.key(), (key) -> new ArrayDeque<>(2)).addLast(added);
		this.bytes += write.weight();
		while (this.pending.size() > MAX_COUNT || this.bytes > MAX_BYTES) {
			removeOldest();
			if (!this.hasOverflowed) {
				this.hasOverflowed = true;
				logger.warn("Too many writes of RFC 12 clients wait for the active server's decision: "
						+ "the oldest are forgotten");
			}
		}
	}

	/**
	 * The active server has decided a write.
	 */
	void onDecided(String key, byte[] uuid, long nowNanos) {
		if (uuid.length == 0) {
			return;
		}
		Id id = new Id(key, uuid);
		Pending known = this.pending.get(id);
		Deque<Pending> sameKey = this.pendingByKey.get(key);
		if (known == null || sameKey == null) {
			this.decided.put(id, nowNanos);
			if (this.decided.size() > MAX_DECIDED) {
				removeFirst(this.decided.keySet().iterator());
			}
			return;
		}
		for (Pending first = sameKey.peekFirst(); first != null; first = sameKey.peekFirst()) {
			remove(first);
			if (first == known) {
				return;
			}
		}
	}

	/**
	 * Whether another server has decided a write, and this server knows that.
	 */
	boolean isDecided(ChpWrite write) {
		return !this.decided.isEmpty() && this.decided.containsKey(new Id(write.key(), write.id()));
	}

	/**
	 * There will be a copy of the active server's state, which has, or has outlived, all
	 * that has come here until now.
	 */
	void forgetPending() {
		this.pending.clear();
		this.pendingByKey.clear();
		this.bytes = 0;
	}

	/**
	 * Takes what nobody has decided, in the order in which it came.
	 */
	List<ChpWrite> takePending() {
		List<ChpWrite> taken = new ArrayList<>(this.pending.size());
		this.pending.values().forEach((each) -> taken.add(each.write()));
		forgetPending();
		return taken;
	}

	/**
	 * Forgets what is too old.
	 */
	void onTick(long nowNanos) {
		while (!this.pending.isEmpty()
				&& nowNanos - this.pending.values().iterator().next().sinceNanos() > MAX_AGE_NANOS) {
			removeOldest();
		}
		Iterator<Long> times = this.decided.values().iterator();
		while (times.hasNext() && nowNanos - times.next() > MAX_AGE_NANOS) {
			times.remove();
		}
	}

	private void removeOldest() {
		remove(this.pending.values().iterator().next());
	}

	/**
	 * Removes the oldest one of its key.
	 */
	private void remove(Pending oldest) {
		this.pending.remove(oldest.id());
		this.bytes -= oldest.write().weight();
		Deque<Pending> sameKey = this.pendingByKey.get(oldest.id().key());
		if (sameKey != null) {
			sameKey.removeFirst();
			if (sameKey.isEmpty()) {
				this.pendingByKey.remove(oldest.id().key());
			}
		}
	}

	private static void removeFirst(Iterator<?> iterator) {
		iterator.next();
		iterator.remove();
	}

	private record Pending(Id id, ChpWrite write, long sinceNanos) {

	}

	/**
	 * A key belongs to it: some clients use one UUID for all that they write.
	 */
	private record Id(String key, ByteBuffer uuid) {

		Id(String key, byte[] uuid) {
			this(key, ByteBuffer.wrap(uuid));
		}

	}

}
