package io.github.clonemap.autoconfigure;

import org.springframework.boot.convert.DurationStyle;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says what to do when no server has answered an application that must not start without
 * its data.
 */
class CloneStartupFailureAnalyzer extends AbstractFailureAnalyzer<CloneStartupException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, CloneStartupException cause) {
		String description = "No Clone server has handed over its data within %s. Tried: %s.".formatted(
				DurationStyle.SIMPLE.print(cause.getTimeout()),
				String.join(", ", cause.getServers().stream().map(Object::toString).toList()));
		String action = "Start a server there, correct clone.servers, or allow more time with clone.startup.timeout. "
				+ "To let the application start without the data, set clone.startup.mode to wait or async.";
		return new FailureAnalysis(description, action, cause);
	}

}
