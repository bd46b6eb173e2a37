package io.github.clonemap.autoconfigure.actuate;

import java.util.Set;

import io.github.clonemap.CloneMap;
import io.github.clonemap.CloneState;
import io.github.clonemap.actuate.CloneEndpoint;
import io.github.clonemap.actuate.CloneEndpoint.CloneDescriptor;
import io.github.clonemap.actuate.CloneEndpoint.MapDescriptor;
import io.github.clonemap.autoconfigure.CloneAutoConfiguration;
import io.github.clonemap.autoconfigure.CloneServerAutoConfiguration;
import io.github.clonemap.client.WorkerReport;
import io.github.clonemap.server.ServerRole;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.core.annotation.AnnotatedElementUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CloneEndpointAutoConfiguration} and {@link CloneEndpoint}.
 */
class CloneEndpointAutoConfigurationTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CloneAutoConfiguration.class, CloneServerAutoConfiguration.class,
				CloneEndpointAutoConfiguration.class))
		.withPropertyValues("clone.server.port=0", "management.endpoints.web.exposure.include=clone");

	@Test
	void showsClientMapsAndServer() {
		this.contextRunner
			.withPropertyValues("clone.maps.names.value-type=string", "clone.maps.images.subtree=/app/images/",
					"clone.maps.images.value-type=bytes")
			.run((context) -> {
				names(context).put("first", "Ada");
				CloneEndpoint endpoint = context.getBean(CloneEndpoint.class);
				Awaitility.await().until(() -> endpoint.reports().server().entries() == 1);
				CloneDescriptor shown = endpoint.reports();
				assertThat(shown.client().state()).isEqualTo(CloneState.LIVE);
				assertThat(shown.client().entries()).isEqualTo(1);
				assertThat(shown.client().workers()).extracting(WorkerReport::thread)
					.containsExactly("clone-events-1-clone", "clone-events-2-clone");
				assertThat(shown.server().role()).isEqualTo(ServerRole.ACTIVE);
				assertThat(shown.maps()).containsExactlyInAnyOrder(new MapDescriptor("cloneMap", "", "byte[]", 1),
						new MapDescriptor("names", "/names/", "java.lang.String", 1),
						new MapDescriptor("images", "/app/images/", "byte[]", 0));
			});
	}

	@Test
	void serverThatDoesNotRunIsNotShown() {
		this.contextRunner.run((context) -> {
			context.stop();
			CloneDescriptor shown = context.getBean(CloneEndpoint.class).reports();
			assertThat(shown.server()).isNull();
			assertThat(shown.client().state()).isEqualTo(CloneState.STOPPED);
		});
	}

	@Test
	void withoutServerThereIsNothingOfIt() {
		this.contextRunner.withPropertyValues("clone.servers=tcp://localhost:1", "clone.startup.mode=async")
			.run((context) -> assertThat(context.getBean(CloneEndpoint.class).reports().server()).isNull());
	}

	@Test
	void neitherKeysNorValuesAreShown() {
		this.contextRunner.withPropertyValues("clone.maps.names.value-type=string").run((context) -> {
			names(context).put("secret-key", "secret-value");
			String json = new JsonMapper().writeValueAsString(context.getBean(CloneEndpoint.class).reports());
			assertThat(json).doesNotContain("secret");
			JsonNode node = new JsonMapper().readTree(json);
			assertThat(node.propertyNames()).containsExactlyInAnyOrderElementsOf(Set.of("client", "maps", "server"));
			assertThat(node.at("/maps/1/entries").asInt()).isEqualTo(1);
		});
	}

	@Test
	void isReadOnlyAndNamedClone() {
		Endpoint annotation = AnnotatedElementUtils.getMergedAnnotation(CloneEndpoint.class, Endpoint.class);
		assertThat(annotation.defaultAccess()).isEqualTo(Access.READ_ONLY);
		assertThat(EndpointId.of(annotation.id())).isEqualTo(EndpointId.of("clone"));
	}

	@Test
	void isAbsentUnlessExposed() {
		this.contextRunner.withPropertyValues("management.endpoints.web.exposure.include=health")
			.run((context) -> assertThat(context).doesNotHaveBean(CloneEndpoint.class));
	}

	@Test
	void isAbsentWithoutAccess() {
		this.contextRunner
			.withInitializer(
					(context) -> context.getEnvironment().setConversionService(new ApplicationConversionService()))
			.withPropertyValues("management.endpoint.clone.access=none")
			.run((context) -> assertThat(context).doesNotHaveBean(CloneEndpoint.class));
	}

	@Test
	void isAbsentWithoutClient() {
		this.contextRunner.withPropertyValues("clone.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(CloneEndpoint.class));
	}

	@Test
	void isAbsentWithoutActuator() {
		this.contextRunner.withClassLoader(new FilteredClassLoader(ConditionalOnAvailableEndpoint.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasBean("cloneMap")
				.doesNotHaveBean(CloneEndpoint.class));
	}

	@SuppressWarnings("unchecked")
	private static CloneMap<String> names(ApplicationContext context) {
		return context.getBean("names", CloneMap.class);
	}

}
