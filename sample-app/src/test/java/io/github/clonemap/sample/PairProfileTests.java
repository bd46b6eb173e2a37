package io.github.clonemap.sample;

import java.io.IOException;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.PropertySource;
import org.springframework.core.io.ClassPathResource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The profiles of a pair must fit each other, or the two never meet.
 */
class PairProfileTests {

	private final PropertySource<?> primary = load("primary");

	private final PropertySource<?> backup = load("backup");

	private final PropertySource<?> client = load("client");

	@Test
	void eachServerLooksForTheOtherWhereItIs() {
		assertThatPeerIs(this.primary, this.backup);
		assertThatPeerIs(this.backup, this.primary);
		assertThat(this.primary.getProperty("clone.server.bstar.role")).isEqualTo("primary");
		assertThat(this.backup.getProperty("clone.server.bstar.role")).isEqualTo("backup");
	}

	@Test
	void clientsKnowBothServersThePrimaryFirst() {
		assertThat(this.client.getProperty("clone.servers"))
			.isEqualTo("tcp://localhost:" + number(this.primary, "clone.server.port") + ", tcp://localhost:"
					+ number(this.backup, "clone.server.port"));
		assertThat(this.client.getProperty("clone.server.enabled")).isEqualTo(false);
	}

	@Test
	void noTwoUseTheSamePort() {
		// P to P+3: the two in between are for the door of RFC 12.
		int[] ports = IntStream.of(number(this.primary, "clone.server.port"), number(this.backup, "clone.server.port"))
			.flatMap((port) -> IntStream.rangeClosed(port, port + 3))
			.toArray();
		assertThat(ports).doesNotHaveDuplicates();
		assertThat(IntStream.concat(IntStream.of(ports),
				IntStream.of(number(this.primary, "server.port"), number(this.backup, "server.port"),
						number(this.primary, "clone.server.bstar.port"),
						number(this.backup, "clone.server.bstar.port"))))
			.doesNotHaveDuplicates();
	}

	private static void assertThatPeerIs(PropertySource<?> server, PropertySource<?> peer) {
		assertThat(server.getProperty("clone.server.bstar.peer"))
			.isEqualTo("tcp://localhost:" + number(peer, "clone.server.bstar.port"));
		assertThat(server.getProperty("clone.server.bstar.peer-server"))
			.isEqualTo("tcp://localhost:" + number(peer, "clone.server.port"));
	}

	private static int number(PropertySource<?> source, String name) {
		return Integer.parseInt(String.valueOf(source.getProperty(name)));
	}

	private static PropertySource<?> load(String profile) {
		String name = "application-" + profile + ".yml";
		try {
			return new YamlPropertySourceLoader().load(name, new ClassPathResource(name)).get(0);
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
