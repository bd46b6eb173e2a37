package io.github.clonemap.client;

/**
 * How far the server's clock is ahead of ours, from pings: of the last few the one with
 * the smallest error is believed, as in NTP's clock filter, because whatever made a round
 * trip longer also made it wrong. The error of a measurement is half of its round trip,
 * and grows with its age, as no two clocks run alike. Two measurements that contradict
 * each other by more than their errors tell that a clock has jumped: then only the newer
 * one counts.
 * <p>
 * Measured by the agent, read by any thread.
 */
final class ClockOffset {

	private static final int SAMPLES = 8;

	/**
	 * What a clock may gain or lose: one part in 2000, the most that NTP reckons with.
	 */
	private static final int DRIFT = 2000;

	private final long[] offsets = new long[SAMPLES];

	private final long[] roundTrips = new long[SAMPLES];

	private final long[] times = new long[SAMPLES];

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
		if (sentMicros > receivedMicros) {
			// No answer to a ping of ours.
			return;
		}
		long roundTrip = receivedMicros - sentMicros;
		long offset = serverMicros - (sentMicros + roundTrip / 2);
		if (this.count > 0) {
			int best = best(receivedMicros);
			long allowed = error(best, receivedMicros) + (roundTrip + 1) / 2;
			if (Math.abs(offset - this.offsets[best]) > allowed) {
				this.count = 0;
			}
		}
		int slot = this.count++ % SAMPLES;
		this.roundTrips[slot] = roundTrip;
		this.offsets[slot] = offset;
		this.times[slot] = receivedMicros;
		int best = best(receivedMicros);
		this.offsetMicros = this.offsets[best];
		this.errorMicros = error(best, receivedMicros);
	}

	private int best(long nowMicros) {
		int best = 0;
		for (int i = 1; i < Math.min(this.count, SAMPLES); i++) {
			if (error(i, nowMicros) < error(best, nowMicros)) {
				best = i;
			}
		}
		return best;
	}

	private long error(int slot, long nowMicros) {
		return (this.roundTrips[slot] + 1) / 2 + Math.max(0, nowMicros - this.times[slot]) / DRIFT;
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
