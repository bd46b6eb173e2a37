package io.github.clonemap.client;

import java.time.Duration;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import java.util.function.Function;

import io.github.clonemap.CloneChangeListener;
import io.github.clonemap.CloneEntry;
import io.github.clonemap.CloneMap;
import io.github.clonemap.CloneState;
import io.github.clonemap.CloneWriter;
import io.github.clonemap.Registration;
import io.github.clonemap.ValueCodec;
import io.github.clonemap.WriteOptions;
import io.github.clonemap.WriteOptions.Condition;
import io.github.clonemap.protocol.Subtrees;
import io.github.clonemap.protocol.Update;
import io.github.clonemap.protocol.WriteOperation;
import io.github.clonemap.protocol.WriteResult;
import io.github.clonemap.protocol.WriteResult.Status;
import org.jspecify.annotations.Nullable;

/**
 * A typed view of a replica's subtree. Reads look into the replica; writes go to the
 * server as operations with conditions on the key's sequence.
 *
 * @param <V> the type of the values
 */
final class ReplicaMap<V> extends AbstractMap<String, V> implements CloneMap<V> {

	private final CloneClient client;

	private final Replica replica;

	private final String name;

	private final String subtree;

	private final MapKeys keys;

	private final ValueCodec<V> codec;

	private final EntryReader<V> reader;

	private final @Nullable Duration ttl;

	private ReplicaMap(CloneClient client, String name, String subtree, ValueCodec<V> codec, @Nullable Duration ttl) {
		this.client = client;
		this.replica = client.replica();
		this.name = name;
		this.subtree = subtree;
		this.keys = new MapKeys(subtree, client::maxKeyLength);
		this.codec = codec;
		this.reader = new EntryReader<>(name, subtree, codec, client::onUndecodable);
		this.ttl = ttl;
	}

