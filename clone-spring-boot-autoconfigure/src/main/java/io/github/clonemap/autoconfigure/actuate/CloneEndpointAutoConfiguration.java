package io.github.clonemap.autoconfigure.actuate;

import java.util.List;

import io.github.clonemap.actuate.CloneEndpoint;
import io.github.clonemap.autoconfigure.CloneAutoConfiguration;
import io.github.clonemap.autoconfigure.CloneMapBean;
import io.github.clonemap.client.CloneClient;
import io.github.clonemap.server.CloneServer;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for the actuator endpoint.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = CloneAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnBean(CloneClient.class)
@ConditionalOnAvailableEndpoint(CloneEndpoint.class)
public final class CloneEndpointAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	CloneEndpoint cloneEndpoint(CloneClient client, ObjectProvider<CloneServer> server,
			ConfigurableListableBeanFactory beanFactory) {
		List<CloneEndpoint.TypedMap> maps = CloneMapBean.all(beanFactory)
			.stream()
			.map((map) -> new CloneEndpoint.TypedMap(map.get(beanFactory), map.valueType()))
			.toList();
		return new CloneEndpoint(client, maps, server.getIfAvailable());
	}

}
