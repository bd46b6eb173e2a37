package io.github.clonemap.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.RecordComponent;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.StreamSupport;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of what development environments are told of our properties.
 */
class ConfigurationMetadataTests {

	private final JsonNode metadata = read();

	@Test
	void everyPropertyIsDescribed() {
		for (JsonNode property : this.metadata.get("properties")) {
			String name = property.get("name").asString();
			assertThat(property.path("description").asString("")).as(name)
				.isNotBlank()
				.endsWith(".")
				.doesNotStartWithIgnoringCase("the ")
				.doesNotStartWith("A ");
			if (property.get("type").asString().equals("java.lang.Boolean")) {
				assertThat(property.get("description").asString()).as(name).startsWith("Whether to");
			}
		}
	}

	@Test
	void everyPropertyIsThereOnce() {
		Set<String> names = new HashSet<>();
		for (JsonNode property : this.metadata.get("properties")) {
			assertThat(names.add(property.get("name").asString())).as(property.get("name").asString()).isTrue();
		}
		Set<String> expected = new TreeSet<>(
				Set.of("management.endpoint.clone.access", "management.endpoint.clone.cache.time-to-live",
						"management.health.clone.enabled", "management.health.clone-server.enabled"));
		addProperties(expected, "clone", CloneProperties.class);
		assertThat(names).containsExactlyInAnyOrderElementsOf(expected);
	}

	@ParameterizedTest
	@CsvSource({ "clone.startup.mode,io.github.clonemap.autoconfigure.CloneProperties$StartupMode",
			"clone.events.overflow,io.github.clonemap.client.EventOverflow",
			"clone.gap.policy,io.github.clonemap.client.GapPolicy",
			"clone.snail.policy,io.github.clonemap.client.SnailPolicy",
			"clone.server.bstar.role,io.github.clonemap.binarystar.BinaryStarRole" })
	void everyChoiceIsHinted(String property, Class<? extends Enum<?>> type) {
		JsonNode hint = StreamSupport.stream(this.metadata.get("hints").spliterator(), false)
			.filter((candidate) -> candidate.get("name").asString().equals(property))
			.findFirst()
			.orElseThrow();
		Set<String> values = new HashSet<>();
		for (JsonNode value : hint.get("values")) {
			values.add(value.get("value").asString());
			assertThat(value.get("description").asString()).isNotBlank();
		}
		Set<String> choices = new HashSet<>();
		for (Enum<?> choice : type.getEnumConstants()) {
			choices.add(choice.name().toLowerCase(Locale.ROOT).replace('_', '-'));
		}
		assertThat(values).isEqualTo(choices);
	}

	private static void addProperties(Set<String> names, String prefix, Class<?> type) {
		for (RecordComponent component : type.getRecordComponents()) {
			String name = prefix + "." + component.getName().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
			if (component.getType().isRecord()) {
				addProperties(names, name, component.getType());
			}
			else {
				names.add(name);
			}
		}
	}

	private static JsonNode read() {
		try (InputStream in = CloneProperties.class
			.getResourceAsStream("/META-INF/spring-configuration-metadata.json")) {
			// There are others of that name on the class path, ours comes first.
			JsonNode metadata = new JsonMapper().readTree(in);
			assertThat(metadata.at("/properties/0/name").asString()).startsWith("clone.");
			return metadata;
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
