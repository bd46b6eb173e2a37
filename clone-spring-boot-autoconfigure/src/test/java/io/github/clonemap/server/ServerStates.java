package io.github.clonemap.server;

import java.util.Map;
import java.util.TreeMap;

import io.github.clonemap.protocol.Update;
import io.github.clonemap.store.EntryWalk;
import io.github.clonemap.store.StoredEntry;

/**
 * Looks into servers, for the model of a cluster.
 */
public final class ServerStates {

	private ServerStates() {
	}

	/**
	 * All entries of a server, committed or not, by their keys.
	 */
	public static Map<String, Update> entries(ServerAgent server) {
		Map<String, Update> entries = new TreeMap<>();
		try (EntryWalk walk = server.state().store().walk()) {
			for (StoredEntry entry = walk.next(); entry != null; entry = walk.next()) {
				entries.put(entry.key(), entry);
			}
		}
		return entries;
	}

	/**
	 * The last sequence that a server has, committed or not.
	 */
	public static long sequence(ServerAgent server) {
		return server.state().sequence();
	}

}
