package io.github.clonemap.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.github.clonemap.CloneException;
import io.github.clonemap.CloneInterruptedException;
import io.github.clonemap.CloneTimeoutException;
import io.github.clonemap.protocol.WriteOperation;
import io.github.clonemap.protocol.WriteResult;
import org.jspecify.annotations.Nullable;

/**
 * One write on its way: made by the application's thread, then the agent's, which ends it
 * exactly once.
 */
final class WriteCall {

	private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(1);

	private final CompletableFuture<WriteResult> future = new CompletableFuture<>();

	private final WriteOperation operation;

	private final int weight;

	private final long startNanos;

	private final long deadlineNanos;

	private final boolean blocking;

	private final boolean visibleFirst;

	/** Its place among the session's writes, 0 until it is sent. For the agent. */
	long counter;

	/** What the server did, once that is known. For the agent. */
	@Nullable WriteResult result;

	/** Whether the caller has been told. For the agent. */
	boolean ended;

	/**
	 * Creates the call.
	 * @param operation what to do
	 * @param startNanos the time now
	 * @param timeoutNanos how long it may take
	 * @param blocking whether the caller waits, rather than having a future with other
	 * code depending on it
	 * @param visibleFirst whether the caller is told only when it can see its own write
	 */
	WriteCall(WriteOperation operation, long startNanos, long timeoutNanos, boolean blocking, boolean visibleFirst) {
		this.operation = operation;
		this.weight = operation.weight();
		this.startNanos = startNanos;
		this.deadlineNanos = startNanos + timeoutNanos;
		this.blocking = blocking;
		this.visibleFirst = visibleFirst;
	}

	WriteOperation operation() {
		return this.operation;
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

	CompletableFuture<WriteResult> future() {
		return this.future;
	}

	/**
	 * Waits for the end. The agent keeps the deadline; only if the agent itself is gone
	 * this method has to.
	 */
	WriteResult join(long nowNanos) {
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
