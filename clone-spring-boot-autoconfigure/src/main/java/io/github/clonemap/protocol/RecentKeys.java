package io.github.clonemap.protocol;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

import org.jspecify.annotations.Nullable;

/**
 * The keys that have come lately, found by their bytes. The same keys come again and
 * again: one that is found here need not be made, and has its hash already.
 * <p>
 * A bounded number of short keys. Each has two places; one that finds both taken drives
 * out another one, which may go to its other place when it comes again. So nearly all
 * stay as long as there are about half as many keys as places. For one thread.
 *
 * @since 0.1.0
 */
public final class RecentKeys {

	private static final int CAPACITY = 1 << 14;

	private static final int MAX_LENGTH = 64;

	private static final long MULTIPLIER = 0x9E37_79B9_7F4A_7C15L;

	private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

	private final @Nullable String[] keys = new @Nullable String[CAPACITY];

	private int drivenOut;

	/**
	 * The key of some bytes, which lie in the array.
	 * @throws MalformedMessageException if the bytes are not text
	 */
	String get(byte[] bytes, int offset, int length, String field) throws MalformedMessageException {
		if (length > MAX_LENGTH) {
			return Keys.decode(bytes, offset, length, field);
		}
		long hash = hash(bytes, offset, length);
		int place = (int) (hash >>> 40) & (CAPACITY - 1);
		String key = this.keys[place];
		if (key != null && matches(key, bytes, offset, length)) {
			return key;
		}
		int otherPlace = (int) (hash >>> 20) & (CAPACITY - 1);
		String other = this.keys[otherPlace];
		if (other != null && matches(other, bytes, offset, length)) {
			return other;
		}
		String made = Keys.decode(bytes, offset, length, field);
		// By turns: otherwise two keys with one place in common drive each other out.
		boolean here = key == null || (other != null && (++this.drivenOut & 1) == 0);
		this.keys[here ? place : otherPlace] = made;
		return made;
	}

	private static long hash(byte[] bytes, int offset, int length) {
		int end = offset + length;
		long hash = length;
		int i = offset;
		for (; i <= end - Long.BYTES; i += Long.BYTES) {
			hash = (hash ^ (long) LONG.get(bytes, i)) * MULTIPLIER;
			hash ^= hash >>> 32;
		}
		for (; i < end; i++) {
			hash = (hash ^ bytes[i]) * MULTIPLIER;
		}
		return hash * MULTIPLIER;
	}

	/**
	 * Whether a key is made of some bytes. Only one of ASCII characters can be: others
	 * have more bytes than characters.
	 */
	private static boolean matches(String key, byte[] bytes, int offset, int length) {
		if (key.length() != length) {
			return false;
		}
		// From the end: keys that are not equal often begin alike.
		for (int i = length - 1; i >= 0; i--) {
			if (key.charAt(i) != bytes[offset + i]) {
				return false;
			}
		}
		return true;
	}

}
