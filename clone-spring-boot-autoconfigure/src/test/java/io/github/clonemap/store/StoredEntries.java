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

	static StoredEntry entry(String key, long sequence, int valueSize) {
		return new StoredEntry(Kind.PUT, key, new byte[valueSize], sequence, 0, CloneWriter.Kind.NATIVE, 1, 0, false);
	}

}
