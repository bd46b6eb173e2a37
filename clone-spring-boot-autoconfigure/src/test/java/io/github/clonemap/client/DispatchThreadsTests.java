package io.github.clonemap.client;

import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.clonemap.CloneChange;
import io.github.clonemap.CloneChangeListener;
import io.github.clonemap.ValueCodec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests of {@link DispatchThreads}.
 */
@ExtendWith(OutputCaptureExtension.class)
class DispatchThreadsTests {

	private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

	private static final Listening<String> LISTENING = new Listening<>(
			new EntryReader<>("flags", "", ValueCodec.STRING, () -> {
			}), new Sleeper());

	@Test
	void anInterruptFlagThatOneListenerLeavesIsNotSeenByTheNext() throws Exception {
		DispatchThreads threads = threads(10, null);
		CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
		CountDownLatch queued = new CountDownLatch(1);
		dispatch(threads, 0, delivery(1, () -> {
			awaitQuietly(queued);
			Thread.currentThread().interrupt();
		}));
		dispatch(threads, 0, delivery(1, () -> interrupted.complete(Thread.currentThread().isInterrupted())));
		queued.countDown();
		assertThat(interrupted.get(5, TimeUnit.SECONDS)).isFalse();
		threads.stop(SECOND);
	}

	@Test
	void whatIsHandedOverInATurnWakesAThreadOnce() throws Exception {
		DispatchThreads threads = threads(10, null);
		Set<Thread> tellers = Collections.synchronizedSet(new HashSet<>());
		dispatch(threads, 0, delivery(1, () -> tellers.add(Thread.currentThread())));
		await().until(() -> tellers.stream().anyMatch((thread) -> thread.getState() == Thread.State.WAITING));
		CountDownLatch told = new CountDownLatch(3);
		for (int i = 0; i < 3; i++) {
			threads.dispatch(0, delivery(1, told::countDown));
		}
		assertThat(told.await(50, TimeUnit.MILLISECONDS)).isFalse();
		assertThat(tellers).allMatch((thread) -> thread.getState() == Thread.State.WAITING);
		assertThat(threads.queued()).isEqualTo(3);
		threads.flush();
		awaitQuietly(told);
		threads.stop(SECOND);
	}

	@Test
	void thereIsNoRoomWhileTheBytesThatWaitAreTooMany() {
		DispatchThreads threads = threads(1000, null);
		CountDownLatch busy = new CountDownLatch(1);
		dispatch(threads, 0, delivery(40 << 20, () -> awaitQuietly(busy)));
		assertThat(threads.hasRoom()).isFalse();
		busy.countDown();
		await().until(threads::hasRoom);
		threads.stop(SECOND);
	}

	@Test
	void theThreadsOfANewRunWaitForTheirBusyPredecessors() {
		List<String> order = new CopyOnWriteArrayList<>();
		CountDownLatch busy = new CountDownLatch(1);
		DispatchThreads former = threads(10, null);
		dispatch(former, 0, delivery(1, () -> {
			awaitQuietly(busy);
			order.add("former");
		}));
		former.stop(TimeUnit.MILLISECONDS.toNanos(10));
		DispatchThreads next = threads(10, former);
		CountDownLatch completed = new CountDownLatch(1);
		dispatch(next, 0, delivery(1, () -> order.add("next")));
		// The thread of the futures has no busy predecessor: it does not wait.
		next.complete(completed::countDown);
		next.flush();
		awaitQuietly(completed);
		assertThat(order).isEmpty();
		busy.countDown();
		await().untilAsserted(() -> assertThat(order).containsExactly("former", "next"));
		next.stop(SECOND);
	}

	@Test
	void aThreadWhoseListenerHangsConflatesAndHoldsNobodyUp() {
		DispatchThreads threads = new DispatchThreads("test", 2, 3, EventOverflow.CONFLATE,
				DispatchThreads.PATIENCE_NANOS, null);
		CountDownLatch hanging = new CountDownLatch(1);
		List<String> told = new CopyOnWriteArrayList<>();
		dispatch(threads, 0, delivery("hangs", 1, () -> {
			told.add("hangs");
			awaitQuietly(hanging);
		}));
		await().untilAsserted(() -> assertThat(told).containsExactly("hangs"));
		for (int i = 0; i < 3; i++) {
			dispatch(threads, 0, delivery("queued", 1, () -> told.add("queued")));
		}
		for (int i = 0; i < 1000; i++) {
			String value = "a" + i;
			dispatch(threads, 0, delivery("a", 1, () -> told.add(value)));
			dispatch(threads, 0, delivery("b", 1, () -> told.add("b")));
			assertThat(threads.hasRoom()).isTrue();
		}
		assertThat(threads.queued()).isEqualTo(5);
		assertThat(threads.conflated()).isEqualTo(1998);
		CountDownLatch other = new CountDownLatch(1);
		dispatch(threads, 1, delivery("other", 1, other::countDown));
		awaitQuietly(other);
		hanging.countDown();
		await()
			.untilAsserted(() -> assertThat(told).containsExactly("hangs", "queued", "queued", "queued", "a999", "b"));
		assertThat(threads.queued()).isZero();
		threads.stop(SECOND);
	}

