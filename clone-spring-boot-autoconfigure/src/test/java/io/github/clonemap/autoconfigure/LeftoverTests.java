package io.github.clonemap.autoconfigure;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import io.github.clonemap.CloneException;
import io.github.clonemap.CloneInterruptedException;
import io.github.clonemap.CloneMap;
import io.github.clonemap.CloneState;
import io.github.clonemap.Footprint;
import io.github.clonemap.client.CloneClient;
import io.github.clonemap.client.ServerEndpoint;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * However an application treats its threads and its context, nothing is left behind: no
 * thread, no socket, no file descriptor.
 */
class LeftoverTests {

	private static final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CloneAutoConfiguration.class, CloneServerAutoConfiguration.class))
		.withPropertyValues("clone.server.port=0", "clone.name=leftover", "clone.write-timeout=10s");

	/**
	 * What the JVM opens once and keeps must not count.
	 */
	@BeforeAll
	static void warmUp() {
		contextRunner.run((context) -> map(context).put("a", "1"));
	}

	@Test
	void interruptedWritersAndReadersLeaveNothingBehindAndTheMapGoesOn() {
		Footprint before = Footprint.now();
		contextRunner.run((context) -> {
			CloneMap<String> map = map(context);
			AtomicLong interrupted = new AtomicLong();
			AtomicLong written = new AtomicLong();
			ConcurrentLinkedQueue<Throwable> others = new ConcurrentLinkedQueue<>();
			AtomicBoolean running = new AtomicBoolean(true);
			List<Thread> threads = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				String key = "key" + i;
				threads.add(start(() -> {
					while (running.get()) {
						try {
							map.put(key, "value");
							written.incrementAndGet();
							map.get(key);
						}
						catch (CloneInterruptedException ex) {
							// Whoever is interrupted must still see that.
							if (Thread.interrupted()) {
								interrupted.incrementAndGet();
							}
							else {
								others.add(ex);
							}
						}
						catch (Throwable ex) {
							others.add(ex);
						}
					}
				}));
			}
			Random random = new Random(1);
			await().pollInterval(Duration.ofMillis(1)).atMost(Duration.ofSeconds(20)).until(() -> {
				threads.get(random.nextInt(threads.size())).interrupt();
				return interrupted.get() >= 300;
			});
			running.set(false);
			for (Thread thread : threads) {
				thread.join(10_000);
				assertThat(thread.isAlive()).isFalse();
			}
			assertThat(others).isEmpty();
			assertThat(written).hasPositiveValue();
			assertThat(map.state()).isEqualTo(CloneState.LIVE);
			assertThat(map.put("key0", "after")).isEqualTo("value");
			assertThat(context.getBean(CloneClient.class).report().writesPending()).isZero();
		});
		before.awaitNothingNew();
	}

	@Test
	void aContextThatIsClosedUnderLoadLeavesNothingBehindAndEveryWriterHearsOfIt() {
		Footprint before = Footprint.now();
		for (int round = 0; round < 3; round++) {
			ConcurrentLinkedQueue<Throwable> ends = new ConcurrentLinkedQueue<>();
			ConcurrentLinkedQueue<Future<?>> futures = new ConcurrentLinkedQueue<>();
			List<Thread> threads = new ArrayList<>();
			contextRunner.run((context) -> {
				CloneMap<String> map = map(context);
				AtomicLong written = new AtomicLong();
				map.addListener((change) -> written.incrementAndGet());
				for (int i = 0; i < 4; i++) {
					String key = "key" + i;
					boolean waits = i % 2 == 0;
					threads.add(start(() -> {
						try {
							while (true) {
								if (waits) {
									map.put(key, "value");
								}
								else {
									CompletableFuture<?> future = map.putAsync(key, "value");
									futures.add(future);
									if (future.isCompletedExceptionally()) {
										future.join();
									}
								}
							}
						}
						catch (Throwable ex) {
							ends.add((ex.getCause() != null) ? ex.getCause() : ex);
						}
					}));
				}
				await().until(() -> written.get() > 500);
			});
			await().untilAsserted(() -> assertThat(ends).hasSize(4));
			assertThat(ends).allSatisfy((ex) -> assertThat(ex).isInstanceOf(CloneException.class));
			assertThat(threads).allSatisfy((thread) -> {
				thread.join(10_000);
				assertThat(thread.isAlive()).isFalse();
			});
			// Nobody waits for ever for a write whose outcome nobody will tell.
			await().untilAsserted(() -> assertThat(futures).allMatch(Future::isDone));
		}
		before.awaitNothingNew();
	}

	@Test
	void aContextThatIsPausedAndRestartedAgainAndAgainHoldsNoMoreThanBefore() {
		Footprint before = Footprint.now();
		contextRunner.run((context) -> {
			ConfigurableApplicationContext configurable = context
				.getSourceApplicationContext(ConfigurableApplicationContext.class);
			CloneMap<String> map = map(context);
			map.put("a", "1");
			Footprint running = Footprint.settled();
			for (int i = 0; i < 5; i++) {
				configurable.pause();
				before.awaitNothingNew();
				configurable.restart();
				assertThat(map.state()).isEqualTo(CloneState.LIVE);
				map.put("a", "" + i);
			}
			running.awaitNoMore();
		});
		before.awaitNothingNew();
	}

	@Test
	void anApplicationThatIsStartedAgainInTheSamePlaceFindsItsPortFree() throws Exception {
		Footprint before = Footprint.now();
		int port = freePort();
		for (int i = 0; i < 5; i++) {
			contextRunner.withPropertyValues("clone.server.port=" + port).run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(map(context).put("a", "1")).isNull();
			});
		}
		before.awaitNothingNew();
	}

	@Test
	void aStartThatFailsOnAnInterruptedThreadLeavesNothingBehind() {
		try (TestServer other = TestServer.start()) {
			Footprint before = Footprint.settled();
			contextRunner.withPropertyValues("clone.server.port=" + other.endpoint().port())
				.withInitializer((context) -> Thread.currentThread().interrupt())
				.run((context) -> {
					assertThat(Thread.interrupted()).isTrue();
					assertThat(context).hasFailed();
					assertThat(context.getStartupFailure()).hasStackTraceContaining("the port is in use");
				});
			before.awaitNothingNew();
		}
	}

	@Test
	void anInterruptedThreadStartsAServerAndIsStillInterrupted() {
		Footprint before = Footprint.now();
		contextRunner.withInitializer((context) -> Thread.currentThread().interrupt()).run((context) -> {
			assertThat(Thread.interrupted()).isTrue();
			CloneMap<String> map = map(context);
			await().until(() -> map.state() == CloneState.LIVE);
			map.put("a", "1");
		});
		before.awaitNothingNew();
	}

	@Test
	void aContextThatIsStoppedByAnInterruptedThreadHasNoThreadsAfterwards() {
		Footprint before = Footprint.now();
		contextRunner.run((context) -> {
			CloneMap<String> map = map(context);
			map.addListener((change) -> busy());
			map.put("a", "1");
			Thread.currentThread().interrupt();
			// Not close(): Spring refuses that to a thread that is interrupted.
			context.getSourceApplicationContext(ConfigurableApplicationContext.class).stop();
			assertThat(Thread.interrupted()).isTrue();
			// At once, not some time later: whoever stops a context may start it again.
			assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
				.noneMatch((name) -> name.contains("leftover") || name.startsWith("clone-server"));
		});
		before.awaitNothingNew();
	}

	private static void busy() {
		try {
			Thread.sleep(100);
		}
		catch (InterruptedException ex) {
			throw new AssertionError(ex);
		}
	}

	@Test
	void aContextWithoutAServerIsClosedQuicklyAndLeavesNothingBehind() {
		Footprint before = Footprint.now();
		ServerEndpoint nobody = TestServer.nobody();
		contextRunner
			.withPropertyValues("clone.servers=" + nobody, "clone.startup.mode=async", "clone.write-timeout=1m")
			.run((context) -> {
				CloneMap<String> map = map(context);
				List<CompletableFuture<?>> writes = new ArrayList<>();
				for (int i = 0; i < 100; i++) {
					writes.add(map.putAsync("key" + i, "value"));
				}
				context.getSourceApplicationContext(ConfigurableApplicationContext.class).close();
				for (CompletableFuture<?> write : writes) {
					assertThatExceptionOfType(ExecutionException.class).isThrownBy(() -> write.get(5, TimeUnit.SECONDS))
						.withCauseInstanceOf(CloneException.class);
				}
			});
		before.awaitNothingNew();
	}

	private static CloneMap<String> map(ApplicationContext context) {
		return context.getBean("cloneMap", CloneMap.class).subtree("/leftover/", String.class);
	}

	private static Thread start(Runnable work) {
		Thread thread = new Thread(work, "writer");
		thread.start();
		return thread;
	}

	private static int freePort() throws Exception {
		while (true) {
			try (ServerSocket requests = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
				int port = requests.getLocalPort();
				if (port + ServerEndpoint.STREAM_PORT_OFFSET < 65_536) {
					return port;
				}
			}
		}
	}

}
