package io.github.clonemap.sample;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

import io.github.clonemap.CloneEncodingException;
import io.github.clonemap.CloneEntry;
import io.github.clonemap.CloneMap;
import io.github.clonemap.client.CloneClient;
import io.github.clonemap.protocol.Sequence;
import io.github.clonemap.sample.StateView.Entries;
import io.github.clonemap.sample.StateView.HostedServer;
import io.github.clonemap.server.CloneServer;
import io.github.clonemap.server.ServerReport;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/**
 * What the board shows. All of it is read from this instance's memory, never from the
 * network.
 */
@Component
class FleetBoard {

	private final CloneMap<byte[]> everything;

	private final CloneMap<Flag> flags;

	private final CloneMap<Reading> fleet;

	private final CloneClient client;

	private final ObjectProvider<CloneServer> server;

	private final Instance instance;

	FleetBoard(CloneMap<byte[]> cloneMap, CloneMap<Flag> flags, CloneMap<Reading> fleet, CloneClient client,
			ObjectProvider<CloneServer> server, Instance instance) {
		this.everything = cloneMap;
		this.flags = flags;
		this.fleet = fleet;
		this.client = client;
		this.server = server;
		this.instance = instance;
	}

	/**
	 * The flags.
	 * @return the flags, sorted by name
	 */
	List<FlagView> flags() {
		return this.flags.keySet().stream().sorted().map(this::flag).filter(Objects::nonNull).toList();
	}

	/**
	 * One flag.
	 * @param name the name
	 * @return the flag, or {@code null} if there is none
	 */
	@Nullable FlagView flag(String name) {
		CloneEntry<Flag> entry = entry(this.flags, name);
		return (entry != null) ? FlagView.of(entry) : null;
	}

	/**
	 * The instances that publish readings.
	 * @return the instances, sorted by name
	 */
	List<InstanceView> fleet() {
		SortedMap<String, SortedMap<String, CloneEntry<Reading>>> instances = new TreeMap<>();
		for (String key : this.fleet.keySet()) {
			ReadingKey reading = ReadingKey.parse(key);
			CloneEntry<Reading> entry = entry(this.fleet, key);
			if (reading != null && entry != null) {
				instances.computeIfAbsent(reading.instance(), (instance) -> new TreeMap<>()).put(reading.name(), entry);
			}
		}
		return instances.entrySet().stream().map((entry) -> instance(entry.getKey(), entry.getValue())).toList();
	}

	private InstanceView instance(String name, Map<String, CloneEntry<Reading>> entries) {
		Instant updated = Instant.MIN;
		SortedMap<String, Reading> readings = new TreeMap<>();
		for (Map.Entry<String, CloneEntry<Reading>> entry : entries.entrySet()) {
			readings.put(entry.getKey(), entry.getValue().value());
			Instant written = entry.getValue().serverTime();
			updated = written.isAfter(updated) ? written : updated;
		}
		return new InstanceView(name, name.equals(this.instance.name()), updated, readings);
	}

	/**
	 * One reading.
	 * @param key its key
	 * @return the reading, or {@code null} if there is none
	 */
	@Nullable CloneEntry<Reading> reading(ReadingKey key) {
		return entry(this.fleet, key.toString());
	}

	/**
	 * The entry of a key. What somebody else wrote there and cannot be read as such a
	 * value is not shown, and breaks nothing.
	 */
	private static <V> @Nullable CloneEntry<V> entry(CloneMap<V> map, String key) {
		try {
			return map.entry(key);
		}
		catch (CloneEncodingException ex) {
			return null;
		}
	}

	/**
	 * How this instance stands.
	 * @return the state
	 */
	StateView state() {
		long sequence = this.everything.sequence();
		Duration staleness = this.everything.staleness();
		@Nullable Long stalenessMillis = CloneMap.NEVER_FRESH.equals(staleness) ? null : staleness.toMillis();
		Entries entries = new Entries(this.everything.size(), this.flags.size(), this.fleet.size());
		return new StateView(this.instance.name(), this.instance.port(), this.everything.state(), sequence,
				Sequence.toString(sequence), stalenessMillis, entries, this.client.report().server(), hostedServer());
	}

	private @Nullable HostedServer hostedServer() {
		CloneServer server = this.server.getIfAvailable();
		ServerReport report = (server != null) ? server.report() : null;
		return (server != null && report != null) ? HostedServer.of(server.port(), report) : null;
	}

	/**
	 * Everything that the board shows.
	 * @return the snapshot
	 */
	Snapshot snapshot() {
		return new Snapshot(state(), flags(), fleet());
	}

	/**
	 * Everything that the board shows.
	 *
	 * @param state how this instance stands
	 * @param flags the flags, sorted by name
	 * @param fleet the instances, sorted by name
	 */
	record Snapshot(StateView state, List<FlagView> flags, List<InstanceView> fleet) {

	}

}
