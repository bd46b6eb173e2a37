package io.github.clonemap.autoconfigure;

import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import io.github.clonemap.CloneMap;
import io.github.clonemap.CloneState;
import io.github.clonemap.CloneStoppedException;
import io.github.clonemap.actuate.CloneEndpoint;
import io.github.clonemap.autoconfigure.actuate.CloneEndpointAutoConfiguration;
import io.github.clonemap.client.ClientReport;
import io.github.clonemap.client.ClientSettings;
import io.github.clonemap.client.CloneClient;
import io.github.clonemap.event.CloneChangeEvent;
import io.github.clonemap.event.CloneSnailEvent;
import io.github.clonemap.health.CloneHealthIndicator;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.boot.ExitCodeEvent;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link SnailExit}, and of an application that is a snail.
 */
class SnailExitTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CloneAutoConfiguration.class, CloneServerAutoConfiguration.class,
				CloneEndpointAutoConfiguration.class))
		.withPropertyValues("clone.server.port=0", "clone.snail.max-latency=100ms",
				"management.endpoints.web.exposure.include=clone");

	@Test
	void snailThatReportsIsHeardOnceAndGoesOn() {
		this.contextRunner.withBean(Slow.class).run((context) -> {
			writeMuch(context);
			Slow slow = context.getBean(Slow.class);
			Awaitility.await().until(() -> slow.snails.size() == 1);
			assertThat(slow.snails).singleElement().satisfies((event) -> {
				assertThat(event.getSource()).isSameAs(context.getBean(CloneClient.class));
				assertThat(event.getLatency()).isGreaterThan(Duration.ofMillis(100));
				assertThat(event.getError()).isLessThan(event.getLatency());
			});
			assertThat(map(context).state()).isEqualTo(CloneState.LIVE);
			Awaitility.await().until(() -> context.getBean(CloneClient.class).report().croaks() > 2);
			assertThat(slow.snails).hasSize(1);
		});
	}

	@Test
	void snailThatStopsIsDownAndComesBackWithTheLifecycle() {
		this.contextRunner.withBean(Slow.class).withPropertyValues("clone.snail.policy=stop").run((context) -> {
			CloneMap<byte[]> map = map(context);
			CloneClient client = context.getBean(CloneClient.class);
			writeMuch(context);
			Awaitility.await()
				.untilAsserted(() -> assertThat(client.report()).extracting(ClientReport::state)
					.as("state of %s", client.report())
					.isEqualTo(CloneState.STOPPED));
			assertThatExceptionOfType(CloneStoppedException.class).isThrownBy(() -> map.get("0"));
			assertThat(new CloneHealthIndicator(client).health().getStatus()).isEqualTo(Status.DOWN);
			assertThat(context.getBean(CloneEndpoint.class).reports().maps()).singleElement()
				.satisfies((shown) -> assertThat(shown.entries()).isNull());
			Awaitility.await().until(() -> context.getBean(Slow.class).snails.size() == 1);
			assertThat(context.getSourceApplicationContext(ConfigurableApplicationContext.class).isActive()).isTrue();
			context.getBean(Slow.class).millis = 0;
			context.stop();
			context.start();
			assertThat(map.state()).isEqualTo(CloneState.LIVE);
			map.put("0", new byte[] { 1 });
			assertThat(map.get("0")).containsExactly(1);
		});
	}

	@Test
	void snailThatExitsClosesTheContextWithItsExitCode() {
		try (ConfigurableApplicationContext context = SpringApplication.run(Application.class, "--clone.server.port=0",
				"--clone.snail.max-latency=100ms", "--clone.snail.policy=exit")) {
			Slow slow = context.getBean(Slow.class);
			writeMuch(context);
			Awaitility.await().until(() -> !context.isActive());
			assertThat(slow.exitCodes).containsExactly(75);
		}
	}

	@Test
	void onlyThePolicyExitEndsAnything() {
		CloneClient client = mock();
		given(client.settings()).willReturn(ClientSettings.defaults());
		long before = threads();
		new SnailExit(client, mock(), (code) -> {
		}).run();
		assertThat(threads()).isEqualTo(before);
	}

	private static long threads() {
		return Thread.getAllStackTraces().keySet().stream().filter((t) -> t.getName().equals("clone-exit")).count();
	}

	@Test
	@Timeout(60)
	void theProcessEndsWithTheExitCode(@TempDir Path directory) throws Exception {
		Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
				"-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), Main.class.getName())
			.directory(directory.toFile())
			.redirectErrorStream(true)
			.redirectOutput(new File(directory.toFile(), "log"))
			.start();
		try {
			assertThat(process.waitFor(50, TimeUnit.SECONDS)).isTrue();
			assertThat(process.exitValue()).isEqualTo(SnailExit.EXIT_CODE);
			assertThat(directory.resolve("log")).content().contains("ends with exit code 75 (clone.snail.policy)");
		}
		finally {
			process.destroyForcibly();
		}
	}

	private static CloneMap<byte[]> map(ApplicationContext context) {
		return context.getBean("cloneMap", CloneMap.class);
	}

	/**
	 * Not until the clocks are known so well that what comes after the start cannot be
	 * what came before it.
	 */
	private static void writeMuch(ApplicationContext context) {
		CloneClient client = context.getBean(CloneClient.class);
		Awaitility.await()
			.until(() -> client.report().clockErrorMicros() > 0 && client.report().clockErrorMicros() < 10_000);
		CloneMap<byte[]> map = map(context);
		Awaitility.await().pollDelay(Duration.ofMillis(50)).until(() -> map.state() == CloneState.LIVE);
		CompletableFuture<?> last = CompletableFuture.completedFuture(null);
		for (int i = 0; i < 50; i++) {
			last = map.putAsync("0", new byte[] { (byte) (i + 1) });
		}
		last.exceptionally((failure) -> null).join();
	}

	/**
	 * An application as one is started.
	 */
	static class Main {

		public static void main(String[] args) {
			ConfigurableApplicationContext context = SpringApplication.run(Application.class, "--clone.server.port=0",
					"--clone.snail.max-latency=100ms", "--clone.snail.policy=exit", "--spring.main.keep-alive=true");
			writeMuch(context);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Slow.class)
	static class Application {

	}

	static class Slow {

		private final List<CloneSnailEvent> snails = new CopyOnWriteArrayList<>();

		private final List<Integer> exitCodes = new CopyOnWriteArrayList<>();

		private volatile int millis = 20;

		@EventListener
		void on(CloneChangeEvent<byte[]> event) throws InterruptedException {
			TimeUnit.MILLISECONDS.sleep(this.millis);
		}

		@EventListener
		void on(CloneSnailEvent event) {
			this.snails.add(event);
		}

		@EventListener
		void on(ExitCodeEvent event) {
			this.exitCodes.add(event.getExitCode());
		}

	}

}