	@Test
	void changesOfAKeyKeepTheirOrderWhereverTheyWait() throws Exception {
		DispatchThreads threads = new DispatchThreads("test", 1, 1, EventOverflow.CONFLATE,
				DispatchThreads.PATIENCE_NANOS, null);
		AtomicInteger last = new AtomicInteger();
		AtomicInteger late = new AtomicInteger();
		Random random = new Random();
		for (int i = 1; i <= 200_000; i++) {
			int number = i;
			// Bursts, at any moment of a thread that has just run out of work.
			for (int pause = (i % 3 == 0) ? random.nextInt(300) : 0; pause > 0; pause--) {
				Thread.onSpinWait();
			}
			dispatch(threads, 0, delivery("key", 1, () -> {
				if (last.getAndSet(number) > number) {
					late.incrementAndGet();
				}
			}));
		}
		threads.stop(5 * SECOND);
		assertThat(last).hasValue(200_000);
		assertThat(late).hasValue(0);
	}

	@Test
	void aStopHandsOverWhatWasConflated() {
		DispatchThreads threads = new DispatchThreads("test", 1, 1, EventOverflow.CONFLATE,
				DispatchThreads.PATIENCE_NANOS, null);
		CountDownLatch hanging = new CountDownLatch(1);
		List<String> told = new CopyOnWriteArrayList<>();
		dispatch(threads, 0, delivery("hangs", 1, () -> awaitQuietly(hanging)));
		for (int i = 0; i < 10; i++) {
			String key = "k" + i;
			dispatch(threads, 0, delivery(key, 1, () -> told.add(key)));
		}
		threads.stop(1);
		hanging.countDown();
		await().untilAsserted(() -> assertThat(told).hasSize(10));
	}

	@Test
	void aListenerThatDoesNotReturnIsNamed(CapturedOutput output) {
		DispatchThreads threads = new DispatchThreads("test", 1, 100, EventOverflow.BLOCK, 1, null);
		CountDownLatch hanging = new CountDownLatch(1);
		dispatch(threads, 0, delivery(1, () -> awaitQuietly(hanging)));
		dispatch(threads, 0, delivery(1, () -> {
		}));
		await().untilAsserted(() -> {
			threads.onTick(System.nanoTime());
			assertThat(output).contains(
					"clone-events-1-test has been busy with " + Sleeper.class.getName() + " of map 'flags' for ",
					"and 1 changes wait behind it", "DispatchThreadsTests.awaitQuietly");
		});
		int length = output.getAll().length();
		for (int i = 1; i < 100; i++) {
			threads.onTick(System.nanoTime() + SECOND * i);
		}
		assertThat(output.getAll()).hasSize(length);
		hanging.countDown();
		threads.stop(SECOND);
	}

	@Test
	void theSlowestListenerIsVisibleWhileItIsBusyAndAfterwards() {
		DispatchThreads threads = threads(100, null);
		assertThat(threads.workers()).containsExactly(new WorkerReport("clone-events-1-test", 0, null, Duration.ZERO));
		CountDownLatch busy = new CountDownLatch(1);
		dispatch(threads, 0, delivery(1, () -> awaitQuietly(busy)));
		dispatch(threads, 0, delivery(1, () -> {
		}));
		String name = Sleeper.class.getName() + " of map 'flags'";
		await().untilAsserted(() -> assertThat(threads.workers()).singleElement().satisfies((report) -> {
			assertThat(report.slowestListener()).isEqualTo(name);
			assertThat(report.slowest()).isGreaterThan(Duration.ofMillis(50));
			assertThat(report.queued()).isOne();
		}));
		busy.countDown();
		await().until(() -> threads.queued() == 0);
		threads.stop(SECOND);
		assertThat(threads.workers()).singleElement().satisfies((report) -> {
			assertThat(report.slowestListener()).isEqualTo(name);
			assertThat(report.slowest()).isGreaterThan(Duration.ofMillis(50));
		});
	}

