package io.github.clonemap.store;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * When entries end. A hierarchy of wheels, as in Varghese and Lauck's paper: the lowest
 * has a list for each of the next 64 ticks, the next one a list for each 64 ticks, and so
 * on. Adding and removing take constant time; time moves on at the cost of what is due,
 * plus a step per tick and a list per level now and then, however many entries wait.
 * <p>
 * An entry never ends early; it ends at most one tick late. For one thread.
 *
 * @since 0.1.0
 */
public final class TimerWheel {

	/**
	 * How long a tick is.
	 */
	public static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

	private static final int BITS = 6;

	private static final int SLOTS = 1 << BITS;

	private static final int LEVELS = 7;

	private final Timer[][] wheels = new Timer[LEVELS][SLOTS];

	private final long startNanos;

	private long tick;

	private int size;

	/**
	 * Creates a wheel.
	 * @param nowNanos the time now
	 */
	public TimerWheel(long nowNanos) {
		this.startNanos = nowNanos;
		for (Timer[] wheel : this.wheels) {
			for (int slot = 0; slot < SLOTS; slot++) {
				wheel[slot] = new Timer(null, 0);
			}
		}
	}

	/**
	 * How many entries wait for their end.
	 * @return the number
	 */
	public int size() {
		return this.size;
	}

	/**
	 * Lets an entry end at some time.
	 * @param entry the entry, which does not wait yet
	 * @param deadlineNanos when, at the earliest
	 */
	public void add(TimedEntry entry, long deadlineNanos) {
		long deadlineTick = Math.max(this.tick + 1, ceilToTick(deadlineNanos));
		Timer timer = new Timer(entry, deadlineTick);
		entry.timer = timer;
		insert(timer);
		this.size++;
	}

	/**
	 * When an entry will end.
	 * @param entry the entry
	 * @return nanoseconds, by the same clock; the present tick if it does not wait
	 */
	public long deadlineNanos(StoredEntry entry) {
		Timer timer = (entry instanceof TimedEntry timed) ? timed.timer : null;
		long deadlineTick = (timer != null) ? timer.deadlineTick : this.tick;
		return this.startNanos + deadlineTick * TICK_NANOS;
	}

	/**
	 * Takes an entry out, if it waits.
	 * @param entry the entry
	 */
	public void remove(StoredEntry entry) {
		if (entry instanceof TimedEntry timed && timed.timer != null) {
			timed.timer.unlink();
			timed.timer = null;
			this.size--;
		}
	}

	/**
	 * Moves time on.
	 * @param nowNanos the time now
	 * @param expired hears of each entry that has ended; it may add and remove others
	 */
	public void advance(long nowNanos, Consumer<StoredEntry> expired) {
		long target = (nowNanos - this.startNanos) / TICK_NANOS;
		if (this.size == 0) {
			this.tick = Math.max(this.tick, target);
			return;
		}
		while (this.tick < target) {
			this.tick++;
			cascade();
			Timer head = this.wheels[0][(int) (this.tick & (SLOTS - 1))];
			while (!head.isAlone()) {
				TimedEntry entry = head.next.entry;
				if (entry == null) {
					throw new IllegalStateException("a timer without an entry");
				}
				remove(entry);
				expired.accept(entry);
			}
		}
	}

	/**
	 * When {@link #advance} should be called next.
	 * @return nanoseconds, by the same clock; {@link Long#MAX_VALUE} if nothing waits
	 */
	public long nextDeadlineNanos() {
		if (this.size == 0) {
			return Long.MAX_VALUE;
		}
		// The lowest wheel tells exactly; above it, the next time a list comes down.
		for (long next = this.tick + 1; next <= this.tick + SLOTS; next++) {
			if ((next & (SLOTS - 1)) == 0 || !this.wheels[0][(int) (next & (SLOTS - 1))].isAlone()) {
				return this.startNanos + next * TICK_NANOS;
			}
		}
		throw new IllegalStateException("64 ticks without a multiple of 64");
	}

	/**
	 * Brings the lists of higher wheels down whose time has come.
	 */
	private void cascade() {
		for (int level = 1; level < LEVELS; level++) {
			if ((this.tick & ((1L << (BITS * level)) - 1)) != 0) {
				return;
			}
			Timer head = this.wheels[level][(int) (this.tick >>> (BITS * level)) & (SLOTS - 1)];
			while (!head.isAlone()) {
				Timer timer = head.next;
				timer.unlink();
				insert(timer);
			}
		}
	}

	private void insert(Timer timer) {
		long distance = timer.deadlineTick - this.tick;
		int level = 0;
		while (level < LEVELS - 1 && distance >= 1L << (BITS * (level + 1))) {
			level++;
		}
		int slot = (int) (timer.deadlineTick >>> (BITS * level)) & (SLOTS - 1);
		timer.insertBefore(this.wheels[level][slot]);
	}

	private long ceilToTick(long nanos) {
		return Math.floorDiv(nanos - this.startNanos + TICK_NANOS - 1, TICK_NANOS);
	}

}
