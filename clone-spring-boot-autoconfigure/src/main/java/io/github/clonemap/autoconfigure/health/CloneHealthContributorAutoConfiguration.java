package io.github.clonemap.autoconfigure.health;

import io.github.clonemap.autoconfigure.CloneAutoConfiguration;
import io.github.clonemap.client.CloneClient;
import io.github.clonemap.health.CloneHealthIndicator;

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
 * {@link EnableAutoConfiguration Auto-configuration} for the health of the client.
 *
 * @since 0.1.0
 */
@AutoConfiguration(after = CloneAutoConfiguration.class)
@ConditionalOnClass({ HealthContributor.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnBean(CloneClient.class)
@ConditionalOnEnabledHealthIndicator("clone")
public final class CloneHealthContributorAutoConfiguration
		extends CompositeHealthContributorConfiguration<CloneHealthIndicator, CloneClient> {

	CloneHealthContributorAutoConfiguration() {
		super(CloneHealthIndicator::new);
	}

	@Bean
	@ConditionalOnMissingBean(name = { "cloneHealthIndicator", "cloneHealthContributor" })
	HealthContributor cloneHealthContributor(ConfigurableListableBeanFactory beanFactory) {
		return createContributor(beanFactory, CloneClient.class);
	}

}
