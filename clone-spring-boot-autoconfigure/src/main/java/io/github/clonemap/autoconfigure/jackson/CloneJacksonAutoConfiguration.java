package io.github.clonemap.autoconfigure.jackson;

import io.github.clonemap.autoconfigure.CloneAutoConfiguration;
import io.github.clonemap.client.ValueCodecs;
import io.github.clonemap.jackson.JacksonValueCodecs;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnSingleCandidate;
import org.springframework.context.annotation.Bean;

/**
 * {@link EnableAutoConfiguration Auto-configuration} for values as JSON.
 *
 * @since 0.1.0
 */
@AutoConfiguration(before = CloneAutoConfiguration.class,
		afterName = "org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration")
@ConditionalOnClass(JsonMapper.class)
@ConditionalOnSingleCandidate(JsonMapper.class)
@ConditionalOnBooleanProperty(name = "clone.enabled", matchIfMissing = true)
public final class CloneJacksonAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	ValueCodecs cloneValueCodecs(JsonMapper mapper) {
		return new JacksonValueCodecs(mapper);
	}

}
