package io.github.clonemap.starter;

import java.util.stream.Stream;

import io.github.clonemap.CloneMap;
import io.github.clonemap.CloneState;
import io.github.clonemap.client.ValueCodecs;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Starts an application with nothing but the starter, as its users first do. The class
 * path is the point of these tests: everything that is optional is really absent.
 */
class StarterTests {

	@ParameterizedTest
	@ValueSource(strings = { "org.springframework.boot.health.contributor.Health",
			"org.springframework.boot.actuate.endpoint.annotation.Endpoint",
			"io.micrometer.core.instrument.MeterRegistry", "tools.jackson.databind.ObjectMapper",
			"com.fasterxml.jackson.annotation.JsonInclude", "com.fasterxml.jackson.databind.ObjectMapper" })
	void optionalLibraryIsAbsent(String className) {
		assertThat(ClassUtils.isPresent(className, null)).isFalse();
	}

	@Test
	void injectedMapIsReadAndWritten() {
		try (ConfigurableApplicationContext context = run()) {
			Service service = context.getBean(Service.class);
			assertThat(service.cloneMap.state()).isEqualTo(CloneState.LIVE);
			assertThat(service.cloneMap.put("/greeting", new byte[] { 1 })).isNull();
			assertThat(service.cloneMap.get("/greeting")).containsExactly(1);
			assertThat(context.getBean(ValueCodecs.class)).isSameAs(ValueCodecs.BASIC);
		}
	}

	@Test
	void configuredMapIsInjectedByItsType() {
		try (ConfigurableApplicationContext context = run("--clone.maps.names.ttl=1h")) {
			CloneMap<String> names = context.getBeanProvider(new ParameterizedTypeReference<CloneMap<String>>() {
			}).getObject();
			names.put("first", "Ada");
			assertThat(names).containsEntry("first", "Ada");
			assertThat(context.getBean(Service.class).cloneMap).containsOnlyKeys("/names/first");
		}
	}

	@Test
	void twoInstancesShareTheirMap() throws Exception {
		try (ConfigurableApplicationContext first = run()) {
			String port = first.getEnvironment().getRequiredProperty("local.clone.server.port");
			try (ConfigurableApplicationContext second = run("--clone.servers=tcp://localhost:" + port)) {
				first.getBean(Service.class).cloneMap.put("/greeting", new byte[] { 1 });
				CloneMap<byte[]> map = second.getBean(Service.class).cloneMap;
				map.barrier().get();
				assertThat(map.get("/greeting")).containsExactly(1);
			}
		}
	}

	private static ConfigurableApplicationContext run(String... arguments) {
		return new SpringApplication(Application.class)
			.run(Stream.concat(Stream.of("--clone.server.port=0"), Stream.of(arguments)).toArray(String[]::new));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(Service.class)
	static class Application {

	}

	static class Service {

		private final CloneMap<byte[]> cloneMap;

		Service(CloneMap<byte[]> cloneMap) {
			this.cloneMap = cloneMap;
		}

	}

}
