package io.github.clonemap.protocol;

import io.github.clonemap.WriteOptions.Condition;

/**
 * What an operation has in common with most others: what to do, when, and on which terms.
 * Operations share these objects as updates share an {@link Origin}.
 *
 * @param kind what to do
 * @param condition when to do it
 * @param ttlMillis the time to live, 0 for none
 * @param ephemeral whether the entry ends with the session
 * @param returnEntry whether the result shall bring an entry
 */
record WriteTerms(WriteOperation.Kind kind, Condition condition, long ttlMillis, boolean ephemeral,
		boolean returnEntry) {

	/**
	 * What was made last, by hash. Threads may overwrite each other's: then there is one
	 * object more.
	 */
	private static final WriteTerms[] recent = new WriteTerms[256];

	/**
	 * An object with these contents, shared if possible.
	 */
	static WriteTerms of(WriteOperation.Kind kind, Condition condition, long ttlMillis, boolean ephemeral,
			boolean returnEntry) {
		long bits = (ttlMillis * 31 + kind.ordinal() * 4 + condition.ordinal()) * 31 + (ephemeral ? 2 : 0)
				+ (returnEntry ? 1 : 0);
		int slot = (int) (bits * 0x9E3779B97F4A7C15L >>> 56);
		WriteTerms terms = recent[slot];
		if (terms == null || terms.ttlMillis != ttlMillis || terms.kind != kind || terms.condition != condition
				|| terms.ephemeral != ephemeral || terms.returnEntry != returnEntry) {
			terms = new WriteTerms(kind, condition, ttlMillis, ephemeral, returnEntry);
			recent[slot] = terms;
		}
		return terms;
	}

}
