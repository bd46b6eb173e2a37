package io.github.clonemap.sample;

import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.clonemap.CloneChange;
import io.github.clonemap.CloneChange.Kind;
import io.github.clonemap.CloneEntry;
import io.github.clonemap.event.CloneChangeEvent;
import io.github.clonemap.event.CloneServerRoleChangedEvent;
import io.github.clonemap.event.CloneStateChangedEvent;
import io.github.clonemap.sample.EventStream.Event;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.task.SimpleAsyncTaskExecutorBuilder;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * The open event streams. They begin with the event {@code snapshot}; {@code flag},
 * {@code reading} and {@code state} follow as things change.
 */
@Component
class EventStreams implements SmartLifecycle {

	private static final long NO_TIMEOUT = 0;

	private final FleetBoard board;

	private final EventStreamProperties properties;

	private final Executor executor;

	private final Semaphore vacancies;

	private final Set<EventStream> streams = ConcurrentHashMap.newKeySet();

	private volatile boolean running;

	EventStreams(FleetBoard board, EventStreamProperties properties, SimpleAsyncTaskExecutorBuilder executor) {
		this.board = board;
		this.properties = properties;
		this.executor = executor.threadNamePrefix("event-stream-").build();
		this.vacancies = new Semaphore(properties.maxStreams());
	}

	/**
	 * Opens a stream.
	 * @return its emitter
	 * @throws StreamsExhaustedException if too many are open, or the application is
	 * closing
	 */
	SseEmitter open() {
		if (!this.running || !this.vacancies.tryAcquire()) {
			throw new StreamsExhaustedException();
		}
		SseEmitter emitter = new SseEmitter(NO_TIMEOUT);
		EventStream stream = new EventStream(emitter, new Event("snapshot", this.board::snapshot), this.properties);
		// It hears all changes from here on, and takes its snapshot later: none is lost.
		this.streams.add(stream);
		if (!this.running) {
			stream.close();
		}
		this.executor.execute(() -> run(stream));
		return emitter;
	}

	private void run(EventStream stream) {
		try {
			stream.run();
		}
		finally {
			this.streams.remove(stream);
			this.vacancies.release();
		}
	}

	@EventListener
	void onFlag(CloneChangeEvent<Flag> event) {
		CloneChange<Flag> change = event.getChange();
		String name = change.key();
		broadcast("flag", () -> new FlagChange(change.kind(), name, this.board.flag(name)));
	}

	@EventListener
	void onReading(CloneChangeEvent<Reading> event) {
		CloneChange<Reading> change = event.getChange();
		ReadingKey key = ReadingKey.parse(change.key());
		if (key != null) {
			broadcast("reading", () -> ReadingChange.of(change.kind(), key, this.board.reading(key)));
		}
	}

	@EventListener({ CloneStateChangedEvent.class, CloneServerRoleChangedEvent.class })
	void onState() {
		broadcastState();
	}

	/**
	 * Shows the sequence as it moves, and the staleness as it grows.
	 */
	@Scheduled(fixedDelay = 1, timeUnit = TimeUnit.SECONDS)
	void broadcastState() {
		broadcast("state", this.board::state);
	}

	private void broadcast(String name, Supplier<?> data) {
		if (!this.streams.isEmpty()) {
			Event event = new Event(name, data);
			this.streams.forEach((stream) -> stream.offer(event));
		}
	}

	@Override
	public void start() {
		this.running = true;
	}

	/**
	 * Ends the streams before the web server waits for its requests to end.
	 */
	@Override
	public void stop() {
		this.running = false;
		this.streams.forEach(EventStream::close);
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	/**
	 * A flag has changed.
	 *
	 * @param kind what happened
	 * @param name the name of the flag
	 * @param flag the flag as it is now, absent if there is none
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	record FlagChange(Kind kind, String name, @Nullable FlagView flag) {

	}

	/**
	 * A reading has changed.
	 *
	 * @param kind what happened
	 * @param instance the name of the instance
	 * @param name the name of the reading
	 * @param reading the reading as it is now, absent if there is none
	 * @param updated when it was published, by the server's clock
	 */
	@JsonInclude(JsonInclude.Include.NON_NULL)
	record ReadingChange(Kind kind, String instance, String name, @Nullable Reading reading,
			@Nullable Instant updated) {

		static ReadingChange of(Kind kind, ReadingKey key, @Nullable CloneEntry<Reading> entry) {
			return new ReadingChange(kind, key.instance(), key.name(), (entry != null) ? entry.value() : null,
					(entry != null) ? entry.serverTime() : null);
		}

	}

}
