package io.github.clonemap.agent;

/**
 * How much of the heap something may take: bounds that are fine for a large one must not
 * be larger than a small one.
 *
 * @since 0.1.0
 */
public final class HeapShare {

	private HeapShare() {
	}

	/**
	 * A part of the heap's largest size, but no more than a bound.
	 * @param part how many of these parts the heap has
	 * @param most the bound, in bytes
	 * @return the number of bytes
	 */
	public static long of(int part, long most) {
		return Math.min(most, Runtime.getRuntime().maxMemory() / part);
	}

	/**
	 * How many things of a size make up a part of the heap.
	 * @param part how many of these parts the heap has
	 * @param bytesEach the size of one
	 * @param least the smallest answer
	 * @param most the largest answer
	 * @return the number of things
	 */
	public static int count(int part, int bytesEach, int least, int most) {
		return (int) Math.max(least, of(part, (long) most * bytesEach) / bytesEach);
	}

}
