package io.github.clonemap.client;

/**
 * How far the server's clock is ahead of ours, from pings: of the last few the one with
 * the shortest round trip is believed, as in NTP's clock filter, because whatever made a
 * longer one longer also made it wrong.
 * <p>
 * Measured by the agent, read by any thread.
 */
final class ClockOffset {

	private static final int SAMPLES = 8;

	private final long[] offsets = new long[SAMPLES];

	private final long[] roundTrips = new long[SAMPLES];

	private int count;

	private volatile long offsetMicros;

	private volatile long errorMicros = Long.MAX_VALUE;

	/**
	 * Forgets the measurements: another server has another clock.
	 */
	void reset() {
		this.count = 0;
		this.errorMicros = Long.MAX_VALUE;
	}

	void onSample(long sentMicros, long receivedMicros, long serverMicros) {
		long roundTrip = Math.max(0, receivedMicros - sentMicros);
		int slot = this.count++ % SAMPLES;
		this.roundTrips[slot] = roundTrip;
		this.offsets[slot] = serverMicros - (sentMicros + roundTrip / 2);
		int best = 0;
		for (int i = 1; i < Math.min(this.count, SAMPLES); i++) {
			if (this.roundTrips[i] < this.roundTrips[best]) {
				best = i;
			}
		}
		this.offsetMicros = this.offsets[best];
		this.errorMicros = (this.roundTrips[best] + 1) / 2;
	}

	boolean isKnown() {
		return this.errorMicros != Long.MAX_VALUE;
	}

	long offsetMicros() {
		return this.offsetMicros;
	}

	/**
	 * How wrong the offset may be; {@link Long#MAX_VALUE} if it is not known at all.
	 */
	long errorMicros() {
		return this.errorMicros;
	}

	/**
	 * How long ago a moment of the server's clock was.
	 * @return nanoseconds, not negative; 0 while the offset is not known
	 */
	long ageNanos(long serverMicros, long nowMicros) {
		return isKnown() ? Math.max(0, nowMicros + this.offsetMicros - serverMicros) * 1000 : 0;
	}

}
