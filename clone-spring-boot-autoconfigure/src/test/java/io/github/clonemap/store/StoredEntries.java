package io.github.clonemap.store;

import io.github.clonemap.CloneWriter;
import io.github.clonemap.protocol.Update.Kind;

/**
 * Makes the entries of the tests.
 */
final class StoredEntries {

	private StoredEntries() {
	}

	static StoredEntry entry(String key, long sequence) {
		return entry(key, sequence, 4);
	}

	static TimedEntry timed(String key, long sequence) {
		return new TimedEntry(Kind.PUT, key, new byte[4], sequence, 0, CloneWriter.Kind.NATIVE, 1, 1, false);
	}

	static StoredEntry entry(String key, long sequence, int valueSize) {
		return StoredEntry.of(Kind.PUT, key, new byte[valueSize], sequence, 0, CloneWriter.Kind.NATIVE, 1, 0, false);
	}

}
