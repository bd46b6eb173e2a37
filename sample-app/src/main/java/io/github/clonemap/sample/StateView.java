package io.github.clonemap.sample;

import com.fasterxml.jackson.annotation.JsonFormat;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.clonemap.CloneState;
import io.github.clonemap.server.ServerReport;
import io.github.clonemap.server.ServerRole;
import org.jspecify.annotations.Nullable;

/**
 * How this instance stands.
 *
 * @param instance the name of this instance
 * @param port its web port
 * @param state how it stands to the server
 * @param sequence the last sequence that it has applied
 * @param position the same for people: epoch and counter
 * @param stalenessMillis the age of the last proof that its data is fresh, absent if
 * there was none yet
 * @param entries how many entries it holds
 * @param uses the server that its client uses, or tries; absent if it is stopped
 * @param server the server that it hosts, absent if it hosts none
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record StateView(String instance, int port, CloneState state,
		@JsonFormat(shape = JsonFormat.Shape.STRING) long sequence, String position, @Nullable Long stalenessMillis,
		Entries entries, @Nullable String uses, @Nullable HostedServer server) {

	/**
	 * How many entries an instance holds.
	 *
	 * @param total all of them
	 * @param flags those that are flags
	 * @param readings those that are readings
	 */
	record Entries(int total, int flags, int readings) {

	}

	/**
	 * A server inside this instance.
	 *
	 * @param port the port that others join it at
	 * @param role what it is now
	 * @param epoch the epoch in which it orders writes
	 * @param entries how many entries it has
	 * @param sessions how many clients it serves
	 * @param inSync whether the other server of its pair has everything, and it has
	 * everything of the other one; absent if it is alone
	 * @param replicaLag how many updates the other server does not have yet, absent if
	 * nobody knows
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	record HostedServer(int port, ServerRole role, int epoch, int entries, int sessions, @Nullable Boolean inSync,
			@Nullable Long replicaLag) {

		static HostedServer of(int port, ServerReport report) {
			return new HostedServer(port, report.role(), report.epoch(), report.entries(), report.sessions(),
					report.paired() ? report.inSync() : null, (report.replicaLag() >= 0) ? report.replicaLag() : null);
		}

	}

}
