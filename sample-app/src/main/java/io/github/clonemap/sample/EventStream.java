package io.github.clonemap.sample;

import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * The server-sent events for one browser, and the task that sends them.
 * <p>
 * Only that task's thread touches the emitter. An emitter holds its lock while it writes
 * to a slow connection, and even {@link SseEmitter#complete()} waits for it; so everybody
 * else only adds to the queue or clears a flag, and no browser can block them.
 */
final class EventStream implements Runnable {

	private static final Logger logger = LoggerFactory.getLogger(EventStream.class);

	private static final long RECONNECT_MILLIS = 1000;

	private static final Event WAKE_UP = new Event("wake-up", () -> "");

	private final SseEmitter emitter;

	private final BlockingQueue<Event> queue;

	private final long heartbeatNanos;

	private volatile boolean open = true;

	/**
	 * Creates the stream.
	 * @param emitter where events go
	 * @param first the event to begin with
	 * @param properties its bounds
	 */
	EventStream(SseEmitter emitter, Event first, EventStreamProperties properties) {
		this.emitter = emitter;
		this.queue = new ArrayBlockingQueue<>(properties.queueCapacity());
		this.queue.add(first);
		this.heartbeatNanos = properties.heartbeat().toNanos();
		emitter.onCompletion(this::close);
		emitter.onTimeout(this::close);
		emitter.onError((failure) -> close());
	}

	/**
	 * Adds an event. A browser that does not take its events in time is cut off: it
	 * connects again and begins with a snapshot. May be called by any thread, never
	 * blocks.
	 * @param event the event
	 */
	void offer(Event event) {
		if (this.open && !this.queue.offer(event)) {
			logger.info("A browser is too slow for its events and is cut off");
			close();
		}
	}

	/**
	 * Ends the stream soon. May be called by any thread, never blocks.
	 */
	void close() {
		this.open = false;
		this.queue.clear();
		this.queue.offer(WAKE_UP);
	}

	@Override
	public void run() {
		try {
			sendUntilClosed();
			this.emitter.complete();
		}
		catch (IOException ex) {
			// The servlet container has noticed it too, and completes the request.
			logger.debug("A browser has gone", ex);
		}
		catch (InterruptedException ex) {
			this.emitter.complete();
			Thread.currentThread().interrupt();
		}
		catch (RuntimeException ex) {
			logger.warn("An event could not be sent; its stream ends", ex);
			this.emitter.complete();
		}
		finally {
			this.open = false;
		}
	}

	private void sendUntilClosed() throws IOException, InterruptedException {
		this.emitter.send(SseEmitter.event().reconnectTime(RECONNECT_MILLIS));
		long heartbeat = System.nanoTime() + this.heartbeatNanos;
		while (this.open) {
			Event event = this.queue.poll(heartbeat - System.nanoTime(), TimeUnit.NANOSECONDS);
			if (event != null && event != WAKE_UP) {
				send(event);
			}
			if (System.nanoTime() - heartbeat >= 0) {
				this.emitter.send(SseEmitter.event().comment("heartbeat"));
				heartbeat = System.nanoTime() + this.heartbeatNanos;
			}
		}
	}

	private void send(Event event) throws IOException {
		Object data = event.data().get();
		this.emitter.send(SseEmitter.event().name(event.name()).data(data));
	}

	/**
	 * What to send.
	 *
	 * @param name the name of the event
	 * @param data makes its data at the moment at which it is sent, so that no event
	 * shows an older state than the one before it
	 */
	record Event(String name, Supplier<?> data) {

	}

}
