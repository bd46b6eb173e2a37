package io.github.clonemap.autoconfigure;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import io.github.clonemap.CloneMap;
import io.github.clonemap.CloneState;
import io.github.clonemap.autoconfigure.CloneProperties.Startup;
import io.github.clonemap.autoconfigure.CloneProperties.StartupMode;
import io.github.clonemap.client.CloneClient;
import io.github.clonemap.client.ServerEndpoint;
import io.github.clonemap.server.CloneServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;

/**
 * Tests for {@link CloneServerLifecycle} and {@link CloneClientLifecycle}.
 */
@ExtendWith(OutputCaptureExtension.class)
class CloneLifecycleTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CloneAutoConfiguration.class, CloneServerAutoConfiguration.class))
		.withPropertyValues("clone.server.port=0", "clone.name=lifecycle");

	@Test
	void startWaitsForTheData() {
		this.contextRunner.withBean(StateAtStart.class)
			.run((context) -> assertThat(context.getBean(StateAtStart.class).states).containsExactly(CloneState.LIVE));
	}

	@Test
	void closeEndsThreads() {
		Set<Thread> before = Thread.getAllStackTraces().keySet();
		CloneClient[] client = new CloneClient[1];
		CloneServer[] server = new CloneServer[1];
		this.contextRunner.run((context) -> {
			client[0] = context.getBean(CloneClient.class);
			server[0] = context.getBean(CloneServer.class);
			assertThat(client[0].isRunning()).isTrue();
			assertThat(server[0].isRunning()).isTrue();
		});
		assertThat(client[0].isRunning()).isFalse();
		assertThat(server[0].isRunning()).isFalse();
		Awaitility.await().untilAsserted(() -> assertThat(namesOfNewThreads(before)).isEmpty());
	}

	private static Set<String> namesOfNewThreads(Set<Thread> before) {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> !before.contains(thread) && thread.getName().startsWith("clone-"))
			.map(Thread::getName)
			.collect(Collectors.toSet());
	}

	@Test
	void stoppedMapIsReadableAndTheSameAfterStart() {
		try (TestServer server = TestServer.start()) {
			this.contextRunner.withPropertyValues("clone.servers=" + server.endpoint()).run((context) -> {
				CloneMap<byte[]> map = context.getBean("cloneMap", CloneMap.class);
				map.put("a", bytes("1"));
				context.stop();
				assertThat(map.state()).isEqualTo(CloneState.STOPPED);
				assertThat(map.get("a")).isEqualTo(bytes("1"));
				context.start();
				assertThat(context.getBean("cloneMap")).isSameAs(map);
				assertThat(map.state()).isEqualTo(CloneState.LIVE);
				assertThat(map.get("a")).isEqualTo(bytes("1"));
				map.put("b", bytes("2"));
				assertThat(map).containsOnlyKeys("a", "b");
			});
		}
	}

	@Test
	void pausedContextRestarts() {
		this.contextRunner.run((context) -> {
			ConfigurableApplicationContext configurable = context
				.getSourceApplicationContext(ConfigurableApplicationContext.class);
			CloneMap<byte[]> map = context.getBean("cloneMap", CloneMap.class);
			configurable.pause();
			assertThat(context.getBean(CloneServer.class).isRunning()).isFalse();
			assertThat(map.state()).isEqualTo(CloneState.STOPPED);
			configurable.restart();
			assertThat(map.state()).isEqualTo(CloneState.LIVE);
			map.put("a", bytes("1"));
			assertThat(map.get("a")).isEqualTo(bytes("1"));
		});
	}

	@Test
	void stopIsQuick() {
		this.contextRunner.run((context) -> {
			long start = System.nanoTime();
			context.stop();
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(2));
		});
	}

	@Test
	void asyncStartDoesNotWait() {
		ServerEndpoint nobody = TestServer.nobody();
		this.contextRunner
			.withPropertyValues("clone.servers=" + nobody, "clone.startup.mode=async", "clone.startup.timeout=1h")
			.run((context) -> assertThat(context.getBean(CloneClient.class).state()).isEqualTo(CloneState.CONNECTING));
	}

	@Test
	void waitingStartGoesOnAfterTimeout(CapturedOutput output) {
		ServerEndpoint nobody = TestServer.nobody();
		this.contextRunner.withPropertyValues("clone.servers=" + nobody, "clone.startup.timeout=100ms")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context.getBean(CloneClient.class).isRunning()).isTrue();
				assertThat(output).contains("No data from [" + nobody + "] within 100 ms (clone.startup.timeout)");
			});
	}

	@Test
	void failFastStartFailsAfterTimeoutAndLeavesNoThread() {
		ServerEndpoint nobody = TestServer.nobody();
		Set<Thread> before = Thread.getAllStackTraces().keySet();
		this.contextRunner
			.withPropertyValues("clone.servers=" + nobody, "clone.startup.mode=fail-fast",
					"clone.startup.timeout=100ms")
			.run((context) -> {
				assertThat(context).hasFailed();
				assertThat(context.getStartupFailure()).hasRootCauseInstanceOf(CloneStartupException.class);
				CloneStartupException failure = (CloneStartupException) context.getStartupFailure().getCause();
				assertThat(failure.getServers()).containsExactly(nobody);
				assertThat(failure.getTimeout()).isEqualTo(Duration.ofMillis(100));
			});
		Awaitility.await().untilAsserted(() -> assertThat(namesOfNewThreads(before)).isEmpty());
	}

	@Test
	void failFastStartStopsWhatItHasStarted() throws Exception {
		CloneClient client = mock();
		CloneEventPublisher publisher = mock();
		given(client.awaitLive(any())).willReturn(false);
		CloneClientLifecycle lifecycle = new CloneClientLifecycle(client,
				() -> List.of(new ServerEndpoint("localhost", 1)),
				new Startup(StartupMode.FAIL_FAST, Duration.ofMillis(1)), publisher);
		assertThatExceptionOfType(CloneStartupException.class).isThrownBy(lifecycle::start);
		assertThat(lifecycle.isRunning()).isFalse();
		verify(client).stop();
		verify(publisher).stop();
	}

	@Test
	void failFastStartSucceedsWithServer() {
		this.contextRunner.withPropertyValues("clone.startup.mode=fail-fast")
			.run((context) -> assertThat(context.getBean(CloneClient.class).state()).isEqualTo(CloneState.LIVE));
	}

	@Test
	void interruptEndsTheWait() {
		ServerEndpoint nobody = TestServer.nobody();
		this.contextRunner.withPropertyValues("clone.servers=" + nobody, "clone.startup.timeout=1h")
			.withInitializer((context) -> Thread.currentThread().interrupt())
			.run((context) -> {
				assertThat(Thread.interrupted()).isTrue();
				assertThat(context).hasNotFailed();
			});
	}

	@Test
	void serverStartsBeforeClientAndClientBeforeTheRest() {
		this.contextRunner.run((context) -> {
			int server = context.getBean(CloneServerLifecycle.class).getPhase();
			int client = context.getBean(CloneClientLifecycle.class).getPhase();
			assertThat(server).isEqualTo(SmartLifecycle.DEFAULT_PHASE - 6144).isLessThan(client);
			// Web servers start at DEFAULT_PHASE - 2048 and end their requests at - 1024.
			assertThat(client).isEqualTo(SmartLifecycle.DEFAULT_PHASE - 4096)
				.isLessThan(SmartLifecycle.DEFAULT_PHASE - 2048);
		});
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	/**
	 * Something that starts after us, as a web server does.
	 */
	static class StateAtStart implements SmartLifecycle {

		private final List<CloneState> states = new ArrayList<>();

		private final CloneClient client;

		StateAtStart(CloneClient client) {
			this.client = client;
		}

		@Override
		public void start() {
			this.states.add(this.client.state());
		}

		@Override
		public void stop() {
		}

		@Override
		public boolean isRunning() {
			return !this.states.isEmpty();
		}

		@Override
		public int getPhase() {
			return SmartLifecycle.DEFAULT_PHASE - 2048;
		}

	}

}
