package io.github.clonemap.server;

import java.util.EnumMap;
import java.util.Map;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the messages that the server cannot use, by reason. The first of each reason is
 * worth a line; a flood is not worth a flood of lines.
 */
final class MalformedMessages {

	private static final Logger logger = LoggerFactory.getLogger(MalformedMessages.class);

	private final Map<MalformedReason, Long> counts = new EnumMap<>(MalformedReason.class);

	void count(MalformedReason reason, String explanation) {
		if (this.counts.merge(reason, 1L, Long::sum) == 1 && !reason.isOrdinary()) {
			logger.warn("A message was dropped ({}): {} (further ones are only counted)", reason, explanation);
		}
	}

	Map<MalformedReason, Long> counts() {
		return new EnumMap<>(this.counts);
	}

}
