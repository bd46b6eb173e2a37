package io.github.clonemap.autoconfigure;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import io.github.clonemap.CloneMap;
import io.github.clonemap.client.ServerEndpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Plays each failure of a start as an application meets it, with all that Boot finds in
 * {@code spring.factories}, and reads what its log says then.
 */
@ExtendWith(OutputCaptureExtension.class)
class FailureAnalysisTests {

	@Test
	void secondInstanceIsToldWhichTwoPropertiesToSet(CapturedOutput output) {
		try (TestServer first = TestServer.start()) {
			ServerEndpoint endpoint = first.endpoint();
			fail("clone.server.port=" + endpoint.port());
			assertThat(output).contains("APPLICATION FAILED TO START")
				.contains("The embedded Clone server cannot listen on " + endpoint + ": the port is in use. Perhaps "
						+ "another instance of this application runs on this machine")
				.contains("To share the map of the instance that runs already")
				.contains("    clone.servers=tcp://localhost:" + endpoint.port() + System.lineSeparator())
				.contains("To host a map of its own")
				.contains("    clone.server.port=0" + System.lineSeparator());
		}
	}

	@Test
	void portOfTheStreamInUseIsExplained(CapturedOutput output) throws IOException {
		int port = FreePorts.place().port();
		try (ServerSocket other = new ServerSocket(port + ServerEndpoint.STREAM_PORT_OFFSET, 1,
				InetAddress.getLoopbackAddress())) {
			fail("clone.server.port=" + port);
			assertThat(output).contains("APPLICATION FAILED TO START")
				.contains("cannot listen on tcp://127.0.0.1:" + other.getLocalPort() + ": the port is in use")
				.contains("3 above clone.server.port, which is " + port + ".")
				.contains("Set clone.server.port to a port that is free together with the one 3 above it")
				.doesNotContain("clone.servers=");
		}
	}

	@ParameterizedTest
	@CsvSource({ "1,updates to clients of RFC 12", "2,the writes of clients of RFC 12" })
	void portOfTheDoorInUseIsExplained(int offset, String what, CapturedOutput output) throws IOException {
		int port = FreePorts.place().port();
		try (ServerSocket other = new ServerSocket(port + offset, 1, InetAddress.getLoopbackAddress())) {
			fail("clone.server.port=" + port, "clone.server.chp.enabled=true");
			assertThat(output).contains("APPLICATION FAILED TO START")
				.contains("cannot listen on tcp://127.0.0.1:" + other.getLocalPort() + ": the port is in use")
				.contains("It is the port for " + what + ", " + offset + " above clone.server.port, which is " + port
						+ ".")
				.contains("free together with the three above it")
				.contains("clone.server.chp.enabled to false");
		}
	}

	@Test
	void addressOfAnotherMachineIsExplained(CapturedOutput output) {
		// Reserved for documentation (RFC 5737): no machine has it.
		fail("clone.server.address=192.0.2.1");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("The embedded Clone server cannot listen on tcp://192.0.2.1:")
			.contains("the address is not one of this machine")
			.contains("Set clone.server.address to an address of this machine")
			.contains("set clone.servers instead");
	}

	@Test
	void mapOfAnotherTypeIsExplained(CapturedOutput output) {
		fail(WantsLongs.class, "clone.server.port=0", "clone.maps.counters.value-type=string");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("A CloneMap with values of type java.lang.Long is injected, but no map has values of that type. "
					+ "Maps: counters (string).")
			.contains("Set clone.maps.<name>.value-type=java.lang.Long for the map that is meant.");
	}

	@Test
	void missingServerIsExplained(CapturedOutput output) {
		ServerEndpoint nobody = TestServer.nobody();
		fail("clone.servers=" + nobody, "clone.startup.mode=fail-fast", "clone.startup.timeout=150ms");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("No Clone server has handed over its data within 150ms. Tried: " + nobody + ".")
			.contains("correct clone.servers")
			.contains("clone.startup.timeout")
			.contains("clone.startup.mode to wait or async");
	}

	@Test
	void badEndpointIsExplained(CapturedOutput output) {
		fail("clone.servers=localhost:5556");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Invalid value 'localhost:5556' for configuration property 'clone.servers'")
			.contains("originating from '\"clone.servers\" from property source \"commandLineArgs\"'")
			.contains("'localhost:5556' is not an endpoint: write tcp://host:port, such as tcp://localhost:5556.");
	}

