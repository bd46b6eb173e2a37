package io.github.clonemap.client;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;

import io.github.clonemap.agent.Clock;
import org.jspecify.annotations.Nullable;

/**
 * Measures how old updates are when they are handed to the application, where slowness
 * hurts, and says when that is too old.
 * <p>
 * The age is the time since the server ordered the update, by two monotonic clocks and
 * the offset between them; the offset's error bound is subtracted, and nothing is judged
 * while the offset is not known. Still a clock may have jumped since the last ping. So a
 * hand-over that seems late is only a suspicion: the server is asked for its time once
 * more, and the verdict uses the offset that was measured <em>afterwards</em>. Only what
 * has waited too long in our own queues needs no proof: there is one clock for that.
 * <p>
 * What is excused: all that the server ordered before the last synchronization ended; the
 * entries that a listener hears first, or that a synchronization has brought, and
 * whatever had to wait behind them.
 * <p>
 * Measured by any thread; judged by the agent.
 */
final class SnailWatch {

	/**
	 * For how long nothing may be late before an episode counts as over: on and off, in
	 * the rhythm of a slow listener, is one episode.
	 */
	private static final long QUIET_MICROS = TimeUnit.SECONDS.toMicros(10);

	private static final Runnable NOBODY = () -> {
	};

	private final AtomicReference<@Nullable Suspicion> suspicion = new AtomicReference<>();

	private final LongAdder croaks = new LongAdder();

	private final LongAdder suspected = new LongAdder();

	private final ClockOffset offset;

	private final Clock clock;

	private final ClientTimers timers;

	private final long maxLatencyNanos;

	private volatile Runnable alarm = NOBODY;

	/**
	 * What the server ordered up to here is excused: everything, until the first
	 * synchronization has ended. By our own clock, so that it can be told before the
	 * offset is known.
	 */
	private volatile long excusedMicros = Long.MAX_VALUE;

	private volatile boolean croaking;

	private volatile long lastLateMicros;

	private boolean asked;

	SnailWatch(Duration maxLatency, ClockOffset offset, Clock clock, ClientTimers timers) {
		this.maxLatencyNanos = maxLatency.toNanos();
		this.offset = offset;
		this.clock = clock;
		this.timers = timers;
	}

	/**
	 * Sets how to wake the agent, to which a suspicion should not wait for long.
	 */
	void setAlarm(Runnable alarm) {
		this.alarm = alarm;
	}

	/**
	 * An update of the stream is handed to the application now.
	 */
	void onHandedOver(long serverTimeMicros) {
		if (!this.offset.isKnown()) {
			return;
		}
		long nowMicros = this.clock.epochMicros();
		long ageNanos = this.offset.ageNanos(serverTimeMicros, nowMicros);
		this.timers.onHandedOver(ageNanos);
		if (ageNanos > this.maxLatencyNanos) {
			suspect(serverTimeMicros, nowMicros);
		}
	}

	private void suspect(long serverTimeMicros, long nowMicros) {
		if (!isLate(serverTimeMicros, nowMicros)) {
			return;
		}
		if (this.croaking) {
			this.lastLateMicros = nowMicros;
			this.croaks.increment();
			return;
		}
		this.suspected.increment();
		if (this.suspicion.get() == null
				&& this.suspicion.compareAndSet(null, new Suspicion(serverTimeMicros, nowMicros))) {
			this.alarm.run();
		}
	}

	private boolean isLate(long serverTimeMicros, long nowMicros) {
		long errorMicros = this.offset.errorMicros();
		return errorMicros != Long.MAX_VALUE
				&& serverTimeMicros - this.offset.offsetMicros() - errorMicros > this.excusedMicros
				&& this.offset.ageNanos(serverTimeMicros, nowMicros) - errorMicros * 1000 > this.maxLatencyNanos;
	}

	/**
	 * Excuses all that the server has ordered until now. Called by any thread: what one
	 * of two that come at once takes back is a moment.
	 */
	void excuseUntilNow() {
		long nowMicros = this.clock.epochMicros();
		if (nowMicros > this.excusedMicros) {
			this.excusedMicros = nowMicros;
		}
	}

	/**
	 * A synchronization has ended, the first one or a later one: the stream had to wait
	 * for it. For the agent.
	 */
	void onSynchronized() {
		this.excusedMicros = this.clock.epochMicros();
	}

	/**
	 * Whether there is a suspicion, and the server has to be asked for its time. Says so
	 * once. For the agent.
	 */
	boolean needsToAsk() {
		if (this.asked || this.suspicion.get() == null) {
			return false;
		}
		this.asked = true;
		return true;
	}

	/**
	 * The server's clock has been measured. For the agent.
	 * @param sentMicros when the ping was sent
	 * @return an update that was handed over too late, if that begins an episode
	 */
	@Nullable Croak onMeasured(long sentMicros) {
		Suspicion suspicion = this.suspicion.get();
		if (suspicion == null || sentMicros < suspicion.handedOverMicros) {
			return null;
		}
		boolean late = isLate(suspicion.serverTimeMicros, suspicion.handedOverMicros);
		long count = this.suspected.sumThenReset();
		forget();
		if (!late) {
			return null;
		}
		if (this.croaking) {
			// A change that waits has begun the episode while the answer was on its way.
			this.croaks.add(count);
			this.lastLateMicros = this.clock.epochMicros();
			return null;
		}
		return begin(count, this.offset.ageNanos(suspicion.serverTimeMicros, suspicion.handedOverMicros),
				this.offset.errorMicros() * 1000);
	}

	/**
	 * A change waits for its listener, and has done so for a time that is known without
	 * any other clock. For the agent.
	 * @return the same, if it is too long and begins an episode
	 */
	@Nullable Croak onWaiting(long waitedNanos) {
		if (waitedNanos <= this.maxLatencyNanos) {
			return null;
		}
		this.lastLateMicros = this.clock.epochMicros();
		return this.croaking ? null : begin(1, waitedNanos, 0);
	}

	private Croak begin(long count, long ageNanos, long errorNanos) {
		this.croaks.add(count);
		this.lastLateMicros = this.clock.epochMicros();
		this.croaking = true;
		return new Croak(ageNanos, errorNanos);
	}

	/**
	 * The connection is lost: nobody can say any more what the server's clock was. For
	 * the agent.
	 */
	void forget() {
		this.asked = false;
		this.suspected.reset();
		this.suspicion.set(null);
	}

	/**
	 * Ends the episode when nothing has been late for a while. For the agent.
	 * @return whether one has ended
	 */
	boolean endsEpisode() {
		if (!this.croaking || this.clock.epochMicros() - this.lastLateMicros <= QUIET_MICROS) {
			return false;
		}
		this.croaking = false;
		return true;
	}

	/**
	 * How many updates were handed over too late. Read by any thread.
	 */
	long croaks() {
		return this.croaks.sum();
	}

	private record Suspicion(long serverTimeMicros, long handedOverMicros) {

	}

	/**
	 * What was too late.
	 *
	 * @param ageNanos how old the update was
	 * @param errorNanos how wrong that may be
	 */
	record Croak(long ageNanos, long errorNanos) {

	}

}
