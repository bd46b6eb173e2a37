package io.github.clonemap.server;

/**
 * One step of the log: what was ordered in a turn, or in a part of it. It is committed as
 * a whole.
 *
 * @param number one more than that of the batch before
 * @param sequence the last sequence in it, or before it
 * @param updates how many updates this server has ordered up to its end
 * @param message what a passive server is told of it; empty if there can be none
 */
record LogBatch(long number, long sequence, long updates, byte[] message) {

	/**
	 * What it costs to keep it, about.
	 */
	int weight() {
		return this.message.length + 64;
	}

}