	@Test
	void missingServersAreExplained(CapturedOutput output) {
		fail("clone.server.enabled=false");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("for configuration property 'clone.servers'")
			.contains("There is no server: set it to where one listens");
	}

	@Test
	void badSubtreeIsExplained(CapturedOutput output) {
		fail("clone.maps.flags.subtree=flags");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Invalid value 'flags' for configuration property 'clone.maps.flags.subtree'")
			.contains("It is not a subtree: it must be empty or start and end with a slash, such as /flags/.");
	}

	@Test
	void unknownValueTypeIsExplained(CapturedOutput output) {
		fail("clone.maps.flags.value-type=com.acme.Flag");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Invalid value 'com.acme.Flag' for configuration property 'clone.maps.flags.value-type'")
			.contains("write string, bytes or the full name of a class.");
	}

	@Test
	void valueTypeThatNeedsJsonIsExplained(CapturedOutput output) {
		fail("clone.maps.flags.value-type=java.util.Date");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Values of type java.util.Date need a JSON library: add spring-boot-starter-jackson");
	}

	@Test
	void invalidClientSettingIsExplained(CapturedOutput output) {
		fail("clone.server-timeout=1ms");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Invalid value '1ms' for configuration property 'clone.server-timeout'")
			.contains("It must be between 50 milliseconds and an hour.");
	}

	@Test
	void invalidServerSettingIsExplainedAlsoWhereItWasNotSet(CapturedOutput output) {
		fail("clone.server.heartbeat=20s");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Invalid value 'PT10S' for configuration property 'clone.server.session-timeout'")
			.contains("It must be at least two heartbeats and less than a day.");
	}

	@Test
	void aRoleWithoutAPeerIsExplained(CapturedOutput output) {
		fail("clone.server.bstar.role=primary", "clone.server.bstar.peer-server=tcp://localhost:5566");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("for configuration property 'clone.server.bstar.peer'")
			.contains("It must be set where clone.server.bstar.role is, as tcp://host:port with the other server's "
					+ "clone.server.bstar.port.")
			.doesNotContain("peer-server,");
	}

	@Test
	void aRoleWithoutThePeersServerIsExplained(CapturedOutput output) {
		fail("clone.server.bstar.role=primary", "clone.server.bstar.peer=tcp://localhost:5004");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("for configuration property 'clone.server.bstar.peer-server'")
			.contains("It must be set where clone.server.bstar.role is, as tcp://host:port with the other server's "
					+ "clone.server.port.");
	}

	@Test
	void aRoleAloneIsToldBothPropertiesThatAreMissing(CapturedOutput output) {
		fail("clone.server.bstar.role=backup");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("for configuration property 'clone.server.bstar.peer'")
			.contains("and so must clone.server.bstar.peer-server, with its clone.server.port.");
	}

	@ParameterizedTest
	@ValueSource(strings = { "localhost:5004", "tcp://localhost", "tcp://localhost:0", "tcp://localhost:65536",
			"tcp://local host:5004" })
	void aBadPeerIsExplained(String peer, CapturedOutput output) {
		fail("clone.server.bstar.role=backup", "clone.server.bstar.peer=" + peer,
				"clone.server.bstar.peer-server=localhost");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Invalid value '" + peer + "' for configuration property 'clone.server.bstar.peer'")
			.contains("tcp://host:port with the other server's clone.server.bstar.port, such as tcp://localhost:5003.");
	}

	@Test
	void aBadServerOfThePeerIsExplained(CapturedOutput output) {
		fail("clone.server.bstar.role=backup", "clone.server.bstar.peer=tcp://localhost:65535",
				"clone.server.bstar.peer-server=localhost:5566");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Invalid value 'localhost:5566' for configuration property 'clone.server.bstar.peer-server'")
			.contains("'localhost:5566' is not an endpoint: write tcp://host:port, such as tcp://localhost:5556.");
	}

