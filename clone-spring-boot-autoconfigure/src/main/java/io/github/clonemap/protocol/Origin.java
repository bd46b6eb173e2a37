package io.github.clonemap.protocol;

import io.github.clonemap.CloneWriter;

/**
 * What an update has in common with most others: what happened, who did it, on which
 * terms, and the upper half of its sequence and of its time, which stay the same for
 * billions of updates and for 71 minutes. Of millions of entries few differ in that, so
 * they share these objects.
 *
 * @param kind what happened
 * @param writerKind by which door it came in
 * @param writerId the id of the client that wrote it
 * @param ttlMillis the time to live, 0 for none
 * @param ephemeral whether the entry ends with its writer's session
 * @param sequenceBase the sequence without its lower 32 bits
 * @param timeBase the server's time in microseconds without its lower 32 bits
 */
record Origin(Update.Kind kind, CloneWriter.Kind writerKind, long writerId, long ttlMillis, boolean ephemeral,
		long sequenceBase, long timeBase) {

	private static final long BASE = -1L << 32;

	/**
	 * What was made last, by hash. Threads may overwrite each other's: then there is one
	 * object more.
	 */
	private static final Origin[] recent = new Origin[1024];

	/**
	 * An object with these contents, shared if possible.
	 */
	static Origin of(Update.Kind kind, CloneWriter.Kind writerKind, long writerId, long ttlMillis, boolean ephemeral,
			long sequence, long serverTimeMicros) {
		long sequenceBase = sequence & BASE;
		long timeBase = serverTimeMicros & BASE;
		long bits = (writerId * 31 + ttlMillis) * 31 + kind.ordinal() * 3 + writerKind.ordinal();
		int slot = (int) (bits * 0x9E3779B97F4A7C15L >>> 54);
		Origin origin = recent[slot];
		if (origin == null || origin.writerId != writerId || origin.ttlMillis != ttlMillis || origin.kind != kind
				|| origin.writerKind != writerKind || origin.ephemeral != ephemeral
				|| origin.sequenceBase != sequenceBase || origin.timeBase != timeBase) {
			origin = new Origin(kind, writerKind, writerId, ttlMillis, ephemeral, sequenceBase, timeBase);
			recent[slot] = origin;
		}
		return origin;
	}

}
