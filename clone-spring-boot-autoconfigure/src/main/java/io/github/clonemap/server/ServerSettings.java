package io.github.clonemap.server;

import java.time.Duration;

import io.github.clonemap.InvalidSettingException;
import io.github.clonemap.agent.HeapShare;
import io.github.clonemap.protocol.Keys;

/**
 * What a server can be told.
 *
 * @param heartbeat how often a quiet stream is heard
 * @param sessionTimeout after how much silence a session ends, and its ephemeral entries
 * with it
 * @param history how many of the last updates are kept for clients that were away for a
 * moment
 * @param maxEntries the most entries
 * @param maxValueSize the largest value, in bytes
 * @param maxKeyLength the longest key, in bytes
 * @param maxBytes the most bytes that all entries may take, reckoned with
 * {@link #ENTRY_BYTES} for each beside its key and its value
 * @since 0.1.0
 */
public record ServerSettings(Duration heartbeat, Duration sessionTimeout, int history, int maxEntries, int maxValueSize,
		int maxKeyLength, long maxBytes) {

	/**
	 * How often a quiet stream is heard by default.
	 */
	public static final Duration DEFAULT_HEARTBEAT = Duration.ofMillis(500);

	/**
	 * After how much silence a session ends by default.
	 */
	public static final Duration DEFAULT_SESSION_TIMEOUT = Duration.ofSeconds(10);

	/**
	 * How many updates are kept by default.
	 */
	public static final int DEFAULT_HISTORY = 65_536;

	/**
	 * The most entries by default.
	 */
	public static final int DEFAULT_MAX_ENTRIES = 2_000_000;

	/**
	 * The largest value by default, in bytes.
	 */
	public static final int DEFAULT_MAX_VALUE_SIZE = 1 << 20;

	/**
	 * The largest value that any server may be configured for, in bytes.
	 */
	public static final int MAX_VALUE_SIZE = 16 << 20;

	/**
	 * The most bytes of updates that are kept: a bound beside their number, so that large
	 * values cannot fill the memory.
	 */
	public static final long MAX_HISTORY_BYTES = HeapShare.of(8, 64L << 20);

	/**
	 * The most bytes of entries by default: half of the heap.
	 */
	public static final long DEFAULT_MAX_BYTES = HeapShare.of(2, Long.MAX_VALUE);

	/**
	 * What an entry takes beside its key and its value, about.
	 */
	public static final int ENTRY_BYTES = 200;

	/**
	 * Checks the settings.
	 */
	public ServerSettings {
		InvalidSettingException.check(
				heartbeat.compareTo(Duration.ofMillis(10)) >= 0 && heartbeat.compareTo(Duration.ofMinutes(1)) <= 0,
				"heartbeat", "between 10 milliseconds and a minute", heartbeat);
		InvalidSettingException.check(
				sessionTimeout.compareTo(heartbeat.multipliedBy(2)) >= 0 && sessionTimeout.toDays() < 1,
				"session-timeout", "at least two heartbeats and less than a day", sessionTimeout);
		InvalidSettingException.check(history >= 0 && history <= 1 << 24, "history", "between 0 and 16777216", history);
		InvalidSettingException.check(maxEntries >= 1, "max-entries", "positive", maxEntries);
		InvalidSettingException.check(maxValueSize >= 1 && maxValueSize <= MAX_VALUE_SIZE, "max-value-size",
				"between 1 byte and 16 MB", maxValueSize);
		InvalidSettingException.check(maxKeyLength >= 1 && maxKeyLength <= Keys.MAX_LENGTH, "max-key-length",
				"between 1 and " + Keys.MAX_LENGTH, maxKeyLength);
		InvalidSettingException.check(maxBytes >= 1, "max-bytes", "positive", maxBytes);
	}

	/**
	 * Settings whose entries may take {@link #DEFAULT_MAX_BYTES}.
	 * @param heartbeat how often a quiet stream is heard
	 * @param sessionTimeout after how much silence a session ends
	 * @param history how many of the last updates are kept
	 * @param maxEntries the most entries
	 * @param maxValueSize the largest value, in bytes
	 * @param maxKeyLength the longest key, in bytes
	 */
	public ServerSettings(Duration heartbeat, Duration sessionTimeout, int history, int maxEntries, int maxValueSize,
			int maxKeyLength) {
		this(heartbeat, sessionTimeout, history, maxEntries, maxValueSize, maxKeyLength, DEFAULT_MAX_BYTES);
	}

	/**
	 * The settings of a server that was told nothing.
	 * @return the defaults
	 */
	public static ServerSettings defaults() {
		return new ServerSettings(DEFAULT_HEARTBEAT, DEFAULT_SESSION_TIMEOUT, DEFAULT_HISTORY, DEFAULT_MAX_ENTRIES,
				DEFAULT_MAX_VALUE_SIZE, Keys.DEFAULT_MAX_LENGTH);
	}

}
