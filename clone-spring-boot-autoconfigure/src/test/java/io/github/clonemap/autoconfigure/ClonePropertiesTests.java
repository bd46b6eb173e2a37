package io.github.clonemap.autoconfigure;

import java.net.InetAddress;
import java.time.Duration;
import java.util.Map;

import io.github.clonemap.autoconfigure.CloneProperties.MapProperties;
import io.github.clonemap.autoconfigure.CloneProperties.StartupMode;
import io.github.clonemap.client.ClientSettings;
import io.github.clonemap.client.ServerEndpoint;
import io.github.clonemap.server.ServerSettings;
import org.junit.jupiter.api.Test;

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
