package io.github.clonemap.zeromq;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.github.clonemap.agent.LogLimit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.zeromq.SocketType;
import org.zeromq.ZMQ.Socket;
import zmq.Ctx;
import zmq.Msg;
import zmq.SocketBase;
import zmq.poll.IPollEvents;
import zmq.poll.Poller;

/**
 * A context of JeroMQ whose input and output is done by the thread of the agent that uses
 * its sockets. JeroMQ has a thread of its own for that, and each message would wake one
 * thread more on its way; what is more, JeroMQ 0.6.0 writes a wake-up before it counts
 * it, so the woken thread, where there are few cores, keeps the sender from counting and
 * looks for what it was woken for until its time slice is over.
 * <p>
 * For one thread, the one of {@link #newThread}, except where a method says otherwise.
 */
final class IoLoop {

	private static final Logger logger = LoggerFactory.getLogger(IoLoop.class);

	private static final String IO_THREAD_NAME = "iothread-";

	/**
	 * How often it looks for more before the agent has its turn. A look reads 8 KB of
	 * each connection, and the agent sends on whatever there is: with one look the
	 * batches would stay small however much there is to do.
	 */
	private static final int LOOKS = 32;

	private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(2);

	private static final long END_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

	private static final SocketChannel CLOSED_CHANNEL = closedChannel();

	private final LogLimit notices = new LogLimit(10);

	private final FramePool frames = new FramePool();

	private final IdleYield idleYield = new IdleYield(System.nanoTime());

	private final String name;

	private final IoThread thread;

	private final Ctx context = new Context();

	private final List<Socket> sockets = new ArrayList<>();

	private final AtomicReference<Turn> turn = new AtomicReference<>(Turn.AGENT);

	private final IoSelector selector;

	private @Nullable Poller poller;

	/** Whether the selector that JeroMQ asks for next is the one of its loop. */
	private boolean selectorWanted;

	private @Nullable Thread reaper;

	private volatile boolean woken;

	private volatile @Nullable Throwable death;

	/**
	 * Creates the context, for the thread that calls this if it is one of ours, else for
	 * the one that is still to be asked for.
	 */
	IoLoop(String name) {
		this.name = name;
		this.thread = (Thread.currentThread() instanceof IoThread current) ? current : new IoThread();
		this.selector = new IoSelector(openSelector(), this::sweepAgain);
		this.context.setThreadFactory(this::threadFor);
		// By default JeroMQ prints stack traces, as many as somebody cares to provoke.
		this.context.setNotificationExceptionHandler((thread, ex) -> this.notices.log(System.nanoTime(),
				(leftOut) -> logger.warn("{} has dropped something: {}{}", thread.getName(), ex, leftOut)));
	}

	/**
	 * The thread for everything that is done with the sockets. If it was given away
	 * already, it is caught in a turn that was abandoned, and there is another one.
	 */
	Thread newThread(Runnable work) {
		return ((this.thread.getState() == Thread.State.NEW) ? this.thread : new IoThread()).with(work);
	}

	/**
	 * Makes a socket, on any thread while the loop's own one has not started.
	 */
	Socket createSocket(SocketType type) {
		Socket socket = new ContextSocket(this.context.createSocket(type.type()));
		this.sockets.add(socket);
		return socket;
	}

	/**
	 * The arrays of its frames.
	 */
	FramePool frames() {
		return this.frames;
	}

	/**
	 * Takes back a frame that was received and read. From a loop that was given up
	 * nothing is taken: its thread may still be about to use an array.
	 */
	void giveBack(Msg frame) {
		if (this.death == null) {
			this.frames.giveBack(frame);
		}
	}

	void close(Socket socket) {
		this.sockets.remove(socket);
		socket.close();
	}

	/**
	 * Does input and output: first of what was just sent, then, if there is none, of what
	 * comes.
	 * @param timeoutNanos how long to wait for some at most; 0 or less for not at all
	 */
	void await(long timeoutNanos) {
		if (!poll(0) && timeoutNanos > 0) {
			long start = System.nanoTime();
			if (this.idleYield.isDue(start)) {
				Thread.yield();
				this.idleYield.onYielded(start, System.nanoTime(), this.frames.received());
			}
			poll(timeoutNanos);
		}
	}

	/**
	 * Does what input and output there is.
	 * @param timeoutNanos how long to wait for some; 0 or less for not at all
	 * @return whether there was any
	 */
	boolean poll(long timeoutNanos) {
		if (this.death != null || !this.turn.compareAndSet(Turn.AGENT, Turn.IO)) {
			return false;
		}
		// A look that does not wait takes a wake-up from the selector, too.
		boolean waits = timeoutNanos > 0 && !this.woken;
		// Rounded up: to wake a moment too early would mean to wake twice.
		this.selector.allow(LOOKS, waits ? TimeUnit.NANOSECONDS.toMillis(timeoutNanos + 999_999) : 0);
		try {
			if (this.poller != null) {
				this.poller.run();
			}
			else {
				this.selector.select(0);
			}
		}
		catch (Throwable ex) {
			// A thread that comes back after it was given up may find anything.
			if (ex != IoSelector.DONE && this.turn.get() == Turn.IO) {
				die(ex);
			}
		}
		if (timeoutNanos > 0) {
			this.woken = false;
		}
		this.selector.idle();
		if (!this.selector.isWriting()) {
			this.frames.onAllSent();
		}
		if (!this.turn.compareAndSet(Turn.IO, Turn.AGENT)) {
			throw new IllegalStateException("Another thread goes on");
		}
		return this.selector.hasFound();
	}

