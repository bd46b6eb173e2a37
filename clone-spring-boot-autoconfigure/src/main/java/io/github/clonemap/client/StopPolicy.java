package io.github.clonemap.client;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.github.clonemap.client.SnailWatch.Croak;
import io.github.clonemap.protocol.Sequence;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the application has asked for when it is handed late data, or when updates are
 * missed: it is told, and the client stops, if {@link SnailPolicy} or {@link GapPolicy}
 * says so. What a client holds that stops so is not shown any more.
 * <p>
 * For the agent, where nothing else is said.
 */
final class StopPolicy {

	private static final Logger logger = LoggerFactory.getLogger(StopPolicy.class);

	private final ClientSettings settings;

	private final Replica replica;

	private final Dispatcher dispatcher;

	private final ClientListener listener;

	private volatile boolean tooSlow;

	StopPolicy(ClientSettings settings, Replica replica, Dispatcher dispatcher, ClientListener listener) {
		this.settings = settings;
		this.replica = replica;
		this.dispatcher = dispatcher;
		this.listener = listener;
	}

	/**
	 * Whether the client has to stop because it was too slow. Read by any thread.
	 */
	boolean isTooSlow() {
		return this.tooSlow;
	}

	/**
	 * The application was handed late data.
	 * @param croak how late
	 * @param what what was late, for people
	 * @return why the client has to stop, {@code null} if it goes on
	 */
	@Nullable String onSnail(Croak croak, String what) {
		Duration latency = Duration.ofNanos(croak.ageNanos());
		Duration error = Duration.ofNanos(croak.errorNanos());
		String reason = what + " " + latency.toMillis() + " ms after the server ordered it (clone.snail.max-latency is "
				+ this.settings.snailMaxLatency().toMillis() + " ms, the clocks are known to "
				+ TimeUnit.NANOSECONDS.toMicros(croak.errorNanos()) + " us)";
		logger.warn("{} is a snail: {}; {} changes wait. The policy is {} (clone.snail.policy)", this.settings.name(),
				reason, this.dispatcher.queued(), this.settings.snailPolicy());
		this.dispatcher.announce(() -> this.listener.onSnail(latency, error));
		if (this.settings.snailPolicy() == SnailPolicy.REPORT) {
			return null;
		}
		this.tooSlow = true;
		return stop(reason, "clone.snail.policy");
	}

	/**
	 * Updates were missed in the stream.
	 * @param applied the last sequence that was applied
	 * @param before the sequence that the stream had carried when it was heard again
	 * @return why the client has to stop, {@code null} if it goes on
	 */
	@Nullable String onGap(long applied, long before) {
		this.dispatcher.announce(() -> this.listener.onGap(applied, before));
		if (this.settings.gapPolicy() == GapPolicy.RESYNC) {
			return null;
		}
		return stop("updates between " + Sequence.toString(applied) + " and " + Sequence.toString(before)
				+ " were missed in the stream", "clone.gap.policy");
	}

	private String stop(String reason, String property) {
		logger.error("{} stops: {} ({})", this.settings.name(), reason, property);
		this.replica
			.withhold("The client has stopped: " + reason + ". It goes on when it is started again (" + property + ")");
		return reason;
	}

}
