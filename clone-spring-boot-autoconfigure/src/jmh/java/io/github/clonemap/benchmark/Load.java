package io.github.clonemap.benchmark;

/**
 * What a writer does: it writes every key once, then some of them again and again, in
 * turn.
 *
 * @param keys how many keys
 * @param active how many of them are written again
 * @param rate how many of these writes are meant to be sent each second, 0 for as many as
 * possible
 */
record Load(int keys, int active, int rate) {

	static final int USUAL_KEYS = 10_000;

	/**
	 * As many writes as possible, to 10,000 keys.
	 */
	static Load full() {
		return new Load(USUAL_KEYS, USUAL_KEYS, 0);
	}

	/**
	 * Some writes each second, to 10,000 keys.
	 */
	static Load paced(int rate) {
		return new Load(USUAL_KEYS, USUAL_KEYS, rate);
	}

	static Load parse(String text) {
		String[] fields = text.split(",");
		return new Load(Integer.parseInt(fields[0]), Integer.parseInt(fields[1]), Integer.parseInt(fields[2]));
	}

	/**
	 * Whether each write has a time at which it was meant to be sent.
	 */
	boolean isPaced() {
		return this.rate > 0;
	}

	/**
	 * How it travels to another process.
	 */
	String toArgument() {
		return this.keys + "," + this.active + "," + this.rate;
	}

}
