package io.github.clonemap.autoconfigure.metrics;

import io.github.clonemap.autoconfigure.CloneServerAutoConfiguration;
import io.github.clonemap.metrics.CloneServerMetrics;
import io.github.clonemap.server.CloneServer;
import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for the meters of the embedded
 * server.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = CloneServerAutoConfiguration.class,
		afterName = { "org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration",
				"org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration" })
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean({ CloneServer.class, MeterRegistry.class })
public final class CloneServerMetricsAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	CloneServerMetrics cloneServerMetrics(CloneServer server) {
		return new CloneServerMetrics(server);
	}

}