	@Test
	void aChangeThatWaitsBehindABusyListenerIsSeenToWait() {
		DispatchThreads threads = threads(100, null);
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch busy = new CountDownLatch(1);
		assertThat(threads.onTick(1)).isZero();
		dispatch(threads, 0, delivery(1, () -> {
			begun.countDown();
			awaitQuietly(busy);
		}));
		awaitQuietly(begun);
		// It takes its time, but was handed over.
		assertThat(threads.onTick(SECOND)).isZero();
		assertThat(threads.onTick(2 * SECOND)).isZero();
		dispatch(threads, 0, delivery(1, () -> {
		}));
		assertThat(threads.onTick(3 * SECOND)).isZero();
		assertThat(threads.onTick(4 * SECOND)).isEqualTo(SECOND);
		// In between nobody looks.
		assertThat(threads.onTick(4 * SECOND + 1)).isZero();
		dispatch(threads, 0, delivery(1, () -> {
		}));
		assertThat(threads.onTick(6 * SECOND)).isEqualTo(3 * SECOND);
		busy.countDown();
		await().until(() -> threads.queued() == 0);
		threads.stop(SECOND);
		assertThat(threads.onTick(8 * SECOND)).isZero();
		assertThat(threads.onTick(9 * SECOND)).isZero();
	}

	@Test
	void behindEntriesThatAreNotInTheStreamAChangeMayWait() {
		DispatchThreads threads = threads(100, null);
		CountDownLatch begun = new CountDownLatch(1);
		CountDownLatch busy = new CountDownLatch(1);
		dispatch(threads, 0, delivery("key", 1, false, () -> {
			begun.countDown();
			awaitQuietly(busy);
		}));
		dispatch(threads, 0, delivery(1, () -> {
		}));
		awaitQuietly(begun);
		for (int i = 1; i < 5; i++) {
			assertThat(threads.onTick(i * SECOND)).isZero();
		}
		busy.countDown();
		await().until(() -> threads.queued() == 0);
		threads.stop(SECOND);
	}

	@Test
	void announcementsThatNobodyHearsAreBounded(CapturedOutput output) {
		DispatchThreads threads = threads(100, null);
		CountDownLatch busy = new CountDownLatch(1);
		List<Integer> heard = new CopyOnWriteArrayList<>();
		CountDownLatch begun = new CountDownLatch(1);
		threads.announce(() -> {
			begun.countDown();
			awaitQuietly(busy);
		});
		threads.flush();
		awaitQuietly(begun);
		for (int i = 0; i < 5000; i++) {
			int number = i;
			threads.announce(() -> heard.add(number));
		}
		assertThat(output).containsOnlyOnce("clone-states-test is still busy with a listener");
		busy.countDown();
		threads.stop(SECOND);
		assertThat(heard).hasSize(1024).endsWith(1023);
	}

	private static void dispatch(DispatchThreads threads, int hash, Dispatcher.Delivery delivery) {
		threads.dispatch(hash, delivery);
		threads.flush();
	}

	private static DispatchThreads threads(int capacity, @Nullable DispatchThreads former) {
		return new DispatchThreads("test", 1, capacity, EventOverflow.BLOCK, DispatchThreads.PATIENCE_NANOS, former);
	}

	private static void awaitQuietly(CountDownLatch latch) {
		try {
			assertThat(latch.await(5, TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static Dispatcher.Delivery delivery(int weight, Runnable work) {
		return delivery("key", weight, work);
	}

	private static Dispatcher.Delivery delivery(String key, int weight, Runnable work) {
		return delivery(key, weight, true, work);
	}

	private static Dispatcher.Delivery delivery(String key, int weight, boolean live, Runnable work) {
		return new Dispatcher.Delivery() {

			@Override
			public int weight() {
				return weight;
			}

			@Override
			public Listening<?> listening() {
				return LISTENING;
			}

			@Override
			public String key() {
				return key;
			}

			@Override
			public boolean isLive() {
				return live;
			}

			@Override
			public Dispatcher.Delivery conflatedWith(Dispatcher.Delivery newer) {
				return newer;
			}

			@Override
			public void run() {
				work.run();
			}

		};
	}

	/**
	 * A listener with a name.
	 */
	private static final class Sleeper implements CloneChangeListener<String> {

		@Override
		public void onChange(CloneChange<String> change) {
			throw new UnsupportedOperationException();
		}

	}

}
