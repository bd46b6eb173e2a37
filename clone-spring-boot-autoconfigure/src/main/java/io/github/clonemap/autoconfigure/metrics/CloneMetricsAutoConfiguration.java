package io.github.clonemap.autoconfigure.metrics;

import java.util.List;

import io.github.clonemap.CloneMap;
import io.github.clonemap.autoconfigure.CloneAutoConfiguration;
import io.github.clonemap.client.CloneClient;
import io.github.clonemap.metrics.CloneClientMetrics;
import io.micrometer.core.instrument.MeterRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for the meters of the client.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = CloneAutoConfiguration.class,
		afterName = { "org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration",
				"org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration" })
@ConditionalOnClass(MeterRegistry.class)
@ConditionalOnBean({ CloneClient.class, MeterRegistry.class })
public final class CloneMetricsAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	CloneClientMetrics cloneClientMetrics(CloneClient client, ObjectProvider<CloneMap<?>> maps) {
		return new CloneClientMetrics(client, List.copyOf(maps.orderedStream().toList()));
	}

}