	@Test
	void aPeerTimeoutBelowTwoHeartbeatsIsExplained(CapturedOutput output) {
		fail("clone.server.heartbeat=1s", "clone.server.bstar.role=primary",
				"clone.server.bstar.peer=tcp://localhost:5004", "clone.server.bstar.peer-server=tcp://localhost:5566",
				"clone.server.bstar.peer-timeout=1999ms");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Invalid value '1999ms' for configuration property 'clone.server.bstar.peer-timeout'")
			.contains("It must be at least two of clone.server.heartbeat, which is PT1S.");
	}

	@Test
	void aPeerTimeoutThatTheEngineRefusesIsExplained(CapturedOutput output) {
		fail("clone.server.bstar.role=primary", "clone.server.bstar.peer=tcp://localhost:5004",
				"clone.server.bstar.peer-server=tcp://localhost:5566", "clone.server.bstar.peer-timeout=6m");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Invalid value '6m' for configuration property 'clone.server.bstar.peer-timeout'")
			.contains("It must be between 30 milliseconds and 5 minutes.");
	}

	@ParameterizedTest
	@CsvSource({ "5556,5556", "5556,5557", "5556,5559" })
	void aStatePortAmongThoseOfTheServerIsExplained(String port, String statePort, CapturedOutput output) {
		fail("clone.server.port=" + port, "clone.server.bstar.role=primary", "clone.server.bstar.port=" + statePort,
				"clone.server.bstar.peer=tcp://localhost:5004", "clone.server.bstar.peer-server=tcp://localhost:5566");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("Invalid value '" + statePort + "' for configuration property 'clone.server.bstar.port'")
			.contains("It must be outside of 5556 to 5559, the ports of clone.server.port.");
	}

	@Test
	void aStatePortInUseIsExplained(CapturedOutput output) {
		try (TestServer other = TestServer.start()) {
			FreePorts.Place place = FreePorts.place();
			fail("clone.server.port=" + place.port(), "clone.server.bstar.role=primary",
					"clone.server.bstar.port=" + other.endpoint().port(),
					"clone.server.bstar.peer=tcp://localhost:5004",
					"clone.server.bstar.peer-server=tcp://localhost:5566");
			assertThat(output).contains("APPLICATION FAILED TO START")
				.contains(
						"cannot listen on " + other.endpoint() + ": the port is in use. As one of a pair it tells its "
								+ "peer there what it is (clone.server.bstar.port).")
				.contains("Set clone.server.bstar.port to a free port, and clone.server.bstar.peer of the other server")
				.doesNotContain("stream of updates")
				.doesNotContain("clone.servers=")
				.doesNotContain("clone.server.port=0");
		}
	}

	@Test
	void aStateAddressOfAnotherMachineIsExplained(CapturedOutput output) {
		// Reserved for documentation (RFC 5737): no machine has it.
		fail("clone.server.bstar.role=primary", "clone.server.bstar.address=192.0.2.1",
				"clone.server.bstar.peer=tcp://localhost:5004", "clone.server.bstar.peer-server=tcp://localhost:5566");
		assertThat(output).contains("APPLICATION FAILED TO START")
			.contains("cannot listen on tcp://192.0.2.1:5003: the address is not one of this machine")
			.contains("Set clone.server.bstar.address to an address of this machine")
			.doesNotContain("set clone.servers instead");
	}

	private static void fail(String... properties) {
		fail(Application.class, properties);
	}

	private static void fail(Class<?> source, String... properties) {
		List<String> arguments = new ArrayList<>(List.of("--spring.main.banner-mode=off"));
		Stream.of(properties).map((property) -> "--" + property).forEach(arguments::add);
		if (Stream.of(properties).noneMatch((property) -> property.startsWith("clone.server.port"))) {
			arguments.add("--clone.server.port=0");
		}
		SpringApplication application = new SpringApplication(source);
		application.setWebApplicationType(WebApplicationType.NONE);
		assertThatException().isThrownBy(() -> application.run(arguments.toArray(String[]::new)).close());
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ CloneAutoConfiguration.class, CloneServerAutoConfiguration.class })
	static class Application {

	}

	@Configuration(proxyBeanMethods = false)
	@Import(Application.class)
	static class WantsLongs {

		WantsLongs(CloneMap<Long> longs) {
			assertThat(longs).isNotNull();
		}

	}

}
