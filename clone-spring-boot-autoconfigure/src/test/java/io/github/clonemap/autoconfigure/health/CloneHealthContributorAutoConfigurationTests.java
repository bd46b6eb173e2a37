package io.github.clonemap.autoconfigure.health;

import io.github.clonemap.autoconfigure.CloneAutoConfiguration;
import io.github.clonemap.autoconfigure.CloneServerAutoConfiguration;
import io.github.clonemap.health.CloneHealthIndicator;
import io.github.clonemap.health.CloneServerHealthIndicator;
import io.github.clonemap.server.CloneServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CloneHealthContributorAutoConfiguration} and
 * {@link CloneServerHealthContributorAutoConfiguration}.
 */
class CloneHealthContributorAutoConfigurationTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CloneAutoConfiguration.class, CloneServerAutoConfiguration.class,
				CloneHealthContributorAutoConfiguration.class, CloneServerHealthContributorAutoConfiguration.class,
				HealthContributorAutoConfiguration.class, HealthContributorRegistryAutoConfiguration.class))
		.withPropertyValues("clone.server.port=0");

	@Test
	void contributorsAreNamedAsDocumented() {
		this.contextRunner.run((context) -> {
			HealthContributorRegistry registry = context.getBean(HealthContributorRegistry.class);
			assertThat(registry.getContributor("clone")).isInstanceOf(CloneHealthIndicator.class);
			assertThat(registry.getContributor("cloneServer")).isInstanceOf(CloneServerHealthIndicator.class);
		});
	}

	@Test
	void healthFollowsTheLifeOfTheApplication() {
		this.contextRunner.run((context) -> {
			HealthIndicator client = context.getBean("cloneHealthContributor", HealthIndicator.class);
			HealthIndicator server = context.getBean("cloneServerHealthContributor", HealthIndicator.class);
			assertThat(client.health().getStatus()).isEqualTo(Status.UP);
			Awaitility.await()
				.untilAsserted(() -> assertThat(server.health().getDetails()).containsEntry("sessions", 1));
			assertThat(server.health().getStatus()).isEqualTo(Status.UP);
			context.stop();
			assertThat(client.health().getStatus()).isEqualTo(Status.DOWN);
			assertThat(server.health()).isEqualTo(Health.down().build());
			context.start();
			assertThat(client.health().getStatus()).isEqualTo(Status.UP);
			assertThat(server.health().getStatus()).isEqualTo(Status.UP);
		});
	}

	@Test
	void clientIsDownWhenItsServerIsGone() {
		this.contextRunner.withPropertyValues("clone.server-timeout=200ms", "clone.server.heartbeat=50ms")
			.run((context) -> {
				HealthIndicator client = context.getBean("cloneHealthContributor", HealthIndicator.class);
				context.getBean(CloneServer.class).stop();
				Awaitility.await().until(() -> client.health().getStatus().equals(Status.DOWN));
			});
	}

	@Test
	void withoutServerThereIsNoHealthOfIt() {
		this.contextRunner.withPropertyValues("clone.servers=tcp://localhost:1", "clone.startup.mode=async")
			.run((context) -> assertThat(context).hasBean("cloneHealthContributor")
				.doesNotHaveBean("cloneServerHealthContributor"));
	}

	@Test
	void eachIsDisabledByItsProperty() {
		this.contextRunner.withPropertyValues("management.health.clone.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean("cloneHealthContributor")
				.hasBean("cloneServerHealthContributor"));
		this.contextRunner.withPropertyValues("management.health.clone-server.enabled=false")
			.run((context) -> assertThat(context).hasBean("cloneHealthContributor")
				.doesNotHaveBean("cloneServerHealthContributor"));
	}

	@Test
	void bothAreDisabledByTheGeneralProperty() {
		this.contextRunner.withPropertyValues("management.health.defaults.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(CloneHealthIndicator.class)
				.doesNotHaveBean(CloneServerHealthIndicator.class));
	}

	@Test
	void withoutClientThereIsNoHealth() {
		this.contextRunner.withPropertyValues("clone.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(CloneHealthIndicator.class)
				.doesNotHaveBean(CloneServerHealthIndicator.class));
	}

	@Test
	void withoutHealthLibraryTheApplicationStarts() {
		this.contextRunner.withClassLoader(new FilteredClassLoader(HealthContributor.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasBean("cloneMap")
				.doesNotHaveBean("cloneHealthContributor")
				.doesNotHaveBean("cloneServerHealthContributor"));
	}

	@Test
	void applicationMayReplaceBoth() {
		HealthIndicator own = () -> Health.up().build();
		this.contextRunner.withBean("cloneHealthIndicator", HealthIndicator.class, () -> own)
			.withBean("cloneServerHealthIndicator", HealthIndicator.class, () -> own)
			.run((context) -> assertThat(context).doesNotHaveBean("cloneHealthContributor")
				.doesNotHaveBean("cloneServerHealthContributor"));
	}

}
