package io.github.clonemap.zeromq;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.channels.spi.AbstractSelectableChannel;
import java.nio.channels.spi.AbstractSelectionKey;
import java.nio.channels.spi.AbstractSelector;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The selector of JeroMQ's loop, around a real one. The loop of JeroMQ is made to run for
 * ever on a thread of its own; this selector lets it look at its channels a few times and
 * then leave, so that the thread of an agent can do its input and output, too.
 * <p>
 * Keys are ours because a channel finds its key by the selector that it was registered
 * with. Each wraps the key of the real selector.
 */
final class IoSelector extends AbstractSelector {

	/**
	 * Ends the loop of JeroMQ, which catches only exceptions of input and output.
	 */
	static final RuntimeException DONE = new RuntimeException("nothing more to see", null, false, false) {
	};

	private final Selector selector;

	private final Runnable onOrphan;

	private final Set<SelectionKey> keys = new HashSet<>();

	private final Set<SelectionKey> selected = new HashSet<>();

	/** How many looks are still allowed. */
	private int looks;

	/** How long the next look may wait. */
	private long timeoutMillis;

	/** Until when all looks are allowed; 0 if they are counted. */
	private long deadlineNanos;

	private boolean found;

	/** How many channels have something to write. */
	private int writing;

	/** Since when what the last look has found is worked on; 0 if nothing is. */
	private volatile long busySinceNanos;

	/**
	 * Creates the selector.
	 * @param selector the real one
	 * @param onOrphan hears of a channel that is open and was taken out: JeroMQ may have
	 * taken the key of its new user for that of its former one, and forgotten it
	 */
	IoSelector(Selector selector, Runnable onOrphan) {
		super(selector.provider());
		this.selector = selector;
		this.onOrphan = onOrphan;
	}

	/**
	 * Allows looks until one finds nothing, or there were enough.
	 * @param timeoutMillis how long the first one may wait; 0 for not at all
	 */
	void allow(int looks, long timeoutMillis) {
		this.looks = looks;
		this.timeoutMillis = timeoutMillis;
		this.found = false;
	}

	/**
	 * Allows all looks for some time, for the end of the context.
	 */
	void allowUntil(long deadlineNanos) {
		this.deadlineNanos = deadlineNanos | 1;
	}

	/**
	 * Whether one of the looks has found something.
	 */
	boolean hasFound() {
		return this.found;
	}

	/**
	 * Whether some channel has something that the network has not taken yet. Asked after
	 * a look: before each one JeroMQ has told its keys what it waits for, and what was
	 * sent before the first one is among what that one finds.
	 */
	boolean isWriting() {
		return this.writing > 0;
	}

	/**
	 * Since when what a look has found is worked on. May be asked by any thread.
	 * @return the time in nanoseconds, 0 if nothing is worked on
	 */
	long busySinceNanos() {
		return this.busySinceNanos;
	}

	void idle() {
		this.busySinceNanos = 0;
	}

