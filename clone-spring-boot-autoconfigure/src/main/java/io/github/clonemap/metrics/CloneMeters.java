package io.github.clonemap.metrics;

import java.util.Locale;

import io.micrometer.common.docs.KeyName;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.docs.MeterDocumentation;
import org.jspecify.annotations.Nullable;

/**
 * All meters, with their tag if they have one.
 *
 * @since 0.1.0
 */
public enum CloneMeters implements MeterDocumentation {

	/** Timer of updates on their way to the application. */
	SNAIL_LATENCY("clone.snail.latency", Meter.Type.TIMER, null, null,
			"Time from the server's ordering of an update to its hand-over to the application"),

	/** Counter of updates that came too late to the application. */
	SNAIL_CROAKS("clone.snail.croaks", Meter.Type.COUNTER, "updates", null,
			"Updates that were handed to the application too late"),

	/** Counter of gaps. */
	GAPS("clone.gaps", Meter.Type.COUNTER, "gaps", null, "Gaps found in the stream of updates"),

	/** Counter of synchronizations, with the tag {@code kind}. */
	RESYNCS("clone.resyncs", Meter.Type.COUNTER, "resyncs", "kind",
			"Synchronizations with a server, by what they brought: a snapshot or only what was missed"),

	/** Counter of changes of the connection. */
	FAILOVERS("clone.failovers", Meter.Type.COUNTER, "failovers", null, "Times another connection was tried"),

	/** Gauge of entries, with the tag {@code map}. */
	ENTRIES("clone.entries", Meter.Type.GAUGE, "entries", "map", "Entries that a map shows"),

	/** Gauge of the age of the data. */
	STALENESS("clone.staleness", Meter.Type.GAUGE, "seconds", null,
			"Age of the last proof that the data is fresh; unknown before the first"),

	/**
	 * Gauges of the client's state, with the tag {@code state}: 1 for one, 0 for the
	 * others.
	 */
	STATE("clone.state", Meter.Type.GAUGE, null, "state", "Whether the client is in a state"),

	/** Timers of writes, with the tag {@code outcome}. */
	WRITES("clone.writes", Meter.Type.TIMER, null, "outcome", "Time that writes take, by how they end"),

	/** Gauge of writes under way. */
	WRITES_PENDING("clone.writes.pending", Meter.Type.GAUGE, "writes", null,
			"Writes that wait for their acknowledgement"),

	/** Gauges of changes that wait, with the tag {@code worker}. */
	EVENTS_QUEUED("clone.events.queued", Meter.Type.GAUGE, "events", "worker",
			"Changes that wait for their listeners, by the thread that calls these"),

	/** Gauges of the longest call of a listener, with the tag {@code worker}. */
	EVENTS_SLOWEST("clone.events.slowest", Meter.Type.GAUGE, "seconds", "worker",
			"Longest call of a listener within a minute, also if it still goes on, by thread"),

	/** Counter of changes that were conflated. */
	EVENTS_CONFLATED("clone.events.conflated", Meter.Type.COUNTER, "events", null,
			"Changes that were not handed over, because there was a newer one of the same key"),

	/** Counter of listeners' errors. */
	LISTENER_ERRORS("clone.listener.errors", Meter.Type.COUNTER, "errors", null, "Errors that listeners threw"),

	/** Counter of values that are not what they should be. */
	UNDECODABLE("clone.undecodable", Meter.Type.COUNTER, "values", null, "Values that could not be decoded"),

	/** Counter of messages that the client did not understand. */
	MALFORMED("clone.malformed", Meter.Type.COUNTER, "messages", null, "Messages that the client could not understand"),

	/** Counter of updates that the server has ordered. */
	SERVER_UPDATES("clone.server.updates", Meter.Type.COUNTER, "updates", null, "Updates that the server has ordered"),

	/** Gauge of the server's entries. */
	SERVER_ENTRIES("clone.server.entries", Meter.Type.GAUGE, "entries", null, "Entries that the server has"),

	/** Gauge of the size of the server's entries. */
	SERVER_BYTES("clone.server.bytes", Meter.Type.GAUGE, "bytes", null,
			"Size of the keys and values that the server has, about"),

	/** Gauge of the server's sessions. */
	SERVER_SESSIONS("clone.server.sessions", Meter.Type.GAUGE, "sessions", null, "Sessions with clients"),

	/** Gauge of the server's streams. */
	SERVER_SUBSCRIPTIONS("clone.server.subscriptions", Meter.Type.GAUGE, "subscriptions", null,
			"Streams that the server publishes"),

	/**
	 * Gauges of the server's role, with the tag {@code role}: 1 for one, 0 for the
	 * others.
	 */
	SERVER_ROLE("clone.server.role", Meter.Type.GAUGE, null, "role", "Whether the server is in a role"),

	/** Gauge of what the passive server does not have yet. */
	SERVER_REPLICA_LAG("clone.server.replica.lag", Meter.Type.GAUGE, "updates", null,
			"Updates that the passive server does not have yet"),

	/** Gauge of whether the pair is in sync. */
	SERVER_IN_SYNC("clone.server.in.sync", Meter.Type.GAUGE, null, null,
			"Whether each server of the pair has everything that was promised"),

	/** Counter of writes that were given up after a partition. */
	SERVER_CONFLICTS("clone.server.conflicts", Meter.Type.COUNTER, "writes", null,
			"Writes that this server had accepted alone and that were given up for its peer's order"),

	/** Counter of snapshots. */
	SERVER_SNAPSHOTS("clone.server.snapshots", Meter.Type.COUNTER, "snapshots", null,
			"Snapshots that the server has sent"),

	/** Counter of entries that have ended. */
	SERVER_EXPIRED("clone.server.expired", Meter.Type.COUNTER, "entries", null,
			"Entries that ended with their lifetime or session"),

	/** Counter of refused writes, with the tag {@code reason}. */
	SERVER_REJECTED("clone.server.rejected", Meter.Type.COUNTER, "writes", "reason",
			"Writes that the server has refused, by reason"),

	/** Counter of messages that the server could not use, with the tag {@code reason}. */
	SERVER_MALFORMED("clone.server.malformed", Meter.Type.COUNTER, "messages", "reason",
			"Messages that the server could not use, by reason");

	private final String name;

	private final Meter.Type type;

	private final @Nullable String baseUnit;

	private final @Nullable String tag;

	private final String description;

	CloneMeters(String name, Meter.Type type, @Nullable String baseUnit, @Nullable String tag, String description) {
		this.name = name;
		this.type = type;
		this.baseUnit = baseUnit;
		this.tag = tag;
		this.description = description;
	}

	@Override
	public String getName() {
		return this.name;
	}

	@Override
	public Meter.Type getType() {
		return this.type;
	}

	/**
	 * The unit in which the meter counts.
	 * @return the unit, or {@code null} for a plain number and for timers, whose unit the
	 * registry chooses
	 */
	@Override
	public @Nullable String getBaseUnit() {
		return this.baseUnit;
	}

	@Override
	public KeyName[] getKeyNames() {
		String tag = this.tag;
		return (tag != null) ? new KeyName[] { () -> tag } : new KeyName[0];
	}

	/**
	 * What the meter says.
	 * @return a description
	 */
	public String getDescription() {
		return this.description;
	}

	/**
	 * A constant as the value of a tag.
	 */
	static String tagValue(Enum<?> constant) {
		return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

}
