package io.github.clonemap.autoconfigure;

import java.net.InetAddress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import io.github.clonemap.autoconfigure.CloneProperties.MapProperties;
import io.github.clonemap.autoconfigure.CloneProperties.StartupMode;
import io.github.clonemap.binarystar.BinaryStarRole;
import io.github.clonemap.client.ClientSettings;
import io.github.clonemap.client.ServerEndpoint;
import io.github.clonemap.server.PairSettings;
import io.github.clonemap.server.ServerSettings;
import io.github.clonemap.zeromq.PeerEndpoints;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CloneProperties}.
 */
class ClonePropertiesTests {

	@Test
	void clientDefaultsAreThoseOfTheEngine() {
		assertThat(CloneSettings.client(bind(Map.of()), "clone")).isEqualTo(ClientSettings.defaults());
	}

	@Test
	void serverDefaultsAreThoseOfTheEngine() throws Exception {
		CloneProperties.Server server = bind(Map.of()).server();
		assertThat(CloneSettings.server(server)).isEqualTo(ServerSettings.defaults());
		assertThat(server.port()).isEqualTo(ServerEndpoint.parse("tcp://localhost").port());
		assertThat(server.address()).isEqualTo(InetAddress.getByName("127.0.0.1"));
		assertThat(server.enabled()).isNull();
	}

	@Test
	void aServerIsAloneUnlessItHasARole() {
		CloneProperties.Server server = bind(Map.of()).server();
		assertThat(CloneSettings.pair(server)).isNull();
		assertThat(server.bstar().port()).isEqualTo(5003);
		assertThat(server.bstar().conflictLog()).isNull();
	}

	@Test
	void pairDefaultsAreThoseOfTheEngine() {
		CloneProperties.Server server = bind(Map.of("clone.server.bstar.role", "backup")).server();
		PairSettings pair = CloneSettings.pair(server);
		assertThat(pair).isEqualTo(new PairSettings(BinaryStarRole.BACKUP,
				ServerSettings.defaults().heartbeat().multipliedBy(PairSettings.DEFAULT_PEER_TIMEOUT_HEARTBEATS),
				false));
	}

	@Test
	void pairSettingsComeFromProperties() {
		CloneProperties.Server server = bind(Map.of("clone.server.heartbeat", "1s", "clone.server.bstar.role",
				"primary", "clone.server.bstar.peer-timeout", "2s", "clone.server.bstar.start-alone", "true",
				"clone.server.bstar.peer", "tcp://b:5004", "clone.server.bstar.peer-server", "tcp://b:5566",
				"clone.server.bstar.port", "5005"))
			.server();
		assertThat(CloneSettings.pair(server))
			.isEqualTo(new PairSettings(BinaryStarRole.PRIMARY, Duration.ofSeconds(2), true));
		assertThat(CloneSettings.peer(server))
			.isEqualTo(new PeerEndpoints("127.0.0.1", 5005, "tcp://b:5004", new ServerEndpoint("b", 5566)));
	}

	@ParameterizedTest
	@CsvSource({ "10.0.0.5,,10.0.0.5", "10.0.0.5,10.0.0.6,10.0.0.6", "::1,,[0:0:0:0:0:0:0:1]" })
	void aServerTellsItsPeerWhereItListensUnlessToldOtherwise(String address, String stateAddress, String expected) {
		Map<String, String> properties = new HashMap<>(
				Map.of("clone.server.address", address, "clone.server.bstar.role", "primary", "clone.server.bstar.peer",
						"tcp://b:5004", "clone.server.bstar.peer-server", "tcp://b:5566"));
		if (stateAddress != null) {
			properties.put("clone.server.bstar.address", stateAddress);
		}
		assertThat(CloneSettings.peer(bind(properties).server()).address()).isEqualTo(expected);
	}

	@Test
	void otherDefaults() {
		CloneProperties properties = bind(Map.of());
		assertThat(properties.enabled()).isTrue();
		assertThat(properties.servers()).isEmpty();
		assertThat(properties.name()).isNull();
		assertThat(properties.maps()).isEmpty();
		assertThat(properties.startup().mode()).isEqualTo(StartupMode.WAIT);
		assertThat(properties.startup().timeout()).isEqualTo(Duration.ofSeconds(10));
		assertThat(properties.events().enabled()).isTrue();
	}

	@Test
	void mapDefaults() {
		CloneProperties properties = bind(Map.of("clone.maps.flags.ttl", "1s"));
		assertThat(properties.maps())
			.containsExactly(Map.entry("flags", new MapProperties(null, "string", Duration.ofSeconds(1))));
	}

	@Test
	void startupModeIsWrittenInAnyOfBootsWays() {
		assertThat(bind(Map.of("clone.startup.mode", "fail-fast")).startup().mode()).isEqualTo(StartupMode.FAIL_FAST);
		assertThat(bind(Map.of("clone.startup.mode", "FAIL_FAST")).startup().mode()).isEqualTo(StartupMode.FAIL_FAST);
	}

	private static CloneProperties bind(Map<String, String> properties) {
		return new Binder(new MapConfigurationPropertySource(properties)).bindOrCreate("clone", CloneProperties.class);
	}

}
