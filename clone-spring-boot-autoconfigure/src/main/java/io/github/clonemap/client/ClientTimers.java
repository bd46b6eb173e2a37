package io.github.clonemap.client;

/**
 * Takes the times that a client measures. Called on the threads that do the work, also by
 * several at once: it must be quick and must not block.
 *
 * @since 0.1.0
 */
public interface ClientTimers {

	/**
	 * Takes nothing.
	 */
	ClientTimers NONE = new ClientTimers() {
	};

	/**
	 * An update was handed to the application: to a listener, or, where nobody listens,
	 * to the map.
	 * @param ageNanos the time since the server ordered it, corrected for the difference
	 * between the two clocks
	 */
	default void onHandedOver(long ageNanos) {
	}

	/**
	 * A write has ended.
	 * @param outcome how
	 * @param nanos how long it took
	 */
	default void onWritten(WriteOutcome outcome, long nanos) {
	}

	/**
	 * How a write can end.
	 */
	enum WriteOutcome {

		/** The server has done it, or found nothing to do. */
		ACKNOWLEDGED,

		/** Its condition did not hold. */
		CONDITION_FAILED,

		/** The server refused it. */
		REJECTED,

		/** It was not sent in time. */
		NOT_SENT,

		/** It was sent, but not acknowledged in time: the outcome is unknown. */
		UNKNOWN

	}

}
