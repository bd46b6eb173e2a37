package io.github.clonemap.zeromq;

import java.io.Closeable;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.List;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import zmq.Ctx;
import zmq.poll.Poller;

/**
 * Takes everything from a context of JeroMQ that has no thread any more: closing it
 * properly would wait for that thread for ever. JeroMQ has no way to do this, so it is
 * done behind its back, by reflection: its threads are told to end, and all channels of
 * its selectors are closed, the port's among them. A thread that is caught in an endless
 * loop cannot be ended.
 */
final class DeadContext {

	private static final Logger logger = LoggerFactory.getLogger(DeadContext.class);

	private DeadContext() {
	}

	/**
	 * Takes everything; what cannot be taken is named in the log. May be called by any
	 * thread.
	 * @param context the context
	 * @param loopSelector the selector of its loop
	 * @param reaper the thread that closes its sockets
	 * @param patienceNanos how long to wait for that thread
	 */
	static void close(Ctx context, Selector loopSelector, @Nullable Thread reaper, long patienceNanos) {
		try {
			stop(field(context, "reaper"));
			for (Object thread : (List<?>) field(context, "ioThreads")) {
				stop(thread);
			}
			// One that finds its selector closed would make a new one.
			IoThread.awaitEnd(reaper, patienceNanos);
			for (Object mailbox : (Object[]) field(context, "slots")) {
				if (mailbox instanceof Closeable pipe) {
					pipe.close();
				}
			}
			for (Object selector : ((List<?>) field(context, "selectors")).toArray()) {
				closeWithChannels((Selector) selector);
			}
			closeWithChannels(loopSelector);
		}
		catch (ReflectiveOperationException | RuntimeException | IOException ex) {
			logger.error("The sockets of a dead thread could not be closed", ex);
		}
	}

	private static void stop(@Nullable Object thread) throws ReflectiveOperationException {
		if (thread != null) {
			Field poller = thread.getClass().getDeclaredField("poller");
			poller.setAccessible(true);
			((Poller) poller.get(thread)).stop();
		}
	}

	private static Object field(Ctx context, String name) throws ReflectiveOperationException {
		Field field = Ctx.class.getDeclaredField(name);
		field.setAccessible(true);
		return field.get(context);
	}

	private static void closeWithChannels(@Nullable Selector selector) throws IOException {
		if (selector == null || !selector.isOpen()) {
			return;
		}
		for (SelectionKey key : selector.keys().toArray(SelectionKey[]::new)) {
			key.channel().close();
		}
		selector.close();
	}

}
