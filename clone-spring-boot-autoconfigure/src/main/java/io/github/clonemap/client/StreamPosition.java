package io.github.clonemap.client;

import io.github.clonemap.protocol.StreamBatch;

/**
 * How far a client has heard its stream without a gap. Batches are chained: each tells
 * the last sequence that the stream carried before it, and the sequence up to which the
 * stream is complete with it.
 */
final class StreamPosition {

	private long start;

	private long end;

	/**
	 * Begins anew: all after a sequence will be heard.
	 */
	void begin(long sequence) {
		this.start = sequence;
		this.end = sequence;
	}

	/**
	 * Everything after this sequence has been heard, up to {@link #end()}.
	 */
	long start() {
		return this.start;
	}

	/**
	 * Everything up to this sequence has been heard, or is had otherwise.
	 */
	long end() {
		return this.end;
	}

	/**
	 * Everything up to a sequence is had, from elsewhere.
	 */
	void advanceTo(long sequence) {
		this.end = Math.max(this.end, sequence);
	}

	/**
	 * Whether something is missing before a batch.
	 */
	boolean isGapBefore(StreamBatch batch) {
		return batch.before() > this.end;
	}

}
