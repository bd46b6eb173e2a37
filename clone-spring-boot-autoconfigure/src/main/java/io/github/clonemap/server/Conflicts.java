package io.github.clonemap.server;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.github.clonemap.CloneConflict;
import io.github.clonemap.CloneWriter;
import io.github.clonemap.protocol.Update;
import io.github.clonemap.store.EntryWalk;
import io.github.clonemap.store.History;
import io.github.clonemap.store.StoredEntry;

/**
 * What a server had accepted, and loses when it takes the other one's state in place of
 * its own.
 */
final class Conflicts {

	private Conflicts() {
	}

	/**
	 * Finds the updates of a state that are not in another one: those in the history, and
	 * the entries that are older than that.
	 * @param lost the state that is given up
	 * @param committed the last sequence of it that anybody was told of
	 * @param kept the state that takes its place
	 * @return the conflicts, in order
	 */
	static List<CloneConflict> between(ServerState lost, long committed, ServerState kept) {
		Map<Long, Update> updates = new HashMap<>();
		History history = lost.history();
		for (long index = history.end() - history.size(); index < history.end(); index++) {
			Update update = history.get(index);
			if (update != null && isLost(update, lost, committed, kept)) {
				updates.put(update.sequence(), update);
			}
		}
		try (EntryWalk walk = lost.store().walk()) {
			for (StoredEntry entry = walk.next(); entry != null; entry = walk.next()) {
				if (isLost(entry, lost, committed, kept)) {
					updates.put(entry.sequence(), entry);
				}
			}
		}
		List<CloneConflict> conflicts = new ArrayList<>(updates.size());
		updates.values()
			.stream()
			.sorted(Comparator.comparingLong(Update::sequence))
			.forEach((update) -> conflicts.add(toConflict(update)));
		return conflicts;
	}

	private static boolean isLost(Update update, ServerState lost, long committed, ServerState kept) {
		long sequence = update.sequence();
		if (sequence > committed || kept.lineage().contains(lost.lineage().serverOf(sequence), sequence)) {
			return false;
		}
		// A client may have repeated its write at the other server.
		StoredEntry other = kept.store().get(update.key());
		if (!update.isPut()) {
			return other != null;
		}
		return other == null || other.writerId() != update.writerId() || !Arrays.equals(other.value(), update.value());
	}

	private static CloneConflict toConflict(Update update) {
		return new CloneConflict(update.key(), update.isPut() ? update.value() : null, update.sequence(),
				new CloneWriter(update.writerKind(), update.writerId()),
				Instant.EPOCH.plus(update.serverTimeMicros(), ChronoUnit.MICROS));
	}

}
