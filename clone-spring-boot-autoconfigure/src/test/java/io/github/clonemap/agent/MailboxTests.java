package io.github.clonemap.agent;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link Mailbox} and its {@link AgentSleep}.
 */
class MailboxTests {

	private static final long LONG_NANOS = TimeUnit.SECONDS.toNanos(10);

	private final AtomicInteger alarms = new AtomicInteger();

	private final AgentSleep sleep = new AgentSleep(this.alarms::incrementAndGet);

	private final Mailbox<String> mailbox = new Mailbox<>(4, this.sleep);

	@Test
	void whatIsPutInComesOutInOrder() {
		this.mailbox.offer("a");
		this.mailbox.offer("b");
		assertThat(this.mailbox.size()).isEqualTo(2);
		assertThat(this.mailbox.peek()).isEqualTo("a");
		assertThat(this.mailbox.poll()).isEqualTo("a");
		assertThat(this.mailbox.poll()).isEqualTo("b");
		assertThat(this.mailbox.poll()).isNull();
		assertThat(this.mailbox.isEmpty()).isTrue();
	}

	@Test
	void aFullMailboxTakesNothingMore() {
		for (int i = 0; i < 4; i++) {
			assertThat(this.mailbox.offer("item")).isTrue();
		}
		assertThat(this.mailbox.offer("one more")).isFalse();
		assertThat(this.mailbox.offer("one more", 1_000_000)).isFalse();
		this.mailbox.poll();
		assertThat(this.mailbox.offer("one more")).isTrue();
	}

	@Test
	void whoeverWaitsForRoomGetsIt() throws Exception {
		for (int i = 0; i < 4; i++) {
			this.mailbox.offer("item");
		}
		List<Boolean> taken = new ArrayList<>();
		Thread waiting = new Thread(() -> taken.add(this.mailbox.offer("patient", LONG_NANOS)));
		waiting.start();
		this.mailbox.poll();
		waiting.join(TimeUnit.NANOSECONDS.toMillis(LONG_NANOS));
		assertThat(taken).containsExactly(true);
		assertThat(this.mailbox.size()).isEqualTo(4);
	}

	@Test
	void anInterruptedThreadDoesNotWaitForRoomAndStaysInterrupted() {
		for (int i = 0; i < 4; i++) {
			this.mailbox.offer("item");
		}
		Thread.currentThread().interrupt();
		assertThat(this.mailbox.offer("one more", Long.MAX_VALUE)).isFalse();
		assertThat(Thread.interrupted()).isTrue();
	}

	@Test
	void anAwakeAgentIsNotWoken() {
		this.mailbox.offer("a");
		assertThat(this.alarms).hasValue(0);
	}

	@Test
	void onlyTheFirstThingAfterTheAgentFellAsleepWakesIt() {
		this.sleep.fallAsleep();
		this.mailbox.offer("a");
		this.mailbox.offer("b");
		assertThat(this.alarms).hasValue(1);
		this.sleep.fallAsleep();
		this.mailbox.offer("c");
		assertThat(this.alarms).hasValue(2);
	}

	@Test
	void anAgentThatWokeByItselfIsNotWoken() {
		this.sleep.fallAsleep();
		this.sleep.awake();
		this.mailbox.offer("a");
		assertThat(this.alarms).hasValue(0);
	}

	@Test
	@Timeout(60)
	void noWakeUpIsLost() throws Exception {
		int producers = 4;
		int each = 20_000;
		Semaphore bell = new Semaphore(0);
		AgentSleep sleep = new AgentSleep(bell::release);
		Mailbox<long[]> mailbox = new Mailbox<>(64, sleep);
		CountDownLatch refused = new CountDownLatch(1);
		List<Thread> threads = new ArrayList<>();
		for (int i = 0; i < producers; i++) {
			int producer = i;
			threads.add(new Thread(() -> {
				for (int n = 0; n < each; n++) {
					if (!mailbox.offer(new long[] { producer, n }, LONG_NANOS)) {
						refused.countDown();
						return;
					}
					// Often the agent has nothing to do and falls asleep just now.
					for (int spin = n % 200; spin > 0 && !mailbox.isEmpty(); spin--) {
						Thread.onSpinWait();
					}
				}
			}));
		}
		threads.forEach(Thread::start);
		long[] next = new long[producers];
		int sleeps = 0;
		for (int received = 0; received < producers * each;) {
			long[] item = mailbox.poll();
			if (item != null) {
				assertThat(item[1]).isEqualTo(next[(int) item[0]]++);
				received++;
				continue;
			}
			bell.drainPermits();
			sleep.fallAsleep();
			if (mailbox.isEmpty()) {
				sleeps++;
				assertThat(bell.tryAcquire(10, TimeUnit.SECONDS)).as("woken for number %d", received).isTrue();
			}
			sleep.awake();
		}
		assertThat(sleeps).isPositive();
		assertThat(refused.getCount()).isOne();
		for (Thread thread : threads) {
			thread.join();
		}
	}

}
