package io.github.clonemap.client;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;

import io.github.clonemap.CloneException;
import io.github.clonemap.CloneNotConnectedException;
import io.github.clonemap.CloneStoppedException;
import io.github.clonemap.CloneTimeoutException;

/**
 * Callers that wait until something is visible here: a sequence they know, or whatever
 * the server has by now.
 * <p>
 * For the agent.
 */
final class Waiting {

	/**
	 * How many may wait at once.
	 */
	private static final int MAX_WAITING = 65_536;

	private final Queue<Call> bySequence = new PriorityQueue<>(Comparator.comparingLong((call) -> call.sequence));

	private final Deque<Call> barriers = new ArrayDeque<>();

	private final Dispatcher dispatcher;

	private long nextDeadlineNanos = Long.MAX_VALUE;

	Waiting(Dispatcher dispatcher) {
		this.dispatcher = dispatcher;
	}

	/**
	 * A caller waits.
	 * @param call the call; its sequence is that of {@link Call#BARRIER} if the server
	 * has to be asked for it
	 * @param visible the sequence that is visible here
	 * @return whether a server has to be asked
	 */
	boolean add(Call call, long visible) {
		if (this.bySequence.size() + this.barriers.size() >= MAX_WAITING) {
			fail(call,
					new CloneNotConnectedException("More than " + MAX_WAITING + " callers wait for updates already"));
			return false;
		}
		if (call.sequence != Call.BARRIER && call.sequence <= visible) {
			complete(call);
			return false;
		}
		this.nextDeadlineNanos = Math.min(this.nextDeadlineNanos, call.deadlineNanos);
		((call.sequence == Call.BARRIER) ? this.barriers : this.bySequence).add(call);
		return call.sequence == Call.BARRIER;
	}

	/**
	 * A caller comes after the stop.
	 */
	void refuse(Call call) {
		fail(call, new CloneStoppedException("The client has stopped"));
	}

	/**
	 * The server has answered a ping that was sent at some time: barriers that were there
	 * then wait for what it had.
	 */
	void onCommitted(long committed, long sentMicros, long visible) {
		while (!this.barriers.isEmpty() && this.barriers.getFirst().startMicros <= sentMicros) {
			Call call = this.barriers.removeFirst();
			add(new Call(committed, call.startMicros, call.deadlineNanos, call.future), visible);
		}
	}

	void onVisible(long sequence) {
		while (!this.bySequence.isEmpty() && this.bySequence.peek().sequence <= sequence) {
			complete(this.bySequence.remove());
		}
	}

	void onTick(long nowNanos) {
		if (this.nextDeadlineNanos == Long.MAX_VALUE || nowNanos - this.nextDeadlineNanos < 0) {
			return;
		}
		this.nextDeadlineNanos = Long.MAX_VALUE;
		for (Queue<Call> queue : List.of(this.bySequence, this.barriers)) {
			for (Call call : new ArrayList<>(queue)) {
				if (nowNanos - call.deadlineNanos >= 0) {
					queue.remove(call);
					fail(call, (call.sequence == Call.BARRIER)
							? new CloneNotConnectedException("No server answered within clone.write-timeout")
							: new CloneTimeoutException(
									"Sequence " + call.sequence + " did not arrive within clone.write-timeout"));
				}
				else {
					this.nextDeadlineNanos = Math.min(this.nextDeadlineNanos, call.deadlineNanos);
				}
			}
		}
	}

	long nextDeadlineNanos() {
		return this.nextDeadlineNanos;
	}

	void stop() {
		List.of(this.bySequence, this.barriers).forEach((queue) -> {
			queue.forEach((call) -> fail(call, new CloneStoppedException("The client stopped")));
			queue.clear();
		});
	}

	private void complete(Call call) {
		this.dispatcher.complete(() -> call.future.complete(null));
	}

	private void fail(Call call, CloneException failure) {
		this.dispatcher.complete(() -> call.future.completeExceptionally(failure));
	}

	/**
	 * A caller that waits.
	 *
	 * @param sequence for what, {@link #BARRIER} if that is not known yet
	 * @param startMicros since when
	 * @param deadlineNanos how long at most
	 * @param future tells it
	 */
	record Call(long sequence, long startMicros, long deadlineNanos, CompletableFuture<Void> future) {

		static final long BARRIER = -1;

	}

}
