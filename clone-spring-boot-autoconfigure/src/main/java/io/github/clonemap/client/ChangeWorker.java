package io.github.clonemap.client;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;

import io.github.clonemap.agent.HeapShare;
import io.github.clonemap.client.Dispatcher.Delivery;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that tells listeners of changes. What it is doing, and how much waits for it,
 * can be seen from outside: a listener that does not return cannot be helped, only named.
 */
final class ChangeWorker extends DispatchWorker {

	private static final Logger logger = LoggerFactory.getLogger(ChangeWorker.class);

	/**
	 * How many bytes of changes may wait: a bound beside their number, so that large
	 * values cannot fill the memory.
	 */
	private static final long MAX_QUEUED_BYTES = HeapShare.of(16, 32L << 20);

	/**
	 * For how long the slowest call is remembered.
	 */
	private static final long MEMORY_NANOS = TimeUnit.MINUTES.toNanos(1);

	private final AtomicLong bytes = new AtomicLong();

	private final AtomicLong begun = new AtomicLong();

	private final AtomicLong done = new AtomicLong();

	private final BooleanSupplier queueIsEmpty = () -> super.queued() == 0;

	private final int capacity;

	private final long patienceNanos;

	private final @Nullable ConflatedChanges conflated;

	private volatile @Nullable Delivery current;

	private volatile long currentNanos;

	private volatile @Nullable Call slowest;

	// The thread's own.

	private boolean fromQueue;

	private long endNanos;

	// The agent's own: which change it watches on its way through the queue.

	private long entered;

	private long dissolved;

	private long fed;

	private long watched;

	private long watchedNanos;

	private long complainedNanos;

	/**
	 * Creates the thread.
	 * @param name its name
	 * @param capacity how many changes may wait
	 * @param overflow what becomes of those that are too many
	 * @param patienceNanos after how long a listener that does not return is named
	 * @param former its predecessor, which may still be busy
	 */
	ChangeWorker(String name, int capacity, EventOverflow overflow, long patienceNanos, @Nullable ChangeWorker former) {
		super(name, former);
		this.capacity = capacity;
		this.conflated = (overflow == EventOverflow.CONFLATE) ? new ConflatedChanges() : null;
		this.patienceNanos = patienceNanos;
	}

	/**
	 * Whether the stream may go on, as far as this thread is concerned.
	 */
	boolean hasRoom() {
		return this.conflated != null || hasRoomInQueue();
	}

	private boolean hasRoomInQueue() {
		return super.queued() < this.capacity && this.bytes.get() < MAX_QUEUED_BYTES;
	}

	/**
	 * Adds a change. For the agent.
	 */
	void add(Delivery delivery) {
		ConflatedChanges conflated = this.conflated;
		// As long as any of those waits, what is new must not overtake it.
		if (conflated != null && (conflated.size() > 0 || !hasRoomInQueue())) {
			int more = conflated.put(delivery);
			if (more < 0) {
				this.dissolved++;
			}
			else {
				this.entered += more;
			}
		}
		else {
			this.bytes.addAndGet(delivery.weight());
			this.entered++;
			add((Runnable) delivery);
		}
		if (!delivery.isLive()) {
			this.fed = this.entered;
		}
	}

	/**
	 * Sees whether a change of the stream has waited since long ago, and complains of a
	 * listener that does not return. It watches one change at a time on its way through
	 * the queue: what came last when it looked. For the agent.
	 * @return for how long at least a change has waited
	 */
	long onTick(long nowNanos) {
		complain(nowNanos);
		// What was dissolved may have been behind it: then this is in its favour.
		long begun = this.begun.get() + this.dissolved;
		if (begun >= this.watched) {
			this.watched = this.entered;
			this.watchedNanos = nowNanos;
		}
		if (begun >= this.watched) {
			return 0;
		}
		if (this.done.get() + this.dissolved < this.fed) {
			// It waits behind what is not in the stream, which may take its time.
			this.watchedNanos = nowNanos;
		}
		return nowNanos - this.watchedNanos;
	}

	private void complain(long nowNanos) {
		Delivery current = this.current;
		long sinceNanos = this.currentNanos;
		if (current == null || nowNanos - sinceNanos < this.patienceNanos || sinceNanos == this.complainedNanos) {
			return;
		}
		this.complainedNanos = sinceNanos;
		Exception where = new Exception("This is where it is; nothing was thrown");
		where.setStackTrace(getStackTrace());
		logger.warn("{} has been busy with {} for {} ms, and {} changes wait behind it", getName(), current.listening(),
				TimeUnit.NANOSECONDS.toMillis(nowNanos - sinceNanos), queued(), where);
	}

	@Override
	protected @Nullable Runnable next() {
		Runnable work = super.next();
		this.fromQueue = work != null;
		ConflatedChanges conflated = this.conflated;
		while (work == null && conflated != null && conflated.size() > 0) {
			work = conflated.take(this.queueIsEmpty);
			if (work == null) {
				work = super.next();
				this.fromQueue = work != null;
			}
		}
		if (work == null) {
			this.endNanos = 0;
		}
		return work;
	}

	@Override
	protected void perform(Runnable work) {
		if (!(work instanceof Delivery delivery)) {
			super.perform(work);
			return;
		}
		// One look at the clock for each: the end of the one before is the start.
		long startNanos = (this.endNanos != 0) ? this.endNanos : System.nanoTime();
		this.currentNanos = startNanos;
		this.current = delivery;
		this.begun.lazySet(this.begun.get() + 1);
		super.perform(work);
		this.current = null;
		this.endNanos = System.nanoTime();
		this.done.lazySet(this.done.get() + 1);
		if (this.fromQueue) {
			this.bytes.addAndGet(-delivery.weight());
		}
		long nanos = this.endNanos - startNanos;
		Call slowest = this.slowest;
		if (slowest == null || nanos > slowest.nanos || startNanos - slowest.startNanos > MEMORY_NANOS) {
			this.slowest = new Call(delivery.listening().toString(), startNanos, nanos);
		}
	}

	@Override
	int queued() {
		return super.queued() + ((this.conflated != null) ? this.conflated.size() : 0);
	}

	long conflated() {
		return (this.conflated != null) ? this.conflated.conflated() : 0;
	}

	WorkerReport report() {
		Delivery current = this.current;
		long nanos = System.nanoTime() - this.currentNanos;
		Call slowest = this.slowest;
		if (current != null && (slowest == null || nanos > slowest.nanos)) {
			slowest = new Call(current.listening().toString(), 0, nanos);
		}
		return new WorkerReport(getName(), queued(), (slowest != null) ? slowest.listener : null,
				Duration.ofNanos((slowest != null) ? slowest.nanos : 0));
	}

	/**
	 * A call of a listener.
	 */
	private record Call(String listener, long startNanos, long nanos) {

	}

}
