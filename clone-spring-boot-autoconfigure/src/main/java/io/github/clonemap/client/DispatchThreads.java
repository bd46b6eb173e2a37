package io.github.clonemap.client;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that call into the application (the Guide's Black Box: the thread that
 * reads the stream does no other work). Changes are spread over some workers by the hash
 * of their key; announcements and completions have a worker each, so that a listener that
 * hangs holds up no writer.
 */
final class DispatchThreads implements Dispatcher {

	private static final Logger logger = LoggerFactory.getLogger(DispatchThreads.class);

	/**
	 * After how long a listener that does not return is named in the log.
	 */
	static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(10);

	/**
	 * How many announcements may wait: a state or a gap that nobody has asked about for
	 * so long is of no use any more.
	 */
	private static final int MAX_ANNOUNCEMENTS = 1024;

	private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

	private final List<ChangeWorker> changes = new ArrayList<>();

	private final DispatchWorker announcements;

	private final CompletionWorker completions;

	private long nextLookNanos;

	private boolean deaf;

	/**
	 * Starts the threads.
	 * @param name the name of the client
	 * @param threads how many call listeners
	 * @param capacity how many changes may wait for each of these
	 * @param overflow what becomes of those that are too many
	 * @param patienceNanos after how long a listener that does not return is named
	 * @param former the threads of the run before, as many, which may still be busy: each
	 * new one waits for its predecessor, so that a listener is not called twice at once
	 */
	DispatchThreads(String name, int threads, int capacity, EventOverflow overflow, long patienceNanos,
			@Nullable DispatchThreads former) {
		for (int i = 0; i < threads; i++) {
			this.changes.add(new ChangeWorker("clone-events-" + (i + 1) + "-" + name, capacity, overflow, patienceNanos,
					(former != null) ? former.changes.get(i) : null));
		}
		this.announcements = new DispatchWorker("clone-states-" + name, (former != null) ? former.announcements : null);
		this.completions = new CompletionWorker("clone-writes-" + name, (former != null) ? former.completions : null);
		this.changes.forEach(Thread::start);
		this.announcements.start();
		this.completions.start();
	}

	/**
	 * Whether the calling thread is one that tells listeners of changes. A write from
	 * there must not wait for the stream: the stream may be waiting for this thread.
	 */
	static boolean isTelling() {
		return Thread.currentThread() instanceof ChangeWorker;
	}

	/**
	 * Whether the calling thread is one that completes futures. It must not wait for room
	 * among the writes: it is the one that makes room.
	 */
	static boolean isCompleting() {
		return Thread.currentThread() instanceof CompletionWorker;
	}

	@Override
	public boolean hasRoom() {
		for (int i = 0; i < this.changes.size(); i++) {
			if (!this.changes.get(i).hasRoom()) {
				return false;
			}
		}
		return true;
	}

	@Override
	public void dispatch(int hash, Delivery delivery) {
		this.changes.get(Math.floorMod(hash ^ (hash >>> 16), this.changes.size())).add(delivery);
	}

	@Override
	public void announce(Runnable announcement) {
		if (this.announcements.queued() < MAX_ANNOUNCEMENTS) {
			this.announcements.add(announcement);
			this.deaf = false;
		}
		else if (!this.deaf) {
			this.deaf = true;
			logger.warn("{} is still busy with a listener of the application: it will not hear what comes now",
					this.announcements.getName());
		}
	}

	@Override
	public void complete(Runnable completion) {
		this.completions.add(completion);
	}

	@Override
	public void flush() {
		for (int i = 0; i < this.changes.size(); i++) {
			this.changes.get(i).flush();
		}
		this.announcements.flush();
		this.completions.flush();
	}

	@Override
	public int queued() {
		return this.changes.stream().mapToInt(ChangeWorker::queued).sum();
	}

	/**
	 * How many changes will never be handed over, because of newer ones.
	 */
	long conflated() {
		return this.changes.stream().mapToLong(ChangeWorker::conflated).sum();
	}

	/**
	 * How the threads are doing that tell listeners of changes. Called by any thread.
	 */
	List<WorkerReport> workers() {
		return this.changes.stream().map(ChangeWorker::report).toList();
	}

	@Override
	public long onTick(long nowNanos) {
		if (this.nextLookNanos != 0 && nowNanos - this.nextLookNanos < 0) {
			return 0;
		}
		this.nextLookNanos = nowNanos + LOOK_NANOS;
		long longest = 0;
		for (int i = 0; i < this.changes.size(); i++) {
			longest = Math.max(longest, this.changes.get(i).onTick(nowNanos));
		}
		return longest;
	}

	/**
	 * Lets the workers end: after what is in their queues, but without waiting for them
	 * longer than a moment, as a listener may hang.
	 */
	void stop(long timeoutNanos) {
		List<DispatchWorker> all = new ArrayList<>(this.changes);
		all.add(this.announcements);
		all.add(this.completions);
		all.forEach(DispatchWorker::end);
		long deadline = System.nanoTime() + timeoutNanos;
		for (DispatchWorker worker : all) {
			if (worker != Thread.currentThread() && !worker.joinUntil(deadline)) {
				logger.warn("{} is still busy with a listener of the application", worker.getName());
			}
		}
	}

	/**
	 * The thread that completes futures.
	 */
	private static final class CompletionWorker extends DispatchWorker {

		CompletionWorker(String name, @Nullable DispatchWorker former) {
			super(name, former);
		}

	}

}
