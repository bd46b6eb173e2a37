package io.github.clonemap.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

import io.github.clonemap.CloneException;
import io.github.clonemap.CloneInterruptedException;
import io.github.clonemap.CloneMap;
import io.github.clonemap.CloneNotConnectedException;
import io.github.clonemap.CloneState;
import io.github.clonemap.CloneStoppedException;
import io.github.clonemap.CloneWriter;
import io.github.clonemap.Registration;
import io.github.clonemap.ValueCodec;
import io.github.clonemap.agent.Clock;
import io.github.clonemap.protocol.Keys;
import io.github.clonemap.protocol.WriteOperation;
import io.github.clonemap.protocol.WriteResult;
import org.jspecify.annotations.Nullable;

/**
 * A client, with its thread and its sockets, and the maps that show what it holds. It can
 * be started and stopped more than once: its maps and their listeners stay the same, and
 * between stop and start they show the last known data.
 * <p>
 * All methods may be called by any thread.
 *
 * @since 0.1.0
 */
public final class CloneClient implements AutoCloseable {

	private static final int MAX_MAPS = 1024;

	private static final CloneWriter NOBODY = new CloneWriter(CloneWriter.Kind.NATIVE, 0);

	private final Map<MapKey, ReplicaMap<?>> maps = new ConcurrentHashMap<>();

	private final ClockOffset offset = new ClockOffset();

	private final LongAdder undecodable = new LongAdder();

	private final ClientSettings settings;

	private final ValueCodecs codecs;

	private final ClientSockets.Factory sockets;

	private final Clock clock;

	private final Replica replica;

	private final ClientListeners clientListeners;

	private final ChangeListeners changeListeners;

	private final WriteBudget budget;

	private volatile ClientTimers timers = ClientTimers.NONE;

	private volatile Runnable onTooSlow = () -> {
	};

	private volatile @Nullable ClientRun running;

	private volatile boolean started;

	private @Nullable ClientRun former;

	/**
	 * Creates a client that does not run yet.
	 * @param settings its settings
	 * @param codecs the codecs of the values
	 * @param sockets makes its sockets at each start
	 * @param clock where time comes from
	 */
	public CloneClient(ClientSettings settings, ValueCodecs codecs, ClientSockets.Factory sockets, Clock clock) {
		this.settings = settings;
		this.codecs = codecs;
		this.sockets = sockets;
		this.clock = clock;
		this.replica = new Replica(settings.subtrees());
		this.clientListeners = new ClientListeners(settings.name());
		this.changeListeners = new ChangeListeners();
		this.budget = new WriteBudget(settings.maxInFlight(), ClientSettings.MAX_BYTES_IN_FLIGHT);
	}

	/**
	 * Starts the threads, which connect in the background; does nothing if it runs
	 * already.
	 * @param servers where the servers listen, in order of preference, at least one
	 * @throws IllegalArgumentException if there are none
	 */
	public synchronized void start(List<ServerEndpoint> servers) {
		if (servers.isEmpty()) {
			throw new IllegalArgumentException("A client needs at least one server (clone.servers)");
		}
		if (this.running == null) {
			this.replica.show();
			ClientRun running = new ClientRun(this.settings, servers, this.sockets.open(), this.clock, this.replica,
					this.changeListeners, this.offset, this.timers, this.clientListeners, () -> this.onTooSlow.run(),
					this.former);
			this.running = running;
			this.started = true;
			running.start();
		}
	}

	/**
	 * Ends the session, closes the sockets and ends the threads; does nothing if it does
	 * not run. Returns within a few seconds, also if a listener hangs.
	 */
	public synchronized void stop() {
		ClientRun running = this.running;
		if (running != null) {
			running.stop();
			this.former = running;
			this.running = null;
		}
	}

	@Override
	public void close() {
		stop();
	}

	/**
	 * Whether it has been started and still works.
	 * @return whether it runs
	 */
	public boolean isRunning() {
		ClientRun running = this.running;
		return running != null && running.isAlive() && !running.agent().isStopped();
	}

	/**
	 * Waits until the data here is the server's.
	 * @param timeout how long to wait at most
	 * @return whether it was in time
	 * @throws InterruptedException if the calling thread is interrupted
	 */
	public boolean awaitLive(Duration timeout) throws InterruptedException {
		CompletableFuture<Void> live = new CompletableFuture<>();
		Registration registration = addListener(new ClientListener() {

			@Override
			public void onStateChanged(CloneState from, CloneState to, String reason) {
				if (to == CloneState.LIVE) {
					live.complete(null);
				}
			}

		});
		try {
			if (state() != CloneState.LIVE) {
				live.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
			}
			return true;
		}
		catch (TimeoutException ex) {
			return state() == CloneState.LIVE;
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException("A future that only completes normally failed", ex);
		}
		finally {
			registration.close();
		}
	}

