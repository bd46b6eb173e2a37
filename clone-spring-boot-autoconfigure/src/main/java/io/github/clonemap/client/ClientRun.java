package io.github.clonemap.client;

import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.github.clonemap.CloneState;
import io.github.clonemap.CloneStoppedException;
import io.github.clonemap.CloneWriter;
import io.github.clonemap.agent.Agent;
import io.github.clonemap.agent.AgentSleep;
import io.github.clonemap.agent.AgentThread;
import io.github.clonemap.agent.Clock;
import io.github.clonemap.agent.Mailbox;
import org.jspecify.annotations.Nullable;

/**
 * One run of a client, from start to stop: its threads, its sockets and its mailboxes.
 * Used by any thread.
 */
final class ClientRun implements Agent {

	private static final long STOP_NANOS = TimeUnit.SECONDS.toNanos(5);

	private static final long DISPATCH_STOP_NANOS = TimeUnit.SECONDS.toNanos(1);

	private static final int DRAIN_LIMIT = 4096;

	private final String name;

	private final ClientSockets sockets;

	private final Clock clock;

	private final AgentSleep sleep;

	private final Mailbox<WriteCall<?>> writes;

	private final Mailbox<Waiting.Call> waiting;

	private final DispatchThreads dispatchThreads;

	private final ClientAgent agent;

	private final CloneWriter writer;

	private final Runnable onTooSlow;

	private final AgentThread thread;

	private boolean more;

	private volatile boolean ended;

	ClientRun(ClientSettings settings, List<ServerEndpoint> servers, ClientSockets sockets, Clock clock,
			Replica replica, ChangeListeners changeListeners, ClockOffset offset, ClientTimers timers,
			ClientListener listener, Runnable onTooSlow, @Nullable ClientRun former) {
		this.name = settings.name();
		this.sockets = sockets;
		this.clock = clock;
		this.onTooSlow = onTooSlow;
		this.sleep = new AgentSleep(sockets::wakeUp);
		// The budget bounds what is in it; some room more for those who just acquire.
		this.writes = new Mailbox<>(WriteBudget.EXCESS * settings.maxInFlight() + 64, this.sleep);
		this.waiting = new Mailbox<>(1024, this.sleep);
		this.dispatchThreads = new DispatchThreads(settings.name(), settings.eventThreads(),
				settings.eventQueueCapacity(), settings.eventOverflow(), DispatchThreads.PATIENCE_NANOS,
				(former != null) ? former.dispatchThreads : null);
		this.agent = new ClientAgent(settings, servers, sockets, clock, new SecureRandom(),
				new ClientAgent.Surroundings(replica, changeListeners, this.dispatchThreads, offset, timers, listener));
		this.agent.snail().setAlarm(this::wakeUp);
		this.writer = new CloneWriter(CloneWriter.Kind.NATIVE, this.agent.clientId());
		this.thread = new AgentThread(this, sockets::newThread);
	}

	void start() {
		this.thread.start();
	}

	/**
	 * Ends the agent, then the threads that call the application, if they are not busy
	 * with it for too long.
	 */
	void stop() {
		this.thread.stop(STOP_NANOS);
		this.dispatchThreads.stop(DISPATCH_STOP_NANOS);
	}

	boolean isAlive() {
		return this.thread.isAlive();
	}

	/**
	 * How the client stands to the server; an agent that an error has ended stands
	 * nowhere.
	 */
	CloneState state() {
		return (this.thread.failure() == null) ? this.agent.state() : CloneState.STOPPED;
	}

	ClientAgent agent() {
		return this.agent;
	}

	/**
	 * Who writes in this run.
	 */
	CloneWriter writer() {
		return this.writer;
	}

	DispatchThreads dispatchThreads() {
		return this.dispatchThreads;
	}

	/**
	 * Hands a write to the agent.
	 * @return whether there was room
	 */
	boolean offer(WriteCall<?> call) {
		boolean offered = this.writes.offer(call);
		endIfTooLate();
		return offered;
	}

	/**
	 * Hands a caller that waits to the agent.
	 * @return whether there was room in time
	 */
	boolean offer(Waiting.Call call, long timeoutNanos) {
		boolean offered = this.waiting.offer(call, timeoutNanos);
		endIfTooLate();
		return offered;
	}

	@Override
	public String roleName() {
		return "clone-client-" + this.name;
	}

	@Override
	public void turn() {
		waitForWork();
		this.agent.onTick(this.clock.nanoTime());
		this.more = this.sockets.drain(this.agent);
		for (int i = 0; i < DRAIN_LIMIT; i++) {
			WriteCall<?> call = this.writes.poll();
			if (call == null) {
				break;
			}
			this.agent.onWrite(call);
		}
		for (Waiting.Call call = this.waiting.poll(); call != null; call = this.waiting.poll()) {
			this.agent.onWait(call);
		}
		this.agent.flush();
		if (this.agent.isStopped()) {
			this.thread.end();
		}
	}

	private void waitForWork() {
		if (hasWork()) {
			this.sockets.await(0);
			return;
		}
		long timeoutNanos = this.agent.nextDeadlineNanos() - this.clock.nanoTime();
		this.sleep.fallAsleep();
		this.sockets.await(hasWork() ? 0 : timeoutNanos);
		this.sleep.awake();
	}

	private boolean hasWork() {
		return this.more || !this.writes.isEmpty() || !this.waiting.isEmpty();
	}

	@Override
	public void onClose() {
		this.ended = true;
		try {
			endRemaining();
			this.agent.onStop((this.thread.failure() == null) ? "the client stops" : "an error ended the client");
		}
		finally {
			this.sockets.close();
			if (this.agent.isTooSlow()) {
				this.onTooSlow.run();
			}
		}
	}

	@Override
	public void wakeUp() {
		this.sleep.wakeUp();
		this.sockets.wakeUp();
	}

	@Override
	public boolean abandonIfStuck(long nowNanos) {
		return this.sockets.abandonIfStuck(nowNanos);
	}

	/**
	 * The agent may have looked into its mailboxes for the last time before something was
	 * put in.
	 */
	private void endIfTooLate() {
		if (this.ended) {
			endRemaining();
		}
	}

	/**
	 * Ends what nobody will take from the mailboxes any more.
	 */
	private synchronized void endRemaining() {
		// What a producer is just putting in is announced before it can be taken.
		while (!this.writes.isEmpty()) {
			WriteCall<?> call = this.writes.poll();
			if (call != null) {
				call.failed(new CloneStoppedException(
						"The client stopped before the write of '" + call.operation().key() + "' was sent"))
					.run();
			}
		}
		while (!this.waiting.isEmpty()) {
			Waiting.Call call = this.waiting.poll();
			if (call != null) {
				call.future().completeExceptionally(new CloneStoppedException("The client stopped"));
			}
		}
	}

}
