package io.github.clonemap.metrics;

import java.util.function.LongSupplier;

/**
 * A count that never falls, over one that starts again from zero with each start of a
 * client or server. A registry that reports differences would otherwise report a negative
 * one.
 */
final class MonotonicCount {

	private final LongSupplier source;

	private long earlier;

	private long last;

	MonotonicCount(LongSupplier source) {
		this.source = source;
	}

	synchronized double value() {
		long now = this.source.getAsLong();
		if (now < this.last) {
			this.earlier += this.last;
		}
		this.last = now;
		return this.earlier + now;
	}

}
