package io.github.clonemap.client;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;

import io.github.clonemap.CloneConditionFailedException;
import io.github.clonemap.CloneException;
import io.github.clonemap.CloneNotConnectedException;
import io.github.clonemap.CloneRejectedException;
import io.github.clonemap.CloneStoppedException;
import io.github.clonemap.CloneTimeoutException;
import io.github.clonemap.WriteOptions.Condition;
import io.github.clonemap.agent.Clock;
import io.github.clonemap.client.ClientTimers.WriteOutcome;
import io.github.clonemap.protocol.FrameWriter;
import io.github.clonemap.protocol.Message.Write;
import io.github.clonemap.protocol.Reply.Ack;
import io.github.clonemap.protocol.Reply.Pong;
import io.github.clonemap.protocol.Reply.Welcome;
import io.github.clonemap.protocol.WriteOperation;
import io.github.clonemap.protocol.WriteResult;
import org.jspecify.annotations.Nullable;

/**
 * The writes between the application and the server. Each gets the next counter of the
 * session when it is sent, and is sent again, with the same counter, until its result is
 * here; the server applies each counter once. A write moves through three queues: not
 * sent, in flight, and acknowledged but not yet visible here.
 * <p>
 * For the agent.
 */
final class PendingWrites {

	private static final int FRAME_BYTES = 32 << 10;

	private final Deque<WriteCall<?>> unsent = new ArrayDeque<>();

	private final Deque<WriteCall<?>> inFlight = new ArrayDeque<>();

	private final Deque<WriteCall<?>> unseen = new ArrayDeque<>();

	private final FrameWriter writer = new FrameWriter(FRAME_BYTES + 4096);

	private final ClientTransport transport;

	private final Dispatcher dispatcher;

	private final Replica replica;

	private final ClientTimers timers;

	private final Clock clock;

	private final int maxInFlight;

	private final long resendNanos;

	private long nextCounter = 1;

	private long progressNanos;

	private long askedMicros;

	private long sessionId;

	private int maxValueSize = Integer.MAX_VALUE;

	private boolean connected;

	PendingWrites(ClientTransport transport, Dispatcher dispatcher, Replica replica, ClientTimers timers, Clock clock,
			ClientSettings settings) {
		this.transport = transport;
		this.dispatcher = dispatcher;
		this.replica = replica;
		this.timers = timers;
		this.clock = clock;
		this.maxInFlight = settings.maxInFlight();
		this.resendNanos = settings.serverTimeout().toNanos() / 4;
	}

	/**
	 * The counter of the oldest write whose result is not known, or of the next one.
	 */
	long nextUnknownCounter() {
		return this.inFlight.isEmpty() ? this.nextCounter : this.inFlight.getFirst().counter;
	}

	void add(WriteCall<?> call) {
		this.unsent.addLast(call);
	}

	/**
	 * The connection is gone; what is in flight will be sent again.
	 */
	void onDisconnected() {
		this.connected = false;
	}

	/**
	 * A server knows the session, or has made a new one. In a new one it cannot tell
	 * which writes it has seen before, so those that were sent have an unknown outcome.
	 */
	void onWelcome(Welcome welcome, long nowNanos) {
		this.connected = true;
		this.maxValueSize = welcome.maxValueSize();
		if (welcome.sessionId() != this.sessionId) {
			for (WriteCall<?> call : this.inFlight) {
				fail(call, WriteOutcome.UNKNOWN,
						new CloneTimeoutException("The server lost the session before it "
								+ "acknowledged the write of '" + call.operation().key() + "': the outcome is unknown"),
						nowNanos);
			}
			this.inFlight.clear();
			this.nextCounter = welcome.lastCounter() + 1;
			this.sessionId = welcome.sessionId();
		}
		resend(nowNanos);
	}

	void onAck(Ack ack, long nowNanos) {
		long counter = ack.firstCounter();
		for (WriteResult result : ack.results()) {
			WriteCall<?> call = this.inFlight.peekFirst();
			if (call == null || counter > call.counter) {
				// Results before it were lost; the next resend brings them.
				return;
			}
			if (counter++ == call.counter) {
				this.inFlight.removeFirst();
				this.progressNanos = nowNanos;
				this.askedMicros = 0;
				onResult(call, result, nowNanos);
			}
		}
	}