	/**
	 * Whether a connection to a port waits until something can be written.
	 */
	boolean isWriting(int port) {
		for (SelectionKey selectionKey : this.keys) {
			IoKey key = (IoKey) selectionKey;
			if (key.isWriting() && key.isConnectionTo(port)) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Ends the connections to a port to which nothing could be written for long, although
	 * there was something: their peers do not read. JeroMQ has no way to do this; but it
	 * ends a connection whose input ends.
	 * @param port the port
	 * @param now what has gone by: time, or bytes
	 * @param most how much of it may go by
	 * @return how many there were
	 */
	int endBlocked(int port, long now, long most) {
		int ended = 0;
		for (SelectionKey selectionKey : this.keys) {
			IoKey key = (IoKey) selectionKey;
			if (key.isConnectionTo(port) && key.isBlocked(now, most)) {
				try {
					((SocketChannel) key.channel()).shutdownInput();
					ended++;
				}
				catch (IOException ex) {
					// It is closed already, or as good as.
					key.onWritable();
				}
			}
		}
		return ended;
	}

	@Override
	public int select(long timeout) throws IOException {
		boolean orphans = removeCancelled();
		if (this.deadlineNanos != 0) {
			long left = TimeUnit.NANOSECONDS.toMillis(this.deadlineNanos - System.nanoTime());
			if (left <= 0) {
				throw DONE;
			}
			return orphans ? lookNow() : lookFor((timeout == 0) ? left : Math.min(timeout, left));
		}
		if (this.looks-- <= 0) {
			throw DONE;
		}
		long wait = orphans ? 0 : this.timeoutMillis;
		this.timeoutMillis = 0;
		int found = (wait == 0) ? lookNow() : lookFor((timeout == 0) ? wait : Math.min(timeout, wait));
		if (found == 0) {
			throw DONE;
		}
		this.found = true;
		return found;
	}

	private int lookFor(long timeout) throws IOException {
		this.busySinceNanos = 0;
		this.selector.select(timeout);
		return take();
	}

	private int lookNow() throws IOException {
		this.selector.selectNow();
		return take();
	}

	private int take() {
		this.busySinceNanos = System.nanoTime() | 1;
		this.selected.clear();
		Set<SelectionKey> ready = this.selector.selectedKeys();
		for (SelectionKey key : ready) {
			IoKey ioKey = (IoKey) key.attachment();
			if (key.isValid() && key.isWritable()) {
				ioKey.onWritable();
			}
			this.selected.add(ioKey);
		}
		ready.clear();
		return this.selected.size();
	}

	/**
	 * Takes out the keys that were cancelled. Ours goes first: a channel that was closed
	 * is let go of when it loses its last key to the real selector.
	 * @return whether one of the channels is still open
	 */
	private boolean removeCancelled() throws IOException {
		Set<SelectionKey> cancelled = cancelledKeys();
		boolean orphans = false;
		synchronized (cancelled) {
			for (SelectionKey cancelledKey : cancelled) {
				remove((IoKey) cancelledKey);
				orphans |= cancelledKey.channel().isOpen();
			}
			cancelled.clear();
		}
		if (orphans) {
			// A channel can only come back when its cancelled key has gone.
			this.selector.selectNow();
			this.onOrphan.run();
		}
		return orphans;
	}

	private void remove(IoKey key) {
		this.keys.remove(key);
		this.selected.remove(key);
		this.writing -= writes(key.operations);
		deregister(key);
		key.key.cancel();
	}

	@Override
	protected SelectionKey register(AbstractSelectableChannel channel, int operations, Object attachment) {
		try {
			IoKey key = new IoKey(channel.register(this.selector, operations), operations);
			key.key.attach(key);
			key.attach(attachment);
			this.keys.add(key);
			this.writing += writes(operations);
			return key;
		}
		catch (ClosedChannelException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static int writes(int operations) {
		return ((operations & SelectionKey.OP_WRITE) != 0) ? 1 : 0;
	}

	@Override
	public Set<SelectionKey> keys() {
		return Collections.unmodifiableSet(this.keys);
	}

	@Override
	public Set<SelectionKey> selectedKeys() {
		return this.selected;
	}

	@Override
	public int selectNow() throws IOException {
		return select(0);
	}

	@Override
	public int select() throws IOException {
		return select(0);
	}

	@Override
	public Selector wakeup() {
		this.selector.wakeup();
		return this;
	}

	@Override
	protected void implCloseSelector() throws IOException {
		for (SelectionKey key : Set.copyOf(this.keys)) {
			remove((IoKey) key);
		}
		this.selector.close();
	}

	/**
	 * A key of a channel, around that of the real selector.
	 */
	private final class IoKey extends AbstractSelectionKey {

		private final SelectionKey key;

		/** Since when nothing could be written, 0 if nobody knows. */
		private long blockedSince;

		/** How many looks in a row have found that for too long. */
		private int overdue;

		private int operations;

		IoKey(SelectionKey key, int operations) {
			this.key = key;
			this.operations = operations;
		}

		void onWritable() {
			this.blockedSince = 0;
			this.overdue = 0;
		}

		boolean isWriting() {
			return (this.operations & OP_WRITE) != 0;
		}

		boolean isConnectionTo(int port) {
			return channel() instanceof SocketChannel channel && channel.socket().getLocalPort() == port;
		}

		/**
		 * Whether there is something to write, and it could not be written for long. Told
		 * once, at the second look: at the first one it may be this process that stood
		 * still.
		 */
		boolean isBlocked(long now, long most) {
			if (!isWriting()) {
				onWritable();
			}
			else if (this.blockedSince == 0) {
				this.blockedSince = now | 1;
			}
			else if (now - this.blockedSince > most) {
				return ++this.overdue == 2;
			}
			return false;
		}

		@Override
		public SelectableChannel channel() {
			return this.key.channel();
		}

		@Override
		public Selector selector() {
			return IoSelector.this;
		}

		@Override
		public int interestOps() {
			return this.key.interestOps();
		}

		@Override
		public SelectionKey interestOps(int operations) {
			this.key.interestOps(operations);
			IoSelector.this.writing += writes(operations) - writes(this.operations);
			this.operations = operations;
			return this;
		}

		@Override
		public int readyOps() {
			return this.key.readyOps();
		}

	}

}
