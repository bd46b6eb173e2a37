package io.github.clonemap.client;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.github.clonemap.protocol.FrameReader;
import io.github.clonemap.protocol.MalformedMessageException;
import io.github.clonemap.protocol.StreamBatch;
import io.github.clonemap.protocol.Update;
import io.github.clonemap.store.TimerWheel;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The simple truth beside the cluster: all updates of each server in their order, as seen
 * on its own wire by somebody who misses nothing.
 */
final class ClusterModel {

	private final Map<Long, List<Update>> updatesByServer = new HashMap<>();

	private final Map<String, Update> puts = new HashMap<>();

	private final Map<Long, Map<String, Update>> entriesByServer = new HashMap<>();

	/**
	 * A message of the stream of everything.
	 */
	void onFrame(byte[] frame) {
		if (frame[0] != 0) {
			return;
		}
		try {
			FrameReader reader = new FrameReader(frame, 1);
			StreamBatch batch = StreamBatch.read(reader);
			List<Update> updates = this.updatesByServer.computeIfAbsent(batch.serverId(), (id) -> new ArrayList<>());
			long last = updates.isEmpty() ? 0 : updates.get(updates.size() - 1).sequence();
			assertThat(batch.before()).as("the chain of the stream").isGreaterThanOrEqualTo(last);
			for (int i = 0; i < batch.count(); i++) {
				Update update = Update.read(reader, Update::new);
				assertThat(update.sequence()).as("sequences strictly increase").isGreaterThan(last);
				last = update.sequence();
				updates.add(update);
				if (update.isPut()) {
					assertThat(this.puts.put(new String(update.value()), update)).as("%s was applied once", update)
						.isNull();
				}
				Map<String, Update> entries = this.entriesByServer.computeIfAbsent(batch.serverId(),
						(id) -> new TreeMap<>());
				checkLifetime(update, entries.get(update.key()));
				apply(update, entries);
			}
		}
		catch (MalformedMessageException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * An entry ends by its lifetime when that is over, or with a session, and not
	 * otherwise.
	 */
	private static void checkLifetime(Update update, Update entry) {
		if (update.kind() == Update.Kind.EXPIRE) {
			boolean over = entry.ttlMillis() > 0
					&& update.serverTimeMicros() >= entry.serverTimeMicros() + entry.ttlMillis() * 1000;
			assertThat(over || entry.isEphemeral()).as("%s ended early by %s", entry, update).isTrue();
		}
	}

	/**
	 * No entry of a server that works outlives its time by more than a moment.
	 */
	void checkNothingOverdue(long serverId, long serverTimeMicros) {
		this.entriesByServer.getOrDefault(serverId, Map.of())
			.values()
			.forEach((entry) -> assertThat(entry.ttlMillis() == 0 || serverTimeMicros
					- entry.serverTimeMicros() <= entry.ttlMillis() * 1000 + 2 * TimerWheel.TICK_NANOS / 1000)
				.as("%s is overdue", entry)
				.isTrue());
	}

	List<Update> updates(long serverId) {
		return this.updatesByServer.getOrDefault(serverId, List.of());
	}

	/**
	 * The update that wrote a value; each value is written by one operation only.
	 */
	Update put(String value) {
		return this.puts.get(value);
	}

	/**
	 * The entries of a server before some sequence.
	 */
	Map<String, Update> before(long serverId, long sequence) {
		Map<String, Update> entries = new TreeMap<>();
		for (Update update : updates(serverId)) {
			if (update.sequence() >= sequence) {
				break;
			}
			apply(update, entries);
		}
		return entries;
	}

	long serverOf(Update update) {
		return this.updatesByServer.entrySet()
			.stream()
			.filter((server) -> server.getValue().contains(update))
			.findFirst()
			.orElseThrow()
			.getKey();
	}

	static void apply(Update update, Map<String, Update> entries) {
		if (update.isPut()) {
			entries.put(update.key(), update);
		}
		else {
			entries.remove(update.key());
		}
	}

}
