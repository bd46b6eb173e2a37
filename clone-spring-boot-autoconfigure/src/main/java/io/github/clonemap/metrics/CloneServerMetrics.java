package io.github.clonemap.metrics;

import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

import io.github.clonemap.server.CloneServer;
import io.github.clonemap.server.MalformedReason;
import io.github.clonemap.server.RejectReason;
import io.github.clonemap.server.ServerReport;
import io.github.clonemap.server.ServerRole;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * {@link MeterBinder} for an embedded server. Its meters read reports, on the thread that
 * reads the meters. While the server does not run, counters keep their value and gauges
 * are not a number.
 *
 * @since 0.1.0
 */
public final class CloneServerMetrics implements MeterBinder {

	private final CloneServer server;

	/**
	 * Creates the binder.
	 * @param server the server
	 */
	public CloneServerMetrics(CloneServer server) {
		this.server = server;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		MeterRegistration meters = new MeterRegistration(registry);
		counter(meters, CloneMeters.SERVER_UPDATES, Tags.empty(), ServerReport::updates);
		counter(meters, CloneMeters.SERVER_SNAPSHOTS, Tags.empty(), ServerReport::snapshots);
		counter(meters, CloneMeters.SERVER_EXPIRED, Tags.empty(), ServerReport::expired);
		for (MalformedReason reason : MalformedReason.values()) {
			counter(meters, CloneMeters.SERVER_MALFORMED, Tags.of("reason", CloneMeters.tagValue(reason)),
					(report) -> report.malformed().getOrDefault(reason, 0L));
		}
		for (RejectReason reason : RejectReason.values()) {
			counter(meters, CloneMeters.SERVER_REJECTED, Tags.of("reason", CloneMeters.tagValue(reason)),
					(report) -> report.rejected().getOrDefault(reason, 0L));
		}
		counter(meters, CloneMeters.SERVER_CONFLICTS, Tags.empty(), ServerReport::conflicts);
		gauge(meters, CloneMeters.SERVER_REPLICA_LAG, Tags.empty(),
				(report) -> (report.replicaLag() >= 0) ? report.replicaLag() : Double.NaN);
		gauge(meters, CloneMeters.SERVER_IN_SYNC, Tags.empty(),
				(report) -> report.paired() ? (report.inSync() ? 1 : 0) : Double.NaN);
		gauge(meters, CloneMeters.SERVER_ENTRIES, Tags.empty(), ServerReport::entries);
		gauge(meters, CloneMeters.SERVER_BYTES, Tags.empty(), ServerReport::bytes);
		gauge(meters, CloneMeters.SERVER_SESSIONS, Tags.empty(), ServerReport::sessions);
		gauge(meters, CloneMeters.SERVER_SUBSCRIPTIONS, Tags.empty(), ServerReport::subscriptions);
		for (ServerRole role : ServerRole.values()) {
			gauge(meters, CloneMeters.SERVER_ROLE, Tags.of("role", CloneMeters.tagValue(role)),
					(report) -> (report.role() == role) ? 1 : 0);
		}
	}

	private void counter(MeterRegistration meters, CloneMeters meter, Tags tags, ToLongFunction<ServerReport> count) {
		meters.counter(meter, tags, () -> {
			ServerReport report = this.server.report();
			return (report != null) ? count.applyAsLong(report) : 0;
		});
	}

	private void gauge(MeterRegistration meters, CloneMeters meter, Tags tags, ToDoubleFunction<ServerReport> value) {
		meters.gauge(meter, tags, () -> {
			ServerReport report = this.server.report();
			return (report != null) ? value.applyAsDouble(report) : Double.NaN;
		});
	}

}
