package io.github.clonemap.store;

import org.jspecify.annotations.Nullable;

/**
 * One deadline in a {@link TimerWheel}, and the entry that ends then. Also the head of
 * each of the wheel's lists.
 */
final class Timer {

	final @Nullable TimedEntry entry;

	final long deadlineTick;

	Timer previous = this;

	Timer next = this;

	Timer(@Nullable TimedEntry entry, long deadlineTick) {
		this.entry = entry;
		this.deadlineTick = deadlineTick;
	}

	void insertBefore(Timer head) {
		this.previous = head.previous;
		this.next = head;
		head.previous.next = this;
		head.previous = this;
	}

	void unlink() {
		this.previous.next = this.next;
		this.next.previous = this.previous;
		this.previous = this;
		this.next = this;
	}

	boolean isAlone() {
		return this.next == this;
	}

}