	/**
	 * Everything up to a sequence is visible here.
	 */
	void onVisible(long sequence, long nowNanos) {
		for (WriteCall<?> call = this.unseen.peekFirst(); call != null
				&& sequenceOf(call) <= sequence; call = this.unseen.peekFirst()) {
			this.unseen.removeFirst();
			succeed(call, nowNanos);
		}
	}

	/**
	 * Ends what has waited for too long.
	 * @return whether the server should be asked, because results are missing
	 */
	boolean onTick(long nowNanos) {
		for (WriteCall<?> call = this.unseen.peekFirst(); isOver(call, nowNanos); call = this.unseen.peekFirst()) {
			// The promise is the acknowledgement, and that is here.
			succeed(this.unseen.removeFirst(), nowNanos);
		}
		for (WriteCall<?> call : this.inFlight) {
			if (!isOver(call, nowNanos)) {
				break;
			}
			if (!call.ended) {
				fail(call, WriteOutcome.UNKNOWN, new CloneTimeoutException("The write of '" + call.operation().key()
						+ "' was sent, but not acknowledged in time (clone.write-timeout): the outcome is unknown"),
						nowNanos);
				call.forget();
			}
		}
		for (WriteCall<?> call = this.unsent.peekFirst(); isOver(call, nowNanos); call = this.unsent.peekFirst()) {
			fail(this.unsent.removeFirst(), WriteOutcome.NOT_SENT, new CloneNotConnectedException("The write of '"
					+ call.operation().key() + "' was not sent: no server was reachable within clone.write-timeout"),
					nowNanos);
		}
		if (this.connected && !this.inFlight.isEmpty() && nowNanos - this.progressNanos > this.resendNanos) {
			this.progressNanos = nowNanos;
			this.askedMicros = this.clock.epochMicros();
			return true;
		}
		return false;
	}

	/**
	 * The server has answered a ping. Requests come in order, so if it was sent after the
	 * writes and their results are still missing, something was lost; if it takes long to
	 * come, the network is slow, and to send more would make it slower.
	 */
	void onPong(Pong pong, long nowNanos) {
		if (this.askedMicros != 0 && pong.micros() >= this.askedMicros) {
			this.askedMicros = 0;
			if (this.connected && !this.inFlight.isEmpty()) {
				resend(nowNanos);
			}
		}
	}

	/**
	 * Sends what has not been sent.
	 */
	void flush(long nowNanos) {
		if (!this.connected || this.unsent.isEmpty()) {
			return;
		}
		if (this.inFlight.isEmpty()) {
			this.progressNanos = nowNanos;
		}
		while (!this.unsent.isEmpty() && this.inFlight.size() < this.maxInFlight) {
			long first = this.nextCounter;
			List<WriteOperation> operations = new ArrayList<>();
			int bytes = 0;
			while (!this.unsent.isEmpty() && bytes < FRAME_BYTES && this.inFlight.size() < this.maxInFlight) {
				WriteCall<?> call = this.unsent.removeFirst();
				byte[] value = call.operation().value();
				if (value != null && value.length > this.maxValueSize) {
					// The server would close the connection on a frame of that size.
					fail(call, WriteOutcome.REJECTED,
							new CloneRejectedException("The value of '" + call.operation().key() + "' has "
									+ value.length + " bytes, the server's clone.server.max-value-size is "
									+ this.maxValueSize),
							nowNanos);
					continue;
				}
				call.counter = this.nextCounter++;
				this.inFlight.addLast(call);
				operations.add(call.operation());
				bytes += call.weight();
			}
			send(first, operations);
		}
	}

	/**
	 * When {@link #onTick} is due.
	 */
	long nextDeadlineNanos(long nowNanos) {
		long next = nowNanos + this.resendNanos;
		for (Deque<WriteCall<?>> queue : List.of(this.unseen, this.unsent)) {
			if (!queue.isEmpty()) {
				next = Math.min(next, queue.getFirst().deadlineNanos());
			}
		}
		for (WriteCall<?> call : this.inFlight) {
			if (!call.ended) {
				return Math.min(next, call.deadlineNanos());
			}
		}
		return next;
	}

	boolean isEmpty() {
		return this.unsent.isEmpty() && this.inFlight.isEmpty() && this.unseen.isEmpty();
	}

