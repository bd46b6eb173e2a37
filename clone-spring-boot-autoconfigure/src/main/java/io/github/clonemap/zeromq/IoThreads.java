package io.github.clonemap.zeromq;

import java.io.Closeable;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import io.github.clonemap.agent.LogLimit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.zeromq.ZContext;
import zmq.poll.Poller;

/**
 * The threads of one context of JeroMQ, which do its input and output: whether one has
 * died, and what to do with a context whose thread has died or hangs.
 * <p>
 * May be used by any thread.
 */
final class IoThreads {

	private static final Logger logger = LoggerFactory.getLogger(IoThreads.class);

	private static final long END_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

	private final LogLimit notices = new LogLimit(10);

	private final List<Thread> threads = new CopyOnWriteArrayList<>();

	private volatile @Nullable Throwable death;

	/**
	 * Prepares a context, before its first socket.
	 */
	void of(ZContext context, String name) {
		context.setThreadFactor((work, threadName) -> {
			Thread thread = new Thread(work, name + "-" + threadName);
			thread.setDaemon(true);
			this.threads.add(thread);
			thread.setUncaughtExceptionHandler((dead, ex) -> {
				this.death = ex;
				logger.error("{} has died: its connections are dead, too", dead.getName(), ex);
			});
			return thread;
		});
		// By default JeroMQ prints stack traces, as many as somebody cares to provoke.
		context.setNotificationExceptionHandler((thread, ex) -> this.notices.log(System.nanoTime(),
				(leftOut) -> logger.warn("{} has dropped something: {}{}", thread.getName(), ex, leftOut)));
	}

	/**
	 * What a thread died of.
	 */
	@Nullable Throwable death() {
		return this.death;
	}

	/**
	 * Closes a context, in whichever way it still can be, and waits for its threads:
	 * JeroMQ itself goes on a moment before they have ended.
	 */
	void close(ZContext context) {
		if (this.death == null) {
			context.close();
			awaitEnd();
		}
		else {
			abandon(context);
		}
	}

	/**
	 * Takes everything from a context whose thread does not answer any more: closing it
	 * properly would wait for that thread for ever. JeroMQ has no way to do this, so it
	 * is done behind its back: its threads are told to end, and all channels of its
	 * selectors are closed, the port's among them. A thread that is caught in an endless
	 * loop cannot be ended.
	 */
	void abandon(ZContext context) {
		try {
			Object ctx = field(context.getContext(), "ctx");
			stop(field(ctx, "reaper"));
			for (Object thread : (List<?>) field(ctx, "ioThreads")) {
				stop(thread);
			}
			awaitEnd();
			for (Object mailbox : (Object[]) field(ctx, "slots")) {
				if (mailbox instanceof Closeable pipe) {
					pipe.close();
				}
			}
			for (Object selector : ((List<?>) field(ctx, "selectors")).toArray()) {
				close((Selector) selector);
			}
		}
		catch (ReflectiveOperationException | RuntimeException | IOException ex) {
			logger.error("The sockets of a dead thread could not be closed", ex);
		}
	}

	private static void stop(Object thread) throws ReflectiveOperationException {
		((Poller) field(thread, "poller")).stop();
	}

	/**
	 * Waits for the threads that still can end: one that finds its selector closed would
	 * make a new one.
	 */
	private void awaitEnd() {
		long deadline = System.nanoTime() + END_NANOS;
		while (this.threads.stream().anyMatch(Thread::isAlive) && System.nanoTime() - deadline < 0) {
			LockSupport.parkNanos(this, END_NANOS / 100);
		}
	}

	private static Object field(Object target, String name) throws ReflectiveOperationException {
		Field field = target.getClass().getDeclaredField(name);
		field.setAccessible(true);
		return field.get(target);
	}

	private static void close(@Nullable Selector selector) throws IOException {
		if (selector == null || !selector.isOpen()) {
			return;
		}
		for (SelectionKey key : selector.keys().toArray(SelectionKey[]::new)) {
			key.channel().close();
		}
		selector.close();
	}

}