	static <V> ReplicaMap<V> create(CloneClient client, String name, String subtree, ValueCodec<V> codec,
			@Nullable Duration ttl) {
		String problem = Subtrees.problem(subtree);
		if (problem != null) {
			throw new IllegalArgumentException("'" + subtree + "' is not a subtree: " + problem);
		}
		Subtrees held = client.replica().subtrees();
		// All that the client holds may be shown as one map, with whole keys.
		if (!subtree.isEmpty() && !held.contains(subtree)) {
			throw new IllegalArgumentException("This application does not hold '" + subtree + "', only " + held.paths()
					+ ": configure a map with that subtree (clone.maps.<name>.subtree)");
		}
		return new ReplicaMap<>(client, name, subtree, codec, ttl);
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public String subtree() {
		return this.subtree;
	}

	@Override
	public <T> CloneMap<T> subtree(String path, Class<T> type) {
		String problem = Subtrees.problem(path);
		if (problem != null) {
			throw new IllegalArgumentException("'" + path + "' is not a subtree: " + problem);
		}
		String joined = (this.subtree.isEmpty() || path.isEmpty()) ? this.subtree + path
				: this.subtree + path.substring(1);
		return this.client.map(joined.isEmpty() ? this.name : joined, joined, this.client.codecs().codec(type),
				this.ttl);
	}

	// Reads

	@Override
	public @Nullable V get(@Nullable Object key) {
		ReplicaEntry entry = find(key);
		return (entry != null) ? this.reader.value(entry) : null;
	}

	@Override
	public V getOrDefault(@Nullable Object key, V defaultValue) {
		V value = get(key);
		return (value != null) ? value : defaultValue;
	}

	@Override
	public @Nullable CloneEntry<V> entry(String key) {
		ReplicaEntry entry = find(key);
		return (entry != null) ? this.reader.entry(entry, this.reader.value(entry)) : null;
	}

	@Override
	public boolean containsKey(@Nullable Object key) {
		return find(key) != null;
	}

	@Override
	public int size() {
		this.replica.readable();
		return (int) Math.min(Integer.MAX_VALUE, this.replica.count(this.subtree));
	}

	@Override
	public boolean isEmpty() {
		return this.keys.isAll() ? this.replica.readable().size() == 0 : !keySet().iterator().hasNext();
	}

	@Override
	public Set<Entry<String, V>> entrySet() {
		return new ReplicaEntrySet<>(this, this.replica, this.reader);
	}

	@Override
	public boolean containsValue(@Nullable Object value) {
		return super.containsValue(Objects.requireNonNull(value, "A shared map has no null values"));
	}

	@Override
	public CloneState state() {
		return this.client.state();
	}

	@Override
	public Duration staleness() {
		return this.client.staleness();
	}

	@Override
	public long sequence() {
		return this.replica.sequence();
	}

	@Override
	public CompletableFuture<Void> await(long sequence) {
		return this.client.await(Math.max(0, sequence));
	}

	@Override
	public CompletableFuture<Void> barrier() {
		return this.client.await(Waiting.Call.BARRIER);
	}

	@Override
	public Registration addListener(CloneChangeListener<V> listener) {
		return this.client.listen(new Listening<>(this.reader, Objects.requireNonNull(listener, "listener")));
	}

	// Writes without a result of the map's type

	@Override
	public CompletableFuture<CloneEntry<V>> putAsync(String key, V value) {
		return putAsync(key, value, WriteOptions.none());
	}

	@Override
	public CompletableFuture<CloneEntry<V>> putAsync(String key, V value, WriteOptions options) {
		WriteOperation operation = putOperation(key, value, options, false);
		CloneWriter writer = this.client.writer();
		return this.client.writeAsync(operation, (result) -> {
			if (result.status() == Status.CONDITION_FAILED) {
				throw PendingWrites.conditionFailed(operation.key(), operation.condition(), result);
			}
			// What the server keeps of it; the value is the caller's own.
			return new CloneEntry<>(key, value, result.sequence(), writer,
					(operation.ttlMillis() > 0) ? Duration.ofMillis(operation.ttlMillis()) : null,
					options.isEphemeral(), EntryReader.toInstant(result.serverTimeMicros()));
		});
	}

	@Override
	public CompletableFuture<@Nullable CloneEntry<V>> removeAsync(String key) {
		return this.client.writeAsync(removeOperation(this.keys.whole(key), Condition.NONE, 0), (result) -> {
			V value = this.reader.valueBefore(result.entry());
			return (result.entry() != null && value != null) ? this.reader.entry(result.entry(), value) : null;
		});
	}

	@Override
	public void putAll(Map<? extends String, ? extends V> map) {
		List<WriteOperation> writes = new ArrayList<>(map.size());
		map.forEach((key, value) -> writes.add(putOperation(key, value, WriteOptions.none(), false)));
		this.client.writeAll(writes);
	}

	@Override
	public void clear() {
		List<WriteOperation> writes = new ArrayList<>();
		for (ReplicaEntry entry : this.replica.readable()) {
			if (this.reader.covers(entry.key())) {
				writes.add(removeOperation(entry.key(), Condition.NONE, 0));
			}
		}
		this.client.writeAll(writes);
	}

	// Atomic reads and writes: the server decides, and tells the entry that it had

	@Override
	public @Nullable V put(String key, V value) {
		return this.reader.valueBefore(this.client.write(putOperation(key, value, WriteOptions.none(), true)).entry());
	}

	@Override
	public @Nullable V remove(@Nullable Object key) {
		String fullKey = this.keys.wholeOrNull(key);
		return (fullKey != null)
				? this.reader.valueBefore(this.client.write(removeOperation(fullKey, Condition.NONE, 0)).entry())
				: null;
	}

	@Override
	public @Nullable V putIfAbsent(String key, V value) {
		return this.reader
			.valueBefore(this.client.write(putOperation(key, value, WriteOptions.none().ifAbsent(), true)).entry());
	}

	@Override
	public @Nullable V replace(String key, V value) {
		return this.reader
			.valueBefore(this.client.write(putOperation(key, value, WriteOptions.none().ifPresent(), true)).entry());
	}

	@Override
	public boolean replace(String key, V oldValue, V newValue) {
		Objects.requireNonNull(oldValue, "A shared map has no null values");
		WriteOperation probe = putOperation(key, newValue, WriteOptions.none(), true);
		return swap(this.keys.whole(key), oldValue, (sequence) -> new WriteOperation(probe.kind(), probe.key(),
				probe.value(), Condition.SEQUENCE, sequence, probe.ttlMillis(), probe.ephemeral(), true));
	}

	@Override
	public boolean remove(@Nullable Object key, @Nullable Object value) {
		String fullKey = this.keys.wholeOrNull(key);
		return fullKey != null && value != null
				&& swap(fullKey, value, (sequence) -> removeOperation(fullKey, Condition.SEQUENCE, sequence));
	}

	@Override
	public @Nullable V compute(String key,
			BiFunction<? super String, ? super @Nullable V, ? extends @Nullable V> function) {
		Objects.requireNonNull(function, "function");
		return transform(key, (value) -> function.apply(key, value));
	}

	@Override
	public @Nullable V computeIfAbsent(String key, Function<? super String, ? extends @Nullable V> function) {
		Objects.requireNonNull(function, "function");
		return transform(key, (value) -> (value != null) ? value : function.apply(key));
	}

	@Override
	public @Nullable V computeIfPresent(String key,
			BiFunction<? super String, ? super V, ? extends @Nullable V> function) {
		Objects.requireNonNull(function, "function");
		return transform(key, (value) -> (value != null) ? function.apply(key, value) : null);
	}

	@Override
	public @Nullable V merge(String key, V value, BiFunction<? super V, ? super V, ? extends @Nullable V> function) {
		Objects.requireNonNull(value, "A shared map has no null values");
		Objects.requireNonNull(function, "function");
		return transform(key, (current) -> (current != null) ? function.apply(current, value) : value);
	}

	@Override
	public void replaceAll(BiFunction<? super String, ? super V, ? extends V> function) {
		Objects.requireNonNull(function, "function");
		for (String key : keySet()) {
			transform(key, (value) -> (value != null)
					? Objects.requireNonNull(function.apply(key, value), "A shared map has no null values") : null);
		}
	}

	private @Nullable ReplicaEntry find(@Nullable Object key) {
		if (!(key instanceof String text)) {
			Objects.requireNonNull(key, "A shared map has no null keys");
			return null;
		}
		ReplicaEntry entry = this.keys.find(this.replica.readable(), text);
		// A subtree is held, or there was no map of it; only the whole may have holes.
		if (entry == null && this.keys.isAll()) {
			checkHeld(text);
		}
		return entry;
	}

	private void checkHeld(String fullKey) {
		Subtrees held = this.replica.subtrees();
		if (!held.contains(fullKey)) {
			throw new IllegalArgumentException("This application does not hold the key '" + fullKey + "', only "
					+ held.paths() + ": configure a map that has it (clone.maps.<name>.subtree)");
		}
	}

	/**
	 * Reads, computes and writes until nobody else writes in between.
	 */
	private @Nullable V transform(String key, Function<@Nullable V, @Nullable V> function) {
		String fullKey = this.keys.whole(key);
		Update current = current(fullKey);
		while (true) {
			V value = (current != null) ? this.reader.value(current) : null;
			V next = function.apply(value);
			if (next == value) {
				return value;
			}
			WriteOperation operation;
			if (next != null) {
				operation = putOperation(key, next, (current != null)
						? WriteOptions.none().ifSequence(current.sequence()) : WriteOptions.none().ifAbsent(), true);
			}
			else if (current != null) {
				operation = removeOperation(fullKey, Condition.SEQUENCE, current.sequence());
			}
			else {
				return null;
			}
			WriteResult result = this.client.write(operation);
			if (result.status() != Status.CONDITION_FAILED) {
				return next;
			}
			current = result.entry();
		}
	}

	/**
	 * Writes if the value is what somebody expects, by its {@code equals}. The value is
	 * compared here and the entry's sequence at the server, so nobody can write in
	 * between; that it is another value is believed only if the server says so.
	 */
	private boolean swap(String fullKey, Object expected, SequenceOperation operation) {
		Update current = current(fullKey);
		boolean asked = false;
		while (true) {
			if (current != null && this.reader.value(current).equals(expected)) {
				WriteResult result = this.client.write(operation.at(current.sequence()));
				if (result.status() == Status.APPLIED) {
					return true;
				}
				current = result.entry();
			}
			else if (asked) {
				return false;
			}
			else {
				current = ask(fullKey);
			}
			asked = true;
		}
	}

	/**
	 * The entry of a key: what is here, or, for a key that is not held, what the server
	 * says.
	 */
	private @Nullable Update current(String fullKey) {
		return this.replica.subtrees().contains(fullKey) ? this.replica.readable().get(fullKey) : ask(fullKey);
	}

	private @Nullable Update ask(String fullKey) {
		return this.client
			.write(new WriteOperation(WriteOperation.Kind.GET, fullKey, null, Condition.NONE, 0, 0, false, true))
			.entry();
	}

	private WriteOperation putOperation(String key, V value, WriteOptions options, boolean returnEntry) {
		String fullKey = this.keys.whole(key);
		byte[] bytes = this.codec.encode(Objects.requireNonNull(value, "A shared map has no null values"));
		if (bytes.length == 0) {
			throw new IllegalArgumentException(
					"The value of '" + fullKey + "' is empty, which stands for no value: remove the key instead");
		}
		Duration ttl = (options.getTtl() != null) ? options.getTtl() : this.ttl;
		long ttlMillis = (ttl != null) ? ttl.toMillis() : 0;
		return new WriteOperation(WriteOperation.Kind.PUT, fullKey, bytes, options.getCondition(),
				options.getSequence(), ttlMillis, options.isEphemeral(), returnEntry);
	}

	private static WriteOperation removeOperation(String fullKey, Condition condition, long sequence) {
		return new WriteOperation(WriteOperation.Kind.REMOVE, fullKey, null, condition, sequence, 0, false, true);
	}

	/**
	 * Makes an operation that is done only at a sequence.
	 */
	@FunctionalInterface
	private interface SequenceOperation {

		WriteOperation at(long sequence);

	}

}