	private void die(Throwable ex) {
		this.death = ex;
		logger.error("{} cannot do input and output any more: its connections are dead", this.name, ex);
	}

	/**
	 * Ends the wait of {@link #poll}, now or the next one. May be called by any thread.
	 */
	void wakeUp() {
		this.woken = true;
		this.selector.wakeup();
	}

	/**
	 * Whether there is something that could not be written yet to a connection to a port.
	 */
	boolean isWriting(int port) {
		return this.selector.isWriting(port);
	}

	/**
	 * Ends the connections to a port whose peers have not read for long what there is for
	 * them.
	 * @param port the port
	 * @param now what has gone by: time, or bytes
	 * @param most how much of it may go by
	 * @return how many there were
	 */
	int endBlocked(int port, long now, long most) {
		return this.selector.endBlocked(port, now, most);
	}

	/**
	 * Gives up a thread that has been busy with some input for too long: JeroMQ has been
	 * caught in it. May be called by any thread.
	 * @return whether the thread must not be waited for any more
	 */
	boolean abandonIfStuck(long nowNanos, long patienceNanos) {
		long since = this.selector.busySinceNanos();
		if (since == 0 || nowNanos - since < patienceNanos || !this.turn.compareAndSet(Turn.IO, Turn.ABANDONED)) {
			return false;
		}
		this.death = new IllegalStateException("their thread does not answer");
		return true;
	}

	/**
	 * Why there is no input and output any more. May be called by any thread.
	 * @return the reason, {@code null} if there is
	 */
	@Nullable String trouble() {
		Throwable death = this.death;
		if (death == null) {
			return null;
		}
		return (this.turn.get() == Turn.ABANDONED) ? "their thread does not answer" : "their thread died of " + death;
	}

	/**
	 * Closes everything, in whichever way it still can be. May be called by any thread
	 * while the loop's own one has not started.
	 */
	void close() {
		if (this.death != null) {
			abandon();
		}
		else if (this.thread.getState() == Thread.State.NEW) {
			newThread(this::closeProperly).start();
			IoThread.awaitEnd(this.thread, CLOSE_NANOS);
		}
		else {
			closeProperly();
		}
	}

	private void closeProperly() {
		for (Socket socket : List.copyOf(this.sockets)) {
			close(socket);
		}
		// It waits for the last input and output, which is done here.
		Thread terminator = new Thread(this.context::terminate, this.name + "-end");
		terminator.setDaemon(true);
		terminator.start();
		if (this.poller != null) {
			this.selector.allowUntil(System.nanoTime() + CLOSE_NANOS);
			try {
				this.poller.run();
			}
			catch (Throwable ex) {
				logger.warn("{} could not do its last input and output", this.name, ex);
			}
		}
		IoThread.awaitEnd(terminator, END_NANOS);
		if (terminator.isAlive()) {
			abandon();
			return;
		}
		IoThread.awaitEnd(this.reaper, END_NANOS);
		close(this.selector);
	}

	/**
	 * Closes everything behind JeroMQ's back, without waiting for the loop's thread. May
	 * be called by any thread.
	 */
	void abandon() {
		DeadContext.close(this.context, this.selector, this.reaper, END_NANOS);
	}

	private Thread threadFor(Runnable work, String threadName) {
		if (threadName.startsWith(IO_THREAD_NAME)) {
			this.poller = (Poller) work;
			this.selectorWanted = true;
			return this.thread;
		}
		Thread thread = new Thread(work, this.name + "-" + threadName);
		thread.setDaemon(true);
		thread.setUncaughtExceptionHandler((dead, ex) -> die(ex));
		this.reaper = thread;
		return thread;
	}

	/**
	 * JeroMQ 0.6.0 forgets one to four connections in a hundred when they are made: their
	 * channel changes hands, and it may take the key of its former user for that of its
	 * new one. A new sweep over all channels finds it; what makes it sweep is a user that
	 * comes or goes.
	 */
	private void sweepAgain() {
		Poller poller = this.poller;
		if (poller != null) {
			poller.removeHandle(poller.addHandle(CLOSED_CHANNEL, NoEvents.INSTANCE));
		}
	}

	private static Selector openSelector() {
		try {
			return Selector.open();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static void close(Selector selector) {
		try {
			selector.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static SocketChannel closedChannel() {
		try {
			SocketChannel channel = SocketChannel.open();
			channel.close();
			return channel;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Whose turn it is on the thread.
	 */
	private enum Turn {

		AGENT, IO, ABANDONED

	}

	/**
	 * The context, with our selector for its loop.
	 */
	private final class Context extends Ctx {

		@Override
		public Selector createSelector() {
			// Also called by the constructor above, when nothing is here yet.
			if (IoLoop.this.selectorWanted) {
				IoLoop.this.selectorWanted = false;
				return IoLoop.this.selector;
			}
			return super.createSelector();
		}

	}

	/**
	 * A socket of the context.
	 */
	private static final class ContextSocket extends Socket {

		ContextSocket(SocketBase base) {
			super(base);
		}

	}

	/**
	 * Somebody who wants nothing.
	 */
	private enum NoEvents implements IPollEvents {

		INSTANCE

	}

}
