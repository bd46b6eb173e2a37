package io.github.clonemap.benchmark;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32;

/**
 * The keys and values that travel: keys of 20 characters, values of 100 bytes, which say
 * which write they are, and when it was meant to be sent and was sent. The clock of these
 * is {@link System#nanoTime()}, which all processes of a Linux machine share.
 */
final class Values {

	static final int BYTES = 100;

	/**
	 * Written after everything else: who has it has all final values.
	 */
	static final String END_KEY = "/end";

	private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

	private static final int INTENDED = 16;

	private static final int SENT = 24;

	private Values() {
	}

	static String key(int index) {
		return String.format(Locale.ROOT, "/k/%017d", index);
	}

	static String[] keys(int count) {
		String[] keys = new String[count];
		for (int i = 0; i < count; i++) {
			keys[i] = key(i);
		}
		return keys;
	}

	/**
	 * A value that nobody measures the latency of.
	 */
	static byte[] of(int index, long write) {
		return of(index, write, 0, 0);
	}

	static byte[] of(int index, long write, long intendedNanos, long sentNanos) {
		byte[] value = new byte[BYTES];
		LONG.set(value, 0, (long) index);
		LONG.set(value, 8, write);
		LONG.set(value, INTENDED, intendedNanos);
		LONG.set(value, SENT, sentNanos);
		return value;
	}

	/**
	 * When the write was meant to be sent, 0 if nobody said so.
	 */
	static long intendedNanos(byte[] value) {
		return (long) LONG.get(value, INTENDED);
	}

	/**
	 * When the write was sent.
	 */
	static long sentNanos(byte[] value) {
		return (long) LONG.get(value, SENT);
	}

	/**
	 * One number for all values, in the order of their keys.
	 */
	static long checksum(Map<String, byte[]> map, int keys) {
		CRC32 crc = new CRC32();
		for (int i = 0; i < keys; i++) {
			byte[] value = map.get(key(i));
			if (value == null) {
				return -1;
			}
			crc.update(value);
		}
		return crc.getValue();
	}

	static long checksum(byte[][] values) {
		CRC32 crc = new CRC32();
		for (byte[] value : values) {
			crc.update(value);
		}
		return crc.getValue();
	}

}
