package io.github.clonemap.health;

import io.github.clonemap.CloneMap;
import io.github.clonemap.CloneState;
import io.github.clonemap.client.ClientReport;
import io.github.clonemap.client.CloneClient;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

/**
 * {@link HealthIndicator} of a client: up while it holds the server's data, out of
 * service while the missing data is on its way, down while the data is old or there is
 * none. It reads a report and never blocks.
 *
 * @since 0.1.0
 */
public final class CloneHealthIndicator extends AbstractHealthIndicator {

	private final CloneClient client;

	/**
	 * Creates the indicator.
	 * @param client the client
	 */
	public CloneHealthIndicator(CloneClient client) {
		super("The report of the Clone client could not be read");
		this.client = client;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		ClientReport report = this.client.report();
		builder.status(status(report.state()))
			.withDetail("state", report.state())
			.withDetail("sequence", report.sequence())
			.withDetail("entries", report.entries())
			.withDetail("writesPending", report.writesPending())
			.withDetail("failovers", report.failovers());
		if (report.server() != null) {
			builder.withDetail("server", report.server());
		}
		if (!report.staleness().equals(CloneMap.NEVER_FRESH)) {
			builder.withDetail("stalenessMillis", report.staleness().toMillis());
		}
	}

	private static Status status(CloneState state) {
		return switch (state) {
			case LIVE -> Status.UP;
			case SYNCING -> Status.OUT_OF_SERVICE;
			case CONNECTING, STALE, STOPPED -> Status.DOWN;
		};
	}

}