	/**
	 * Ends everything: the client stops.
	 */
	void stop(long nowNanos) {
		this.unseen.forEach((call) -> succeed(call, nowNanos));
		this.inFlight
			.forEach(
					(call) -> fail(call, WriteOutcome.UNKNOWN,
							new CloneTimeoutException("The client stopped " + "before the write of '"
									+ call.operation().key() + "' was acknowledged: the outcome is unknown"),
							nowNanos));
		this.unsent
			.forEach((call) -> fail(call, WriteOutcome.NOT_SENT,
					new CloneStoppedException(
							"The client stopped before the write of '" + call.operation().key() + "' was sent"),
					nowNanos));
		this.unseen.clear();
		this.inFlight.clear();
		this.unsent.clear();
	}

	private void resend(long nowNanos) {
		this.progressNanos = nowNanos;
		Iterator<WriteCall<?>> calls = this.inFlight.iterator();
		while (calls.hasNext()) {
			List<WriteOperation> operations = new ArrayList<>();
			long first = 0;
			int bytes = 0;
			while (calls.hasNext() && bytes < FRAME_BYTES) {
				WriteCall<?> call = calls.next();
				first = (first == 0) ? call.counter : first;
				operations.add(call.operation());
				bytes += call.weight();
			}
			send(first, operations);
		}
	}

	private void send(long first, List<WriteOperation> operations) {
		if (!operations.isEmpty()) {
			Write write = new Write(nextUnknownCounter() - 1, first, operations);
			this.transport.send(write.command(), write.toBytes(this.writer));
		}
	}

	private void onResult(WriteCall<?> call, WriteResult result, long nowNanos) {
		call.result = result;
		if (call.ended) {
			return;
		}
		if (call.isVisibleFirst() && isUnseen(call, result)) {
			this.unseen.addLast(call);
		}
		else {
			succeed(call, nowNanos);
		}
	}

	private boolean isUnseen(WriteCall<?> call, WriteResult result) {
		String key = call.operation().key();
		if (result.sequence() <= this.replica.sequence() || !this.replica.subtrees().contains(key)) {
			return false;
		}
		return switch (result.status()) {
			case APPLIED, CONDITION_FAILED -> true;
			// Nothing was there: that is visible unless something still is.
			case UNCHANGED -> call.operation().kind() == WriteOperation.Kind.REMOVE && this.replica.get(key) != null;
			case REJECTED -> false;
		};
	}

	private static boolean isOver(@Nullable WriteCall<?> call, long nowNanos) {
		return call != null && nowNanos - call.deadlineNanos() >= 0;
	}

	private static long sequenceOf(WriteCall<?> call) {
		return (call.result != null) ? call.result.sequence() : 0;
	}

	private void succeed(WriteCall<?> call, long nowNanos) {
		WriteResult result = call.result;
		if (result == null) {
			throw new IllegalStateException("a write without a result");
		}
		switch (result.status()) {
			case APPLIED, UNCHANGED -> end(call, WriteOutcome.ACKNOWLEDGED, nowNanos);
			case CONDITION_FAILED -> end(call, WriteOutcome.CONDITION_FAILED, nowNanos);
			case REJECTED -> fail(call, WriteOutcome.REJECTED,
					new CloneRejectedException(
							"The server refused the write of '" + call.operation().key() + "': " + result.reason()),
					nowNanos);
		}
	}

	private void fail(WriteCall<?> call, WriteOutcome outcome, CloneException failure, long nowNanos) {
		if (!call.ended) {
			end(call.failed(failure), outcome, nowNanos);
		}
	}

	private void end(WriteCall<?> call, WriteOutcome outcome, long nowNanos) {
		if (call.ended) {
			return;
		}
		call.ended = true;
		this.timers.onWritten(outcome, nowNanos - call.startNanos());
		if (call.isBlocking()) {
			call.run();
		}
		else {
			this.dispatcher.complete(call);
		}
	}

	/**
	 * The failure of a condition, as asynchronous callers get it.
	 */
	static CloneConditionFailedException conditionFailed(String key, Condition condition, WriteResult result) {
		return new CloneConditionFailedException(
				"The condition for writing '" + key + "' did not hold: " + switch (condition) {
					case ABSENT -> "there is an entry";
					case SEQUENCE -> (result.sequence() == 0) ? "there is no entry" : "the entry has another sequence";
					case PRESENT, NONE -> "there is no entry";
				}, result.sequence());
	}

}
