package io.github.clonemap.protocol;

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
