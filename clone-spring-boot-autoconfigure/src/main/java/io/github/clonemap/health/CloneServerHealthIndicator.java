package io.github.clonemap.health;

import io.github.clonemap.server.CloneServer;
import io.github.clonemap.server.ServerReport;
import io.github.clonemap.server.ServerRole;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;

/**
 * {@link HealthIndicator} of an embedded server: up while it runs; out of service while
 * it is one of a pair and can neither serve nor stand in. It reads a report and never
 * blocks.
 *
 * @since 0.1.0
 */
public final class CloneServerHealthIndicator extends AbstractHealthIndicator {

	private final CloneServer server;

	/**
	 * Creates the indicator.
	 * @param server the server
	 */
	public CloneServerHealthIndicator(CloneServer server) {
		super("The report of the Clone server could not be read");
		this.server = server;
	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		ServerReport report = this.server.report();
		if (report == null || !this.server.isRunning()) {
			builder.down();
			return;
		}
		String trouble = this.server.trouble();
		if (trouble != null) {
			builder.down().withDetail("trouble", trouble);
		}
		else if (report.paired() && report.role() != ServerRole.ACTIVE && !report.inSync()) {
			// It can neither serve nor stand in.
			builder.outOfService();
		}
		else {
			builder.up();
		}
		if (this.server.renewals() > 0) {
			builder.withDetail("socketRenewals", this.server.renewals());
		}
		builder.withDetail("role", report.role())
			.withDetail("epoch", report.epoch())
			.withDetail("sequence", report.sequence())
			.withDetail("sessions", report.sessions())
			.withDetail("entries", report.entries());
		if (report.paired()) {
			builder.withDetail("inSync", report.inSync());
			if (report.replicaLag() >= 0) {
				builder.withDetail("replicaLag", report.replicaLag());
			}
		}
	}

}
