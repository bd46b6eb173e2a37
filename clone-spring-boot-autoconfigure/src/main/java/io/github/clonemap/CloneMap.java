package io.github.clonemap;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentMap;

import org.jspecify.annotations.Nullable;

/**
 * A key-value map that every instance of an application holds in memory, kept the same by
 * one server that puts all writes in one order.
 * <p>
 * <b>Reads are local.</b> They never block, never go to the network and never see a
 * half-applied snapshot. What they see is always an exact prefix of the server's order: a
 * write becomes visible here when the server has ordered it, never before, and nothing
 * that was ordered earlier is missing then. While the server is away reads go on, on the
 * last known data; {@link #state()} and {@link #staleness()} say so. Only where the
 * application has asked for it, by {@code clone.snail.policy} or
 * {@code clone.gap.policy}, a client that was too slow or has missed something stops, and
 * reads throw {@link CloneStoppedException} until it is started again.
 * <p>
 * <b>Writes go to the server</b>, which decides every condition. {@code put},
 * {@code remove}, {@code putIfAbsent}, {@code replace}, {@code compute},
 * {@code computeIfAbsent}, {@code computeIfPresent} and {@code merge} are atomic across
 * all instances. The blocking forms return when the server has acknowledged the write and
 * it is visible here, so that a thread reads its own writes; in a listener of changes
 * they return when it is acknowledged, as the stream may be waiting for that very thread.
 * They wait up to {@code clone.write-timeout}. The functions given to the {@code compute}
 * methods and to {@code merge} may run more than once, must not have side effects, and
 * run on the calling thread.
 * <p>
 * <b>What you will not see.</b> Another instance's write is not visible here at the
 * instant at which it was acknowledged there: use {@link #await(long)} or
 * {@link #barrier()} where that matters. Between two reads several changes of a key may
 * have happened; a listener hears each of them, unless the client had to synchronize
 * again, or did not keep up with {@code clone.events.overflow} set to {@code conflate}:
 * then it hears the difference between its old view and the new one. Bulk operations
 * ({@code putAll}, {@code clear}, {@code replaceAll} and removal through the collection
 * views) are atomic for each key, not as a whole. Iterators and the collection views are
 * weakly consistent, as those of {@link java.util.concurrent.ConcurrentHashMap}.
 * <p>
 * <b>Keys and values.</b> Keys are relative to {@link #subtree()}; together with it a key
 * has 1 to {@code clone.server.max-key-length} bytes of UTF-8 without control characters.
 * Neither keys nor values may be {@code null}, and no value may encode to zero bytes. A
 * value that is handed out is shared by all readers and must not be modified, arrays
 * included. Values are compared by their {@code equals}, so arrays are equal only to
 * themselves.
 * <p>
 * <b>Holding a part.</b> An application may hold only parts of the shared data. A key
 * outside what it holds can be written, but not read: reading it throws
 * {@link IllegalArgumentException} rather than pretending that the key is absent.
 * <p>
 * <b>Threads and errors.</b> All methods may be called by any thread. Blocking writes
 * throw {@link CloneTimeoutException} (the outcome is unknown),
 * {@link CloneNotConnectedException} (it was not sent), {@link CloneRejectedException}
 * (the server refused it), {@link CloneInterruptedException} (the calling thread was
 * interrupted; the outcome is unknown) and {@link CloneStoppedException}; the futures of
 * the asynchronous forms complete exceptionally with the same. A value that cannot be
 * turned into bytes makes every form of a write throw {@link CloneEncodingException} at
 * once. A value that is here but is not of this map's type makes {@link #get},
 * {@link #entry}, the {@code compute} methods, {@code merge} and the writes that expect a
 * value throw it; iterations leave such a value out, and so do {@code clear} and
 * {@code replaceAll}. Futures are completed on a thread of their own, never on the one
 * that moves the data, so their dependents may block, at the cost of other futures; only
 * one must not wait there for another future of this library.
 *
 * @param <V> the type of the values
 * @since 0.1.0
 */
public interface CloneMap<V> extends ConcurrentMap<String, V> {

	/**
	 * The name of this map: that of its bean, or its subtree for a view.
	 * @return the name, as used in logs, events and meters
	 */
	String name();

	/**
	 * The part of the shared key space that this map shows.
	 * @return an empty string for everything, else a path such as {@code /flags/}
	 */
	String subtree();

