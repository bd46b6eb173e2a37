package io.github.clonemap.client;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests of {@link DispatchThreads}.
 */
class DispatchThreadsTests {

	private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

	@Test
	void anInterruptFlagThatOneListenerLeavesIsNotSeenByTheNext() throws Exception {
		DispatchThreads threads = new DispatchThreads("test", 1, 10, null);
		CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
		CountDownLatch queued = new CountDownLatch(1);
		threads.dispatch(0, delivery(1, () -> {
			awaitQuietly(queued);
			Thread.currentThread().interrupt();
		}));
		threads.dispatch(0, delivery(1, () -> interrupted.complete(Thread.currentThread().isInterrupted())));
		queued.countDown();
		assertThat(interrupted.get(5, TimeUnit.SECONDS)).isFalse();
		threads.stop(SECOND);
	}

	@Test
	void thereIsNoRoomWhileTheBytesThatWaitAreTooMany() {
		DispatchThreads threads = new DispatchThreads("test", 1, 1000, null);
		CountDownLatch busy = new CountDownLatch(1);
		threads.dispatch(0, delivery(40 << 20, () -> awaitQuietly(busy)));
		assertThat(threads.hasRoom()).isFalse();
		busy.countDown();
		await().until(threads::hasRoom);
		threads.stop(SECOND);
	}

	@Test
	void theThreadsOfANewRunWaitForTheirBusyPredecessors() {
		List<String> order = new CopyOnWriteArrayList<>();
		CountDownLatch busy = new CountDownLatch(1);
		DispatchThreads former = new DispatchThreads("test", 1, 10, null);
		former.dispatch(0, delivery(1, () -> {
			awaitQuietly(busy);
			order.add("former");
		}));
		former.stop(TimeUnit.MILLISECONDS.toNanos(10));
		DispatchThreads next = new DispatchThreads("test", 1, 10, former);
		CountDownLatch completed = new CountDownLatch(1);
		next.dispatch(0, delivery(1, () -> order.add("next")));
		// The thread of the futures has no busy predecessor: it does not wait.
		next.complete(completed::countDown);
		awaitQuietly(completed);
		assertThat(order).isEmpty();
		busy.countDown();
		await().untilAsserted(() -> assertThat(order).containsExactly("former", "next"));
		next.stop(SECOND);
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
		return new Dispatcher.Delivery() {

			@Override
			public int weight() {
				return weight;
			}

			@Override
			public void run() {
				work.run();
			}

		};
	}

}