	/**
	 * A map of what this client holds.
	 * @param <V> the type of the values
	 * @param name its name
	 * @param subtree the part that it shows, empty for all
	 * @param codec the codec of the values
	 * @param ttl the lifetime of what is written without one, or {@code null} for none
	 * @return the map; for the same arguments the same one, if they are not too many
	 * @throws IllegalArgumentException if the subtree is none, or if this client does not
	 * hold it
	 */
	@SuppressWarnings("unchecked")
	public <V> CloneMap<V> map(String name, String subtree, ValueCodec<V> codec, @Nullable Duration ttl) {
		MapKey key = new MapKey(name, subtree, codec, ttl);
		ReplicaMap<?> known = this.maps.get(key);
		if (known != null) {
			return (CloneMap<V>) known;
		}
		ReplicaMap<V> created = ReplicaMap.create(this, name, subtree, codec, ttl);
		if (this.maps.size() >= MAX_MAPS) {
			// Views of ever new parts must not fill the memory; one more costs little.
			return created;
		}
		ReplicaMap<?> first = this.maps.putIfAbsent(key, created);
		return (first != null) ? (CloneMap<V>) first : created;
	}

	/**
	 * Adds a listener of what happens between the client and its servers.
	 * @param listener the listener
	 * @return the registration, which ends when it is closed
	 */
	public Registration addListener(ClientListener listener) {
		return this.clientListeners.add(listener);
	}

	/**
	 * Sets who takes the times that are measured, from the next start on.
	 * @param timers takes the times
	 */
	public void setTimers(ClientTimers timers) {
		this.timers = timers;
	}

	/**
	 * Sets what is done when this client has stopped because it was too slow, by
	 * {@link SnailPolicy#STOP} or {@link SnailPolicy#EXIT}. Called on the client's own
	 * thread, so that no listener can be in the way; it must not wait for this client.
	 * @param action what to do
	 */
	public void setOnTooSlow(Runnable action) {
		this.onTooSlow = action;
	}

	/**
	 * How the client stands to the server.
	 * @return the state; {@link CloneState#STOPPED} before the first start
	 */
	public CloneState state() {
		ClientRun running = this.running;
		return (running != null) ? running.state() : CloneState.STOPPED;
	}

	/**
	 * The settings.
	 * @return the settings
	 */
	public ClientSettings settings() {
		return this.settings;
	}

	/**
	 * The numbers of this moment.
	 * @return the report
	 */
	public ClientReport report() {
		ClientRun running = this.running;
		if (running == null) {
			return new ClientReport(CloneState.STOPPED, 0, null, this.replica.sequence(), CloneMap.NEVER_FRESH,
					this.replica.count(""), 0, 0, 0, 0, 0, 0, 0, 0, 0, List.of(), this.changeListeners.errors(),
					this.undecodable.sum(), 0, 0, 0);
		}
		DispatchThreads threads = running.dispatchThreads();
		StreamFollower follower = running.agent().follower();
		ServerEndpoint server = running.agent().session().server();
		boolean known = this.offset.isKnown();
		return new ClientReport(state(), running.agent().clientId(), (server != null) ? server.toString() : null,
				this.replica.sequence(), staleness(), this.replica.count(""), follower.updates(), this.budget.count(),
				follower.gaps(), follower.resumes(), follower.snapshots(), running.agent().session().failovers(),
				running.agent().snail().croaks(), threads.queued(), threads.conflated(), threads.workers(),
				this.changeListeners.errors(), this.undecodable.sum(), running.agent().malformed(),
				known ? this.offset.offsetMicros() : 0, known ? this.offset.errorMicros() : 0);
	}

	Duration staleness() {
		ClientRun running = this.running;
		if (running == null || !running.agent().follower().isEverFresh()) {
			return CloneMap.NEVER_FRESH;
		}
		return Duration.ofNanos(Math.max(0, this.clock.nanoTime() - running.agent().follower().freshNanos()));
	}

	/**
	 * Who writes here.
	 */
	CloneWriter writer() {
		ClientRun running = this.running;
		return (running != null) ? running.writer() : NOBODY;
	}

	/**
	 * The longest key, by the word of the last server.
	 */
	int maxKeyLength() {
		ClientRun running = this.running;
		return (running != null) ? running.agent().maxKeyLength() : Keys.DEFAULT_MAX_LENGTH;
	}

	Replica replica() {
		return this.replica;
	}

