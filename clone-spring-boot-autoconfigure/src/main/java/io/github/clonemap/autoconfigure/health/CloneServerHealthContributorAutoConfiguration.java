package io.github.clonemap.autoconfigure.health;

import io.github.clonemap.autoconfigure.CloneServerAutoConfiguration;
import io.github.clonemap.health.CloneServerHealthIndicator;
import io.github.clonemap.server.CloneServer;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.CompositeHealthContributorConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for the health of the embedded
 * server.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = CloneServerAutoConfiguration.class)
@ConditionalOnClass({ HealthContributor.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnBean(CloneServer.class)
@ConditionalOnEnabledHealthIndicator("clone-server")
public final class CloneServerHealthContributorAutoConfiguration
		extends CompositeHealthContributorConfiguration<CloneServerHealthIndicator, CloneServer> {

	CloneServerHealthContributorAutoConfiguration() {
		super(CloneServerHealthIndicator::new);
	}

	@Bean
	@ConditionalOnMissingBean(name = { "cloneServerHealthIndicator", "cloneServerHealthContributor" })
	HealthContributor cloneServerHealthContributor(ConfigurableListableBeanFactory beanFactory) {
		return createContributor(beanFactory, CloneServer.class);
	}

}
