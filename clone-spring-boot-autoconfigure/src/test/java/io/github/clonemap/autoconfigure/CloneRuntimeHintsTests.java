package io.github.clonemap.autoconfigure;

import java.util.List;

import io.github.clonemap.autoconfigure.jackson.CloneJacksonAutoConfiguration;
import org.junit.jupiter.api.Test;

import org.springframework.aot.generate.ClassNameGenerator;
import org.springframework.aot.generate.DefaultGenerationContext;
import org.springframework.aot.generate.InMemoryGeneratedFiles;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.TypeReference;
import org.springframework.aot.hint.predicate.RuntimeHintsPredicates;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.javapoet.ClassName;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CloneRuntimeHints} and {@link CloneMapAotProcessor}.
 */
class CloneRuntimeHintsTests {

	@Test
	void arraysOfJeroMqAreHinted() {
		RuntimeHints hints = new RuntimeHints();
		new CloneRuntimeHints().registerHints(hints, getClass().getClassLoader());
		for (String name : List.of("zmq.socket.pubsub.Trie", "zmq.socket.pubsub.Mtrie")) {
			// A class of that name must exist, else the hint is for nothing.
			assertThat(ClassUtils.isPresent(name, getClass().getClassLoader())).as(name).isTrue();
			assertThat(RuntimeHintsPredicates.reflection().onType(TypeReference.of(name + "[]"))).accepts(hints);
		}
	}

	@Test
	void aheadOfTimeValueTypesAreHinted() {
		RuntimeHints hints = processAheadOfTime("clone.maps.flags.value-type=" + Flag.class.getName());
		assertThat(RuntimeHintsPredicates.reflection().onType(TypeReference.of("zmq.socket.pubsub.Trie[]")))
			.accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection().onConstructorInvocation(Flag.class.getDeclaredConstructors()[0]))
			.accepts(hints);
		assertThat(RuntimeHintsPredicates.reflection().onType(Part.class)).accepts(hints);
	}

	@Test
	void aheadOfTimeTextAndBytesNeedNoHints() {
		RuntimeHints hints = processAheadOfTime("clone.maps.names.value-type=string",
				"clone.maps.images.value-type=bytes");
		assertThat(RuntimeHintsPredicates.reflection().onType(Flag.class)).rejects(hints);
		assertThat(RuntimeHintsPredicates.reflection().onType(byte[].class)).rejects(hints);
	}

	@Test
	void aheadOfTimePropertiesOfAPairAreHinted() {
		RuntimeHints hints = processAheadOfTime("clone.server.bstar.role=primary",
				"clone.server.bstar.peer=tcp://localhost:5004", "clone.server.bstar.peer-server=tcp://localhost:5566");
		assertThat(RuntimeHintsPredicates.reflection()
			.onConstructorInvocation(CloneProperties.Bstar.class.getDeclaredConstructors()[0])).accepts(hints);
	}

	private static RuntimeHints processAheadOfTime(String... properties) {
		try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
			TestPropertyValues.of("clone.server.port=0").and(properties).applyTo(context);
			context.register(Application.class);
			DefaultGenerationContext generation = new DefaultGenerationContext(
					new ClassNameGenerator(ClassName.get(CloneRuntimeHintsTests.class)), new InMemoryGeneratedFiles());
			new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
			return generation.getRuntimeHints();
		}
	}

	record Flag(boolean on, Part part) {

	}

	record Part(int percent) {

	}

	@ImportAutoConfiguration({ JacksonAutoConfiguration.class, CloneJacksonAutoConfiguration.class,
			CloneAutoConfiguration.class, CloneServerAutoConfiguration.class })
	static class Application {

	}

}
