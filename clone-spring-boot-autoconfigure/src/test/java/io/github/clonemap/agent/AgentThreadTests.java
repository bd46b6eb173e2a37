package io.github.clonemap.agent;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link AgentThread}.
 */
@Timeout(60)
class AgentThreadTests {

	private static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(30);

	private final WaitingAgent agent = new WaitingAgent();

	private final AgentThread thread = new AgentThread(this.agent, Thread::new);

	@AfterEach
	void end() {
		this.agent.deaf = false;
		this.thread.stop(LONG_NANOS);
	}

	@Test
	void anAgentHasItsTurnsOnADaemonThreadWithItsName() throws Exception {
		this.thread.start();
		this.agent.wakeUp();
		this.agent.turns.acquire(2);
		assertThat(this.thread.isAlive()).isTrue();
		assertThat(this.agent.runner.getName()).isEqualTo("agent under test");
		assertThat(this.agent.runner.isDaemon()).isTrue();
	}

	@Test
	void stopEndsTheWaitThatIsUnderWayAndClosesOnTheAgentsThread() throws Exception {
		this.thread.start();
		this.agent.turns.acquire();
		assertThat(this.thread.stop(LONG_NANOS)).isTrue();
		assertThat(this.thread.isAlive()).isFalse();
		assertThat(this.agent.closer).isSameAs(this.agent.runner);
		assertThat(this.agent.closed).isEqualTo(1);
		assertThat(this.thread.failure()).isNull();
	}

	@Test
	void stopMayBeCalledAgain() {
		this.thread.start();
		assertThat(this.thread.stop(LONG_NANOS)).isTrue();
		assertThat(this.thread.stop(0)).isTrue();
		assertThat(this.agent.closed).isEqualTo(1);
	}

	@Test
	void stopDoesNotWaitLongerThanItShould() throws Exception {
		this.agent.deaf = true;
		this.thread.start();
		this.agent.turns.acquire();
		assertThat(this.thread.stop(5_000_000)).isFalse();
		assertThat(this.thread.isAlive()).isTrue();
		assertThat(this.agent.closed).isZero();
	}

	@Test
	void anInterruptOfTheStoppingThreadIsKeptAndDoesNotShortenTheStop() throws Exception {
		this.thread.start();
		this.agent.turns.acquire();
		Thread.currentThread().interrupt();
		boolean ended = this.thread.stop(LONG_NANOS);
		assertThat(Thread.interrupted()).isTrue();
		assertThat(ended).isTrue();
		assertThat(this.agent.closed).isEqualTo(1);
	}

	@Test
	void theAgentsThreadIsNotInterrupted() throws Exception {
		this.thread.start();
		this.agent.turns.acquire();
		this.thread.stop(LONG_NANOS);
		assertThat(this.agent.wasInterrupted).isFalse();
	}

	@Test
	void anErrorEndsTheAgentIsKeptAndStillClosesIt() throws Exception {
		Error error = new AssertionError("on purpose");
		this.agent.error = error;
		this.thread.start();
		assertThat(this.agent.end.await(30, TimeUnit.SECONDS)).isTrue();
		assertThat(this.thread.failure()).isSameAs(error);
		assertThat(this.thread.stop(LONG_NANOS)).isTrue();
		assertThat(this.thread.isAlive()).isFalse();
		assertThat(this.agent.closed).isEqualTo(1);
		assertThat(this.thread.failure()).isSameAs(error);
	}

	@Test
	void anotherThreadGoesOnWithAnAgentWhoseTurnIsGivenUpAndTheFirstLeavesItAlone() throws Exception {
		Thread first = startAndGiveUp();
		Thread second = this.agent.runner;
		assertThat(second).isNotSameAs(first);
		assertThat(second.getName()).isEqualTo("agent under test");
		awaitEnd(first);
		assertThat(this.agent.closed).isZero();
		assertThat(this.thread.isAlive()).isTrue();
		assertThat(this.thread.stop(LONG_NANOS)).isTrue();
		assertThat(this.agent.closer).isSameAs(second);
		assertThat(this.agent.closed).isEqualTo(1);
		assertThat(this.thread.failure()).isNull();
	}

	@Test
	void whatAThreadThatWasGivenUpFailsWithIsNobodysFailure() throws Exception {
		Thread first = startAndGiveUp();
		this.agent.givenUp = first;
		awaitEnd(first);
		assertThat(this.thread.isAlive()).isTrue();
		assertThat(this.thread.failure()).isNull();
	}

	/**
	 * Starts the agent, and waits until another thread goes on with it.
	 * @return the thread whose turn was given up
	 */
	private Thread startAndGiveUp() throws InterruptedException {
		this.agent.deaf = true;
		this.thread.start();
		this.agent.turns.acquire();
		Thread first = this.agent.runner;
		this.agent.stuck = true;
		this.agent.turns.acquire();
		return first;
	}

	/**
	 * Lets the turns end until the one that was given up has ended, too.
	 */
	private void awaitEnd(Thread givenUp) throws InterruptedException {
		this.agent.deaf = false;
		while (givenUp.isAlive()) {
			this.agent.bell.release();
			givenUp.join(1);
		}
	}

	/**
	 * An agent whose turns wait until it is woken.
	 */
	private static final class WaitingAgent implements Agent {

		private final Semaphore bell = new Semaphore(0);

		private final Semaphore turns = new Semaphore(0);

		private final CountDownLatch end = new CountDownLatch(1);

		private volatile Thread runner;

		private volatile Thread closer;

		private volatile Error error;

		private volatile boolean deaf;

		private volatile boolean stuck;

		private volatile Thread givenUp;

		private volatile boolean wasInterrupted;

		private volatile int closed;

		@Override
		public String roleName() {
			return "agent under test";
		}

		@Override
		public boolean abandonIfStuck(long nowNanos) {
			boolean wasStuck = this.stuck;
			this.stuck = false;
			return wasStuck;
		}

		@Override
		public void turn() {
			this.runner = Thread.currentThread();
			this.turns.release();
			if (this.error != null) {
				throw this.error;
			}
			do {
				this.bell.acquireUninterruptibly();
			}
			while (this.deaf);
			if (Thread.currentThread() == this.givenUp) {
				throw new IllegalStateException("Another thread goes on");
			}
		}

		@Override
		public void onClose() {
			this.closer = Thread.currentThread();
			this.closed++;
			this.wasInterrupted = Thread.currentThread().isInterrupted();
			this.end.countDown();
		}

		@Override
		public void wakeUp() {
			this.bell.release();
		}

	}

}
