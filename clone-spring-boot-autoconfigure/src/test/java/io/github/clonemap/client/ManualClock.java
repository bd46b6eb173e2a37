package io.github.clonemap.client;

import java.time.Duration;

import io.github.clonemap.agent.Clock;

/**
 * A clock that is moved by hand.
 */
public final class ManualClock implements Clock {

	private static final long START_MICROS = 1_700_000_000_000_000L;

	private long nanos = 1_000_000_000L;

	@Override
	public long nanoTime() {
		return this.nanos;
	}

	@Override
	public long epochMicros() {
		return START_MICROS + this.nanos / 1000;
	}

	public void advance(long nanos) {
		this.nanos += nanos;
	}

	public void advance(Duration duration) {
		advance(duration.toNanos());
	}

}
