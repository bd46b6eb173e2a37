package io.github.clonemap.client;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.clonemap.ValueCodec;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests of {@link DispatchThreads}.
 */
class DispatchThreadsTests {

	private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

	private static final Listening<String> LISTENING = new Listening<>(
			new EntryReader<>("flags", "", ValueCodec.STRING, () -> {
			}), (change) -> {
			});

	@Test
	void anInterruptFlagThatOneListenerLeavesIsNotSeenByTheNext() throws Exception {
		DispatchThreads threads = threads(10, null);
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
		DispatchThreads threads = threads(1000, null);
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
		DispatchThreads former = threads(10, null);
		former.dispatch(0, delivery(1, () -> {
			awaitQuietly(busy);
			order.add("former");
		}));
		former.stop(TimeUnit.MILLISECONDS.toNanos(10));
		DispatchThreads next = threads(10, former);
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
				return "key";
			}

			@Override
			public boolean isLive() {
				return true;
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

}