	/**
	 * The entry of a key, with its sequence, writer and lifetime. Never blocks.
	 * @param key the key, relative to {@link #subtree()}
	 * @return the entry, or {@code null} if there is none
	 * @throws IllegalArgumentException if this application does not hold that key
	 * @throws CloneEncodingException if the value is not of this map's type
	 */
	@Nullable CloneEntry<V> entry(String key);

	/**
	 * Writes a value, without a condition, with the lifetime that was configured for this
	 * map (none unless {@code clone.maps.<name>.ttl} is set).
	 * @param key the key, relative to {@link #subtree()}
	 * @param value the value
	 * @return completes with the new entry when the server has acknowledged it and it is
	 * visible here
	 * @throws IllegalArgumentException if the key or the value cannot be shared
	 * @throws CloneEncodingException if the value cannot be turned into bytes
	 */
	CompletableFuture<CloneEntry<V>> putAsync(String key, V value);

	/**
	 * Writes a value with a lifetime (that of the map, if the options have none) and, or,
	 * a condition. This method waits only while too many writes are in flight, and not
	 * longer than {@code clone.write-timeout}.
	 * @param key the key, relative to {@link #subtree()}
	 * @param value the value
	 * @param options the lifetime and the condition
	 * @return completes with the new entry when the server has acknowledged it and it is
	 * visible here; exceptionally with {@link CloneConditionFailedException} if the
	 * condition did not hold
	 * @throws IllegalArgumentException if the key or the value cannot be shared
	 * @throws CloneEncodingException if the value cannot be turned into bytes
	 */
	CompletableFuture<CloneEntry<V>> putAsync(String key, V value, WriteOptions options);

	/**
	 * Removes a key.
	 * @param key the key, relative to {@link #subtree()}
	 * @return completes with the entry that was removed, or with {@code null} if there
	 * was none or its value cannot be decoded, when the server has acknowledged it and it
	 * is visible here
	 * @throws IllegalArgumentException if the key cannot be shared
	 */
	CompletableFuture<@Nullable CloneEntry<V>> removeAsync(String key);

	/**
	 * A typed view of a part of this map. Cheap: no data is copied, and the same
	 * arguments give the same view.
	 * @param <T> the type of the view's values
	 * @param path the part, relative to this map's own subtree, starting and ending with
	 * a slash, such as {@code /orders/}; or an empty string for the same part with
	 * another type
	 * @param type the type of the view's values
	 * @return the view
	 * @throws IllegalArgumentException if the path is not a path, if this application
	 * does not hold that part, or if values of that type cannot be encoded
	 */
	<T> CloneMap<T> subtree(String path, Class<T> type);

	/**
	 * Adds a listener. It first hears every entry that is here (phase
	 * {@link CloneChange.Phase#INITIAL}), then every change, so that nothing lies between
	 * the two; changes of one key come in order. It is called on dispatch threads.
	 * @param listener the listener
	 * @return the registration, which ends when it is closed
	 */
	Registration addListener(CloneChangeListener<V> listener);

	/**
	 * How this application stands to the server.
	 * @return the state
	 */
	CloneState state();

	/**
	 * The age of the last proof that the data here is fresh: at most about a heartbeat
	 * while {@link CloneState#LIVE}, growing while the server is silent.
	 * @return the age, or a very large duration ({@link #NEVER_FRESH}) if there was no
	 * such proof yet
	 */
	Duration staleness();

	/**
	 * What {@link #staleness()} says as long as no server was ever heard.
	 */
	Duration NEVER_FRESH = Duration.ofSeconds(Long.MAX_VALUE / 1_000_000_000L);

	/**
	 * The last sequence that was applied here: the data here is the server's as of then.
	 * @return the sequence, 0 before the first synchronization
	 */
	long sequence();

	/**
	 * Completes when everything up to a sequence is visible here: how one instance reads
	 * what another has written, after being told its {@link CloneEntry#sequence()}.
	 * @param sequence the sequence
	 * @return completes on the thread of the futures; exceptionally with
	 * {@link CloneTimeoutException} after {@code clone.write-timeout}, with
	 * {@link CloneNotConnectedException} if too many wait already, and with
	 * {@link CloneStoppedException}
	 */
	CompletableFuture<Void> await(long sequence);

	/**
	 * Completes when everything that the active server had when asked is visible here.
	 * @return completes on the thread of the futures; exceptionally with
	 * {@link CloneTimeoutException} or {@link CloneNotConnectedException} after
	 * {@code clone.write-timeout}, and with {@link CloneStoppedException}
	 */
	CompletableFuture<Void> barrier();

}
