package io.github.clonemap.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

import io.github.clonemap.CloneException;
import io.github.clonemap.CloneInterruptedException;
import io.github.clonemap.CloneTimeoutException;
import io.github.clonemap.WriteOptions.Condition;
import io.github.clonemap.protocol.WriteOperation;
import io.github.clonemap.protocol.WriteResult;
import org.jspecify.annotations.Nullable;

/**
 * One write on its way: made by the application's thread, then the agent's, which ends it
 * exactly once. Running it tells the caller how it ended; that is work of the
 * application, so where somebody else's code depends on the future, it is not the agent
 * that runs it.
 *
 * @param <T> what the caller makes of the result
 */
final class WriteCall<T> implements Runnable {

	private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(1);

	private final CompletableFuture<T> future = new CompletableFuture<>();

	private volatile WriteOperation operation;

	private final Function<WriteResult, T> reader;

	private final WriteBudget budget;

	private final int weight;

	private final long startNanos;

	private final long deadlineNanos;

	private final boolean blocking;

	private final boolean visibleFirst;

	/** Its place among the session's writes, 0 until it is sent. For the agent. */
	long counter;

	/** What the server did, once that is known. For the agent. */
	@Nullable WriteResult result;

	/** Whether it has ended, if only for the caller. For the agent. */
	boolean ended;

	private @Nullable CloneException failure;

	/**
	 * Creates the call.
	 * @param operation what to do
	 * @param reader makes something of the result; may throw a {@link CloneException}
	 * @param budget where the room for the write was taken from
	 * @param startNanos the time now
	 * @param timeoutNanos how long it may take
	 * @param blocking whether the caller waits, rather than having a future with other
	 * code depending on it
	 * @param visibleFirst whether the caller is told only when it can see its own write
	 */
	WriteCall(WriteOperation operation, Function<WriteResult, T> reader, WriteBudget budget, long startNanos,
			long timeoutNanos, boolean blocking, boolean visibleFirst) {
		this.operation = operation;
		this.reader = reader;
		this.budget = budget;
		this.weight = operation.weight();
		this.startNanos = startNanos;
		this.deadlineNanos = startNanos + timeoutNanos;
		this.blocking = blocking;
		this.visibleFirst = visibleFirst;
	}

	WriteOperation operation() {
		return this.operation;
	}

	/**
	 * Nobody waits for this write any more, but its counter is taken: what is sent again
	 * under it, if it has not arrived, changes nothing, and needs no value. So its room
	 * can be given to another.
	 */
	void forget() {
		this.operation = new WriteOperation(WriteOperation.Kind.GET, this.operation.key(), null, Condition.NONE, 0, 0,
				false, false);
	}

	int weight() {
		return this.weight;
	}

	long startNanos() {
		return this.startNanos;
	}

	long deadlineNanos() {
		return this.deadlineNanos;
	}

	boolean isBlocking() {
		return this.blocking;
	}

	boolean isVisibleFirst() {
		return this.visibleFirst;
	}

	CompletableFuture<T> future() {
		return this.future;
	}

	/**
	 * It has failed: the next run tells.
	 */
	WriteCall<T> failed(CloneException failure) {
		this.failure = failure;
		return this;
	}

	/**
	 * Tells the caller, and gives the write's room back first: the code that depends on
	 * the future may write, too. What waits to be told still has its room.
	 */
	@Override
	public void run() {
		this.budget.release(this.weight);
		try {
			if (this.failure != null) {
				this.future.completeExceptionally(this.failure);
			}
			else if (this.result != null) {
				this.future.complete(this.reader.apply(this.result));
			}
		}
		catch (RuntimeException ex) {
			this.future.completeExceptionally(ex);
		}
	}

	/**
	 * Waits for the end. The agent keeps the deadline; only if the agent itself is gone
	 * this method has to.
	 */
	T join(long nowNanos) {
		try {
			return this.future.get(this.deadlineNanos - nowNanos + GRACE_NANOS, TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new CloneInterruptedException("Interrupted while waiting for the write of '" + this.operation.key()
					+ "' to be acknowledged: the outcome is unknown");
		}
		catch (TimeoutException ex) {
			throw new CloneTimeoutException(
					"The write of '" + this.operation.key() + "' was not acknowledged in time: the outcome is unknown");
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof CloneException failure) {
				// Thrown by another thread: the caller's own stack helps more.
				failure.setStackTrace(Thread.currentThread().getStackTrace());
				throw failure;
			}
			throw new IllegalStateException("A write ended in an unexpected way", ex.getCause());
		}
	}

}
