package io.github.clonemap.autoconfigure;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.clonemap.CloneMap;
import io.github.clonemap.CloneState;
import io.github.clonemap.agent.Clock;
import io.github.clonemap.client.CloneClient;
import io.github.clonemap.client.ServerEndpoint;
import io.github.clonemap.event.CloneServerStartedEvent;
import io.github.clonemap.server.CloneServer;
import io.github.clonemap.server.ServerSettings;
import io.github.clonemap.zeromq.ZmqServerSockets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.util.unit.DataSize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link CloneServerAutoConfiguration}.
 */
@ExtendWith(OutputCaptureExtension.class)
class CloneServerAutoConfigurationTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CloneAutoConfiguration.class, CloneServerAutoConfiguration.class))
		.withPropertyValues("clone.server.port=0", "clone.startup.mode=async");

	@ParameterizedTest
	@CsvSource({ "'','',true", "'',tcp://localhost:1,false", "true,'',true", "true,tcp://localhost:1,true",
			"false,tcp://localhost:1,false" })
	void serverRunsUnlessServersAreKnown(String enabled, String servers, boolean expected) {
		ApplicationContextRunner runner = this.contextRunner.withPropertyValues("clone.servers=" + servers);
		if (!enabled.isEmpty()) {
			runner = runner.withPropertyValues("clone.server.enabled=" + enabled);
		}
		runner.run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBeansOfType(CloneServer.class)).hasSize(expected ? 1 : 0);
			assertThat(context.getBeansOfType(CloneServerLifecycle.class)).hasSize(expected ? 1 : 0);
		});
	}

	@Test
	void serverRunsIfItHasARoleUnlessItIsDisabled() {
		ApplicationContextRunner runner = this.contextRunner.withPropertyValues(
				"clone.servers=tcp://localhost:1,tcp://localhost:2", "clone.server.bstar.role=backup",
				"clone.server.bstar.port=" + FreePorts.place().statePort(), "clone.server.bstar.peer=tcp://localhost:3",
				"clone.server.bstar.peer-server=tcp://localhost:1");
		runner.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(CloneServer.class));
		runner.withPropertyValues("clone.server.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(CloneServer.class));
	}

	@Test
	void serverRunsBesideConnectionDetailsOnlyIfAskedFor() {
		ApplicationContextRunner runner = this.contextRunner.withBean(CloneConnectionDetails.class,
				() -> () -> List.of(new ServerEndpoint("localhost", 1)));
		runner.run((context) -> assertThat(context).doesNotHaveBean(CloneServer.class));
		runner.withPropertyValues("clone.server.enabled=true")
			.run((context) -> assertThat(context).hasSingleBean(CloneServer.class));
	}

	@Test
	void applicationMayReplaceServer() {
		ServerSettings settings = ServerSettings.defaults();
		CloneServer server = new CloneServer(settings,
				ZmqServerSockets.factory("127.0.0.1", 0, settings.maxValueSize()), Clock.system());
		this.contextRunner.withBean("own", CloneServer.class, () -> server)
			.withPropertyValues("clone.startup.mode=wait")
			.run((context) -> {
				assertThat(context).getBean(CloneServer.class).isSameAs(server);
				assertThat(server.isRunning()).isTrue();
				assertThat(context.getBean(CloneClient.class).state()).isEqualTo(CloneState.LIVE);
			});
		assertThat(server.isRunning()).isFalse();
	}

	@Test
	void settingsComeFromProperties() {
		this.contextRunner
			.withPropertyValues("clone.server.heartbeat=20ms", "clone.server.session-timeout=1m",
					"clone.server.history=7", "clone.server.max-entries=2", "clone.server.max-value-size=3B",
					"clone.server.max-key-length=5", "clone.server.max-bytes=1KB")
			.run((context) -> assertThat(CloneSettings.server(context.getBean(CloneProperties.class).server()))
				.isEqualTo(new ServerSettings(Duration.ofMillis(20), Duration.ofMinutes(1), 7, 2, 3, 5, 1024)));
	}

	@Test
	void largestValueFits() {
		this.contextRunner.withPropertyValues("clone.startup.mode=wait").run((context) -> {
			CloneMap<byte[]> map = context.getBean("cloneMap", CloneMap.class);
			byte[] value = new byte[(int) DataSize.ofMegabytes(1).toBytes()];
			map.put("large", value);
			assertThat(map.get("large")).isEqualTo(value);
		});
	}

	@Test
	void freePortIsTold() {
		this.contextRunner.withUserConfiguration(Hearing.class).run((context) -> {
			int port = context.getBean(CloneServer.class).port();
			assertThat(port).isPositive();
			assertThat(context.getEnvironment().getProperty("local.clone.server.port", Integer.class)).isEqualTo(port);
			assertThat(context.getEnvironment().getPropertySources().contains("server.ports")).isTrue();
			assertThat(context.getBean(Hearing.class).ports).containsExactly(port);
			assertThat(context.getBean(CloneConnectionDetails.class).getServers())
				.containsExactly(new ServerEndpoint("127.0.0.1", port));
		});
	}

	@Test
	void freePortIsToldToParents() {
		try (AnnotationConfigApplicationContext parent = new AnnotationConfigApplicationContext()) {
			parent.refresh();
			this.contextRunner.withParent(parent).run((context) -> {
				String port = Integer.toString(context.getBean(CloneServer.class).port());
				assertThat(parent.getEnvironment().getProperty("local.clone.server.port")).isEqualTo(port);
				assertThat(context.getEnvironment().getProperty("local.clone.server.port")).isEqualTo(port);
			});
		}
	}

	@Test
	void freePortIsInjected() {
		this.contextRunner.run((context) -> {
			WithPort target = new WithPort();
			context.getAutowireCapableBeanFactory().autowireBean(target);
			assertThat(target.port).isEqualTo(context.getBean(CloneServer.class).port());
		});
	}

	@Test
	void restartedServerIsFoundAgainOnItsNewPort() {
		this.contextRunner.withUserConfiguration(Hearing.class)
			.withPropertyValues("clone.startup.mode=wait")
			.run((context) -> {
				context.stop();
				context.start();
				int port = context.getBean(CloneServer.class).port();
				assertThat(context.getBean(Hearing.class).ports).hasSize(2).endsWith(port);
				assertThat(context.getEnvironment().getProperty("local.clone.server.port", Integer.class))
					.isEqualTo(port);
				assertThat(context.getBean(CloneClient.class).state()).isEqualTo(CloneState.LIVE);
			});
	}

	@Test
	void loopbackNeedsNoWarning(CapturedOutput output) {
		this.contextRunner.run((context) -> assertThat(output).doesNotContain("trusted network"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "0.0.0.0", "::" })
	void everyOtherAddressIsWarnedOf(String address, CapturedOutput output) {
		this.contextRunner.withPropertyValues("clone.server.address=" + address, "clone.startup.mode=wait")
			.run((context) -> {
				assertThat(context.getBean(CloneClient.class).state()).isEqualTo(CloneState.LIVE);
				assertThat(output).containsOnlyOnce("Keep them inside a trusted network")
					.doesNotContain("clone.server.bstar.address");
			});
	}

	@ParameterizedTest
	@CsvSource({ "127.0.0.1,,false", "127.0.0.1,0.0.0.0,true", "0.0.0.0,,true", "0.0.0.0,127.0.0.1,false" })
	void theAddressForThePeerIsWarnedOfToo(String address, String stateAddress, boolean warned, CapturedOutput output) {
		ApplicationContextRunner runner = this.contextRunner.withPropertyValues("clone.server.address=" + address,
				"clone.server.bstar.role=backup", "clone.server.bstar.port=" + FreePorts.place().statePort(),
				"clone.server.bstar.peer=tcp://localhost:3", "clone.server.bstar.peer-server=tcp://localhost:1");
		if (stateAddress != null) {
			runner = runner.withPropertyValues("clone.server.bstar.address=" + stateAddress);
		}
		runner.run((context) -> {
			assertThat(context).hasNotFailed();
			String warning = "tells its peer on 0.0.0.0 what it is (clone.server.bstar.address)";
			assertThat(output.getOut().contains(warning)).isEqualTo(warned);
		});
	}

	@Test
	void doorForClientsInAnyLanguageIsClosedUnlessOpenedOnPurpose(CapturedOutput output) {
		this.contextRunner.run((context) -> {
			int port = context.getBean(CloneServer.class).port();
			for (int offset : new int[] { 1, 2 }) {
				assertThatExceptionOfType(ConnectException.class).isThrownBy(() -> connect(port + offset));
			}
			assertThat(output).doesNotContain("clone.server.chp.enabled");
		});
	}

	@Test
	void doorForClientsInAnyLanguageIsWarnedOf(CapturedOutput output) {
		this.contextRunner.withPropertyValues("clone.server.chp.enabled=true").run((context) -> {
			int port = context.getBean(CloneServer.class).port();
			for (int offset : new int[] { 0, 1, 2, 3 }) {
				connect(port + offset);
			}
			assertThat(output).containsOnlyOnce("lets clients of RFC 12 in (clone.server.chp.enabled)")
				.contains("ports " + port + ", " + (port + 1) + " and " + (port + 2) + " of 127.0.0.1");
		});
	}

	private static void connect(int port) throws IOException {
		new Socket(InetAddress.getLoopbackAddress(), port).close();
	}

	static class Hearing {

		private final List<Integer> ports = new ArrayList<>();

		@EventListener
		void on(CloneServerStartedEvent event) {
			assertThat(event.getSource()).isInstanceOf(CloneServer.class);
			this.ports.add(event.getPort());
		}

	}

	static class WithPort {

		@LocalCloneServerPort
		private int port;

	}

}
