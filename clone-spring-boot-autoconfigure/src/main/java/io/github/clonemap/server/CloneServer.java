package io.github.clonemap.server;

import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

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

	private final ServerSettings settings;

	private final ServerSockets.Factory sockets;

	private final Clock clock;

	private volatile @Nullable Running running;

	/**
	 * Creates a server that does not run yet.
	 * @param settings its settings
	 * @param sockets opens its sockets at each start
	 * @param clock where time comes from
	 */
	public CloneServer(ServerSettings settings, ServerSockets.Factory sockets, Clock clock) {
		this.settings = settings;
		this.sockets = sockets;
		this.clock = clock;
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
		Running running = new Running(this.settings, this.sockets.bind(), this.clock);
		running.thread.start();
		this.running = running;
		logger.info("Server {} listens on port {}", Long.toHexString(running.serverId), running.sockets.port());
	}

	/**
	 * Tells the clients, closes the sockets and ends the thread; does nothing if it does
	 * not run. Returns within a few seconds.
	 */
	public synchronized void stop() {
		Running running = this.running;
		if (running != null) {
			this.running = null;
			running.thread.stop(STOP_NANOS);
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
	private static final class Running implements Agent {

		private static final long REPORT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

		private final ServerSockets sockets;

		private final Clock clock;

		private final long serverId;

		private final ServerAgent agent;

		private final AgentThread thread;

		private volatile ServerReport report;

		private long reportNanos;

		private boolean more;

		Running(ServerSettings settings, ServerSockets sockets, Clock clock) {
			this.sockets = sockets;
			this.clock = clock;
			this.serverId = ThreadLocalRandom.current().nextLong(1, Long.MAX_VALUE);
			this.agent = new ServerAgent(settings, sockets, clock, this.serverId);
			this.report = this.agent.report();
			this.reportNanos = clock.nanoTime();
			this.thread = new AgentThread(this);
		}

		@Override
		public String roleName() {
			return "clone-server-" + this.sockets.port();
		}

		@Override
		public void turn() {
			if (!this.more) {
				this.sockets.await(this.agent.nextDeadlineNanos() - this.clock.nanoTime());
			}
			long now = this.clock.nanoTime();
			this.agent.onTick(now);
			this.more = this.sockets.drain(this.agent);
			this.agent.flush();
			if (now - this.reportNanos >= REPORT_NANOS) {
				this.reportNanos = now;
				this.report = this.agent.report();
			}
		}

		@Override
		public void onClose() {
			try {
				this.agent.onStop();
			}
			finally {
				this.sockets.close();
			}
		}

		@Override
		public void wakeUp() {
			this.sockets.wakeUp();
		}

	}

}
