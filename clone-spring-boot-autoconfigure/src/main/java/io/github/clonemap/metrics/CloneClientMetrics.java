package io.github.clonemap.metrics;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;

import io.github.clonemap.CloneMap;
import io.github.clonemap.CloneState;
import io.github.clonemap.CloneStoppedException;
import io.github.clonemap.client.ClientReport;
import io.github.clonemap.client.ClientTimers;
import io.github.clonemap.client.CloneClient;
import io.github.clonemap.client.WorkerReport;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * {@link MeterBinder} for a client and its maps. All but the timers read reports, on the
 * thread that reads the meters. To be bound before the client starts, as otherwise the
 * timers stay empty until its next start.
 *
 * @since 0.1.0
 */
public final class CloneClientMetrics implements MeterBinder {

	private static final double NANOS_PER_SECOND = 1e9;

	private final List<RegistryTimers> timers = new CopyOnWriteArrayList<>();

	private final CloneClient client;

	private final List<CloneMap<?>> maps;

	/**
	 * Creates the binder.
	 * @param client the client
	 * @param maps its maps
	 */
	public CloneClientMetrics(CloneClient client, List<CloneMap<?>> maps) {
		this.client = client;
		this.maps = List.copyOf(maps);
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		MeterRegistration meters = new MeterRegistration(registry);
		this.timers.add(new RegistryTimers(meters));
		this.client.setTimers(new AllTimers());
		counter(meters, CloneMeters.SNAIL_CROAKS, Tags.empty(), ClientReport::croaks);
		counter(meters, CloneMeters.GAPS, Tags.empty(), ClientReport::gaps);
		counter(meters, CloneMeters.RESYNCS, Tags.of("kind", "resume"), ClientReport::resumes);
		counter(meters, CloneMeters.RESYNCS, Tags.of("kind", "snapshot"), ClientReport::snapshots);
		counter(meters, CloneMeters.FAILOVERS, Tags.empty(), ClientReport::failovers);
		counter(meters, CloneMeters.LISTENER_ERRORS, Tags.empty(), ClientReport::listenerErrors);
		counter(meters, CloneMeters.UNDECODABLE, Tags.empty(), ClientReport::undecodable);
		counter(meters, CloneMeters.MALFORMED, Tags.empty(), ClientReport::malformed);
		for (CloneMap<?> map : this.maps) {
			meters.gauge(CloneMeters.ENTRIES, Tags.of("map", map.name()), () -> size(map));
		}
		meters.secondsGauge(CloneMeters.STALENESS, Tags.empty(), this::stalenessSeconds);
		for (CloneState state : CloneState.values()) {
			meters.gauge(CloneMeters.STATE, Tags.of("state", CloneMeters.tagValue(state)),
					() -> (this.client.state() == state) ? 1 : 0);
		}
		meters.gauge(CloneMeters.WRITES_PENDING, Tags.empty(), () -> this.client.report().writesPending());
		counter(meters, CloneMeters.EVENTS_CONFLATED, Tags.empty(), ClientReport::eventsConflated);
		for (int i = 0; i < this.client.settings().eventThreads(); i++) {
			int worker = i;
			Tags tags = Tags.of("worker", String.valueOf(worker + 1));
			meters.gauge(CloneMeters.EVENTS_QUEUED, tags, () -> ofWorker(worker, WorkerReport::queued));
			meters.secondsGauge(CloneMeters.EVENTS_SLOWEST, tags,
					() -> ofWorker(worker, (report) -> report.slowest().toNanos() / NANOS_PER_SECOND));
		}
	}

	private double ofWorker(int worker, ToDoubleFunction<WorkerReport> number) {
		List<WorkerReport> workers = this.client.report().workers();
		return (worker < workers.size()) ? number.applyAsDouble(workers.get(worker)) : 0;
	}

	private static double size(CloneMap<?> map) {
		try {
			return map.size();
		}
		catch (CloneStoppedException ex) {
			// What it holds is not shown.
			return Double.NaN;
		}
	}

	private void counter(MeterRegistration meters, CloneMeters meter, Tags tags, ToLongFunction<ClientReport> count) {
		meters.counter(meter, tags, () -> count.applyAsLong(this.client.report()));
	}

	private double stalenessSeconds() {
		Duration staleness = this.client.report().staleness();
		return staleness.equals(CloneMap.NEVER_FRESH) ? Double.NaN : staleness.toNanos() / NANOS_PER_SECOND;
	}

	/**
	 * The timers of one registry.
	 */
	private static final class RegistryTimers {

		private final Timer latency;

		private final Map<ClientTimers.WriteOutcome, Timer> writes = new EnumMap<>(ClientTimers.WriteOutcome.class);

		RegistryTimers(MeterRegistration meters) {
			this.latency = meters.timer(CloneMeters.SNAIL_LATENCY, Tags.empty());
			for (ClientTimers.WriteOutcome outcome : ClientTimers.WriteOutcome.values()) {
				this.writes.put(outcome,
						meters.timer(CloneMeters.WRITES, Tags.of("outcome", CloneMeters.tagValue(outcome))));
			}
		}

		void onWritten(ClientTimers.WriteOutcome outcome, long nanos) {
			Timer timer = this.writes.get(outcome);
			if (timer != null) {
				timer.record(nanos, TimeUnit.NANOSECONDS);
			}
		}

	}

	/**
	 * The timers of all registries.
	 */
	private final class AllTimers implements ClientTimers {

		@Override
		public void onHandedOver(long ageNanos) {
			for (RegistryTimers timers : CloneClientMetrics.this.timers) {
				// Below zero only by the error of the measured clock offset.
				timers.latency.record(Math.max(0, ageNanos), TimeUnit.NANOSECONDS);
			}
		}

		@Override
		public void onWritten(WriteOutcome outcome, long nanos) {
			for (RegistryTimers timers : CloneClientMetrics.this.timers) {
				timers.onWritten(outcome, nanos);
			}
		}

	}

}
