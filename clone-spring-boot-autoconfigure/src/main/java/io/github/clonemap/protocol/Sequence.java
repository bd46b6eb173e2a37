package io.github.clonemap.protocol;

import java.util.concurrent.TimeUnit;

/**
 * The number that the active server gives each update: 15 bits of epoch, then 48 bits of
 * counter, so that one comparison orders updates across failovers and restarts. It is one
 * positive signed 64-bit number on the wire, as RFC 12 wants.
 *
 * @since 0.1.0
 */
public final class Sequence {

	/**
	 * The highest epoch.
	 */
	public static final int MAX_EPOCH = 0x7FFF;

	private static final int COUNTER_BITS = 48;

	/** 2020-01-01T00:00:00Z. */
	private static final long COUNTER_BASE_MICROS = 1_577_836_800_000_000L;

	private static final int UPDATES_PER_SECOND_BITS = 18;

	private Sequence() {
	}

	/**
	 * The first sequence of an epoch, which no update has.
	 * @param epoch the epoch
	 * @return the sequence with the counter 0
	 */
	public static long startOf(int epoch) {
		return (long) epoch << COUNTER_BITS;
	}

	/**
	 * The sequence after which a server begins that knows nothing of its predecessors.
	 * Its counter is the time, at 2<sup>18</sup> to the second, until the year 2054: so a
	 * server that is started in the place of another one begins above it, unless that one
	 * had more updates per second on average, or a clock was set back. Then the clients
	 * tell (HELLO), and the epoch has to rise.
	 * @param epochMicros the time, in microseconds since 1970
	 * @return the sequence, in epoch 1
	 */
	public static long startAt(long epochMicros) {
		long micros = Math.max(0, epochMicros - COUNTER_BASE_MICROS);
		long counter = (micros / 1_000_000 << UPDATES_PER_SECOND_BITS)
				+ ((micros % 1_000_000 << UPDATES_PER_SECOND_BITS) / 1_000_000);
		return startOf(1) + (counter & ((1L << COUNTER_BITS) - 1));
	}

	/**
	 * The highest epoch that a server can be believed to have come to. A client's word
	 * brings a server no further, however often it is repeated: so forged ones cannot use
	 * up the epochs, before the year 2060. A failover brings one epoch; nobody has two a
	 * day for years.
	 * @param epochMicros the time, in microseconds since 1970
	 * @return 1024, and 2 for each day since 2020
	 */
	public static int highestEpochAt(long epochMicros) {
		long days = TimeUnit.MICROSECONDS.toDays(Math.max(0, epochMicros - COUNTER_BASE_MICROS));
		return (int) Math.min(MAX_EPOCH, 1024 + 2 * days);
	}

	/**
	 * The epoch of a sequence.
	 * @param sequence the sequence
	 * @return the epoch
	 */
	public static int epoch(long sequence) {
		return (int) (sequence >>> COUNTER_BITS);
	}

	/**
	 * The counter of a sequence.
	 * @param sequence the sequence
	 * @return the counter
	 */
	public static long counter(long sequence) {
		return sequence & ((1L << COUNTER_BITS) - 1);
	}

	/**
	 * A sequence for people.
	 * @param sequence the sequence
	 * @return such as {@code 3.17}: epoch and counter
	 */
	public static String toString(long sequence) {
		return epoch(sequence) + "." + counter(sequence);
	}

}