	ValueCodecs codecs() {
		return this.codecs;
	}

	void onUndecodable() {
		this.undecodable.increment();
	}

	/**
	 * Adds a listener to a map.
	 */
	Registration listen(Listening<?> listening) {
		this.changeListeners.add(listening);
		ClientRun running = this.running;
		if (running != null) {
			running.wakeUp();
		}
		return () -> {
			listening.close();
			this.changeListeners.remove(listening);
		};
	}

	/**
	 * Writes, and waits for the result.
	 */
	WriteResult write(WriteOperation operation) {
		WriteCall<WriteResult> call = call(operation, Function.identity(), true, !DispatchThreads.isTelling());
		submit(call);
		return call.join(this.clock.nanoTime());
	}

	/**
	 * Writes several at once, and waits for all results.
	 */
	void writeAll(List<WriteOperation> operations) {
		List<WriteCall<WriteResult>> calls = new ArrayList<>(operations.size());
		CloneException failure = null;
		try {
			for (WriteOperation operation : operations) {
				WriteCall<WriteResult> call = call(operation, Function.identity(), true, !DispatchThreads.isTelling());
				submit(call);
				calls.add(call);
			}
		}
		catch (CloneException ex) {
			failure = ex;
		}
		for (WriteCall<WriteResult> call : calls) {
			try {
				call.join(this.clock.nanoTime());
			}
			catch (CloneException ex) {
				failure = (failure != null) ? failure : ex;
			}
		}
		if (failure != null) {
			throw failure;
		}
	}

	/**
	 * Writes, and waits for no more than room among the writes in flight.
	 * @param reader makes something of the result; may throw a {@link CloneException}
	 */
	<T> CompletableFuture<T> writeAsync(WriteOperation operation, Function<WriteResult, T> reader) {
		WriteCall<T> call = call(operation, reader, false, true);
		try {
			submit(call);
		}
		catch (CloneException ex) {
			return CompletableFuture.failedFuture(ex);
		}
		return call.future();
	}

	/**
	 * Waits for a sequence, or, with {@link Waiting.Call#BARRIER}, for whatever the
	 * server has.
	 */
	CompletableFuture<Void> await(long sequence) {
		ClientRun running = this.running;
		CompletableFuture<Void> future = new CompletableFuture<>();
		long nowNanos = this.clock.nanoTime();
		if (running == null) {
			future.completeExceptionally(new CloneStoppedException("The client is not running"));
		}
		else if (sequence != Waiting.Call.BARRIER && sequence <= this.replica.sequence()) {
			future.complete(null);
		}
		else if (!running.offer(new Waiting.Call(sequence, this.clock.epochMicros(),
				nowNanos + this.settings.writeTimeout().toNanos(), future), this.settings.writeTimeout().toNanos())) {
			future.completeExceptionally(new CloneNotConnectedException("Too many callers wait for updates already"));
		}
		return future;
	}

	private <T> WriteCall<T> call(WriteOperation operation, Function<WriteResult, T> reader, boolean blocking,
			boolean visibleFirst) {
		return new WriteCall<>(operation, reader, this.budget, this.clock.nanoTime(),
				this.settings.writeTimeout().toNanos(), blocking, visibleFirst);
	}

	private void submit(WriteCall<?> call) {
		ClientRun running = this.running;
		if (running == null) {
			throw new CloneStoppedException("The write of '" + call.operation().key() + "' was not sent: the client "
					+ (this.started ? "has stopped" : "has not started yet"));
		}
		if (running.agent().isStopped()) {
			String withheld = this.replica.withheld();
			throw new CloneStoppedException("The write of '" + call.operation().key() + "' was not sent. "
					+ ((withheld != null) ? withheld : "The client has stopped"));
		}
		boolean room = DispatchThreads.isCompleting() ? this.budget.acquireExcess(call.weight())
				: this.budget.acquire(call.weight(), this.settings.writeTimeout().toNanos());
		if (!room) {
			if (Thread.currentThread().isInterrupted()) {
				throw new CloneInterruptedException(
						"Interrupted before the write of '" + call.operation().key() + "' was sent: it will not be");
			}
			throw new CloneNotConnectedException("The write of '" + call.operation().key() + "' was not sent: "
					+ this.budget.count() + " writes are waiting for their acknowledgement (clone.max-in-flight)");
		}
		if (!running.offer(call)) {
			this.budget.release(call.weight());
			throw new CloneNotConnectedException(
					"The write of '" + call.operation().key() + "' was not sent: the client's mailbox is full");
		}
	}

	private record MapKey(String name, String subtree, ValueCodec<?> codec, @Nullable Duration ttl) {

	}

}
