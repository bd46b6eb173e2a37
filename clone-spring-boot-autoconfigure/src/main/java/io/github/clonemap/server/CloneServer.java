package io.github.clonemap.server;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import io.github.clonemap.CloneConflict;
import io.github.clonemap.Registration;
import io.github.clonemap.agent.Agent;
import io.github.clonemap.agent.AgentThread;
import io.github.clonemap.agent.Clock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A server, with its thread and its sockets. It can be started and stopped more than
 * once; each start is a new server, without entries.
 * <p>
 * All methods may be called by any thread.
 *
 * @since 0.1.0
 */
public final class CloneServer implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(CloneServer.class);

	private static final long STOP_NANOS = TimeUnit.SECONDS.toNanos(5);

	private final List<ServerListener> listeners = new CopyOnWriteArrayList<>();

	private final ServerSettings settings;

	private final @Nullable PairSettings pairSettings;

	private final ServerSockets.Factory sockets;

	private final Clock clock;

	private volatile @Nullable Running running;

	/**
	 * Creates a server that is alone, and does not run yet.
	 * @param settings its settings
	 * @param sockets opens its sockets at each start
	 * @param clock where time comes from
	 */
	public CloneServer(ServerSettings settings, ServerSockets.Factory sockets, Clock clock) {
		this(settings, null, sockets, clock);
	}

	/**
	 * Creates a server that does not run yet.
	 * @param settings its settings
	 * @param pairSettings the settings of one of a pair, {@code null} for a server that
	 * is alone
	 * @param sockets opens its sockets at each start
	 * @param clock where time comes from
	 */
	public CloneServer(ServerSettings settings, @Nullable PairSettings pairSettings, ServerSockets.Factory sockets,
			Clock clock) {
		this.settings = settings;
		this.pairSettings = pairSettings;
		this.sockets = sockets;
		this.clock = clock;
	}

	/**
	 * Adds somebody who hears what happens to the server.
	 * @param listener the listener
	 * @return ends it
	 */
	public Registration addListener(ServerListener listener) {
		this.listeners.add(listener);
		return () -> this.listeners.remove(listener);
	}

	/**
	 * Binds the sockets and starts the thread; does nothing if it runs already.
	 * @throws ServerBindException if a port is not free or the address is not one of this
	 * machine
	 */
	public synchronized void start() {
		if (this.running != null) {
			return;
		}
		Running running = new Running(this.sockets.bind());
		running.thread.start();
		this.running = running;
		logger.info("Server {} listens on port {}", Long.toHexString(running.serverId), running.sockets.port());
	}

	/**
	 * Hands over to the other server of the pair, if there is one that has everything,
	 * tells the clients, closes the sockets and ends the thread; does nothing if it does
	 * not run. Returns within a few seconds, when the listeners have heard all that there
	 * was to hear.
	 */
	public synchronized void stop() {
		Running running = this.running;
		if (running != null) {
			this.running = null;
			running.thread.stop(STOP_NANOS);
			running.announcer.awaitEnd();
			logger.info("Server {} has stopped", Long.toHexString(running.serverId));
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
		Running running = this.running;
		return running != null && running.thread.isAlive();
	}

	/**
	 * The port of the requests.
	 * @return the port that is bound
	 * @throws IllegalStateException if the server does not run
	 */
	public int port() {
		Running running = this.running;
		if (running == null) {
			throw new IllegalStateException("The server does not run");
		}
		return running.sockets.port();
	}

	/**
	 * The numbers of some moment in the last quarter of a second.
	 * @return the report, or {@code null} if the server does not run
	 */
	public @Nullable ServerReport report() {
		Running running = this.running;
		return (running != null) ? running.report : null;
	}

	/**
	 * What keeps a server that runs from serving anybody: its sockets have died and could
	 * not be replaced yet.
	 * @return what, or {@code null} if there is nothing, or the server does not run
	 */
	public @Nullable String trouble() {
		Running running = this.running;
		return (running != null) ? running.sockets.trouble() : null;
	}

	/**
	 * How many times sockets that had died have been replaced since the start.
	 * @return the number
	 */
	public int renewals() {
		Running running = this.running;
		return (running != null) ? running.sockets.renewals() : 0;
	}

	/**
	 * One run of the server, from start to stop.
	 */
	private final class Running implements Agent {

		private static final long REPORT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

		/**
		 * How long a server that stops waits for its peer to take over.
		 */
		private static final long HAND_OVER_NANOS = TimeUnit.SECONDS.toNanos(1);

		private final ServerSockets sockets;

		private final Clock clock;

		private final Announcer announcer;

		private final long serverId;

		private final ServerAgent agent;

		private final AgentThread thread;

		private volatile ServerReport report;

		private long reportNanos;

		private boolean more;

		Running(ServerSockets sockets) {
			this.sockets = sockets;
			this.clock = CloneServer.this.clock;
			this.serverId = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
			this.announcer = new Announcer(roleName() + "-events");
			this.agent = new ServerAgent(CloneServer.this.settings, CloneServer.this.pairSettings, sockets, this.clock,
					this.serverId, new SecureRandom(), this.announcer);
			this.report = this.agent.report();
			this.reportNanos = this.clock.nanoTime();
			this.thread = new AgentThread(this, sockets::newThread);
		}

		@Override
		public String roleName() {
			return "clone-server-" + this.sockets.port();
		}

		@Override
		public void turn() {
			this.sockets.await(this.more ? 0 : this.agent.nextDeadlineNanos() - this.clock.nanoTime());
			long now = this.clock.nanoTime();
			this.agent.onTick(now);
			this.more = this.sockets.drain(this.agent);
			this.agent.flush();
			if (now - this.reportNanos >= REPORT_NANOS || this.announcer.hasNews()) {
				this.reportNanos = now;
				this.report = this.agent.report();
				// After the report, so that whoever hears news and looks there sees it.
				this.announcer.announce();
			}
		}

		@Override
		public void onClose() {
			try {
				if (this.thread.failure() == null) {
					handOver();
				}
				this.agent.onStop();
			}
			finally {
				this.announcer.end();
				this.sockets.close();
			}
		}

		private void handOver() {
			long start = this.clock.nanoTime();
			this.agent.beginStop();
			while (!this.agent.isReadyToStop() && this.clock.nanoTime() - start < HAND_OVER_NANOS) {
				turn();
			}
		}

		@Override
		public void wakeUp() {
			this.sockets.wakeUp();
		}

		@Override
		public boolean abandonIfStuck(long nowNanos) {
			return this.sockets.abandonIfStuck(nowNanos);
		}

	}

	/**
	 * Keeps what the agent tells until the end of its turn, then tells the listeners, on
	 * a thread that may block.
	 */
	private final class Announcer implements ServerListener {

		private final List<Consumer<ServerListener>> news = new ArrayList<>();

		private final ExecutorService executor;

		private volatile @Nullable Thread thread;

		Announcer(String threadName) {
			this.executor = Executors.newSingleThreadExecutor((work) -> {
				Thread thread = new Thread(work, threadName);
				thread.setDaemon(true);
				this.thread = thread;
				return thread;
			});
		}

		@Override
		public void onRoleChanged(ServerRole from, ServerRole to, int epoch) {
			this.news.add((listener) -> listener.onRoleChanged(from, to, epoch));
		}

		@Override
		public void onConflicts(List<CloneConflict> conflicts) {
			this.news.add((listener) -> listener.onConflicts(conflicts));
		}

		boolean hasNews() {
			return !this.news.isEmpty();
		}

		void announce() {
			this.news.forEach(this::announce);
			this.news.clear();
		}

		/**
		 * The last thing that the agent does with it.
		 */
		void end() {
			announce();
			this.executor.shutdown();
		}

		/**
		 * Waits for the listeners: an application that ends would otherwise take with it
		 * what one of them is about to write down. A listener that stops the server does
		 * not wait for itself.
		 */
		void awaitEnd() {
			if (Thread.currentThread() == this.thread) {
				return;
			}
			try {
				if (!this.executor.awaitTermination(STOP_NANOS, TimeUnit.NANOSECONDS)) {
					logger.warn("A listener of the server does not return: nobody waits for it any longer");
				}
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

		private void announce(Consumer<ServerListener> event) {
			this.executor.execute(() -> CloneServer.this.listeners.forEach((listener) -> {
				try {
					event.accept(listener);
				}
				catch (RuntimeException ex) {
					logger.warn("A listener of the server failed", ex);
				}
			}));
		}

	}

}
