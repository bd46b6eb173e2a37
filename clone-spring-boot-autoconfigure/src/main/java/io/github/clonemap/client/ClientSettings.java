package io.github.clonemap.client;

import java.time.Duration;

import io.github.clonemap.InvalidSettingException;
import io.github.clonemap.agent.HeapShare;
import io.github.clonemap.protocol.Message.Hello;
import io.github.clonemap.protocol.Subtrees;

/**
 * What a client can be told.
 *
 * @param name the client's name, for people
 * @param subtrees what it holds
 * @param writeTimeout how long a write may take
 * @param serverTimeout after how much silence of the server the data is stale and another
 * connection is tried
 * @param maxInFlight how many writes may wait for their acknowledgement
 * @param eventThreads how many threads call listeners
 * @param eventQueueCapacity how many changes may wait for each of these threads
 * @param eventOverflow what becomes of those that are too many
 * @param gapPolicy what becomes of the client when it finds a gap in its stream
 * @param snailMaxLatency how old an update may be when it is handed to the application
 * @param snailPolicy what becomes of the client when updates are older
 * @since 0.1.0
 */
public record ClientSettings(String name, Subtrees subtrees, Duration writeTimeout, Duration serverTimeout,
		int maxInFlight, int eventThreads, int eventQueueCapacity, EventOverflow eventOverflow, GapPolicy gapPolicy,
		Duration snailMaxLatency, SnailPolicy snailPolicy) {

	/**
	 * How long a write may take by default.
	 */
	public static final Duration DEFAULT_WRITE_TIMEOUT = Duration.ofSeconds(5);

	/**
	 * After how much silence a server counts as lost by default.
	 */
	public static final Duration DEFAULT_SERVER_TIMEOUT = Duration.ofSeconds(3);

	/**
	 * How many writes may wait by default.
	 */
	public static final int DEFAULT_MAX_IN_FLIGHT = 8192;

	/**
	 * How many writes may wait at most, so that a server can remember their results.
	 */
	public static final int MAX_IN_FLIGHT = 32_768;

	/**
	 * How many bytes of values may wait to be acknowledged: a bound beside the number of
	 * writes, so that large values cannot fill the memory.
	 */
	public static final long MAX_BYTES_IN_FLIGHT = HeapShare.of(16, 64L << 20);

	/**
	 * How many threads call listeners by default.
	 */
	public static final int DEFAULT_EVENT_THREADS = 2;

	/**
	 * How many changes may wait for each of these threads by default.
	 */
	public static final int DEFAULT_EVENT_QUEUE_CAPACITY = 8192;

	/**
	 * What becomes of too many changes by default.
	 */
	public static final EventOverflow DEFAULT_EVENT_OVERFLOW = EventOverflow.BLOCK;

	/**
	 * What becomes of a client that finds a gap by default.
	 */
	public static final GapPolicy DEFAULT_GAP_POLICY = GapPolicy.RESYNC;

	/**
	 * How old an update may be by default.
	 */
	public static final Duration DEFAULT_SNAIL_MAX_LATENCY = Duration.ofSeconds(1);

	/**
	 * What becomes of a client that is too slow by default.
	 */
	public static final SnailPolicy DEFAULT_SNAIL_POLICY = SnailPolicy.REPORT;

	/**
	 * Checks the settings.
	 */
	public ClientSettings {
		InvalidSettingException.check(name.length() <= Hello.MAX_NAME_LENGTH, "name", "at most 128 characters long",
				name);
		InvalidSettingException.check(
				writeTimeout.compareTo(Duration.ofMillis(1)) >= 0 && writeTimeout.compareTo(Duration.ofDays(1)) <= 0,
				"write-timeout", "between a millisecond and a day", writeTimeout);
		InvalidSettingException.check(
				serverTimeout.compareTo(Duration.ofMillis(50)) >= 0
						&& serverTimeout.compareTo(Duration.ofHours(1)) <= 0,
				"server-timeout", "between 50 milliseconds and an hour", serverTimeout);
		InvalidSettingException.check(maxInFlight >= 1 && maxInFlight <= MAX_IN_FLIGHT, "max-in-flight",
				"between 1 and " + MAX_IN_FLIGHT, maxInFlight);
		InvalidSettingException.check(eventThreads >= 1 && eventThreads <= 64, "events.threads", "between 1 and 64",
				eventThreads);
		InvalidSettingException.check(eventQueueCapacity >= 1 && eventQueueCapacity <= 1 << 20, "events.queue-capacity",
				"between 1 and 1048576", eventQueueCapacity);
		InvalidSettingException.check(
				snailMaxLatency.compareTo(Duration.ofMillis(1)) >= 0
						&& snailMaxLatency.compareTo(Duration.ofDays(1)) <= 0,
				"snail.max-latency", "between a millisecond and a day", snailMaxLatency);
	}

	/**
	 * Settings with the default policies.
	 * @param name the client's name, for people
	 * @param subtrees what it holds
	 * @param writeTimeout how long a write may take
	 * @param serverTimeout after how much silence of the server the data is stale
	 * @param maxInFlight how many writes may wait for their acknowledgement
	 * @param eventThreads how many threads call listeners
	 * @param eventQueueCapacity how many changes may wait for each of these threads
	 */
	public ClientSettings(String name, Subtrees subtrees, Duration writeTimeout, Duration serverTimeout,
			int maxInFlight, int eventThreads, int eventQueueCapacity) {
		this(name, subtrees, writeTimeout, serverTimeout, maxInFlight, eventThreads, eventQueueCapacity,
				DEFAULT_EVENT_OVERFLOW, DEFAULT_GAP_POLICY, DEFAULT_SNAIL_MAX_LATENCY, DEFAULT_SNAIL_POLICY);
	}

	/**
	 * The settings of a client that was told nothing and holds everything.
	 * @return the defaults
	 */
	public static ClientSettings defaults() {
		return new ClientSettings("clone", Subtrees.ALL, DEFAULT_WRITE_TIMEOUT, DEFAULT_SERVER_TIMEOUT,
				DEFAULT_MAX_IN_FLIGHT, DEFAULT_EVENT_THREADS, DEFAULT_EVENT_QUEUE_CAPACITY);
	}

}
