package io.github.clonemap.autoconfigure.jackson;

import io.github.clonemap.autoconfigure.CloneAutoConfiguration;
import io.github.clonemap.autoconfigure.CloneServerAutoConfiguration;
import io.github.clonemap.client.ValueCodecs;
import io.github.clonemap.jackson.JacksonValueCodecs;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.PropertyNamingStrategies;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CloneJacksonAutoConfiguration}.
 */
class CloneJacksonAutoConfigurationTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CloneAutoConfiguration.class, CloneServerAutoConfiguration.class,
				CloneJacksonAutoConfiguration.class))
		.withPropertyValues("clone.server.port=0");

	@Test
	void withMapperValuesAreJson() {
		this.contextRunner.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class))
			.run((context) -> assertThat(context).getBean(ValueCodecs.class).isInstanceOf(JacksonValueCodecs.class));
	}

	@Test
	void withoutMapperValuesAreTextAndBytes() {
		this.contextRunner.run((context) -> assertThat(context).getBean(ValueCodecs.class).isSameAs(ValueCodecs.BASIC));
	}

	@Test
	void withoutJacksonValuesAreTextAndBytes() {
		this.contextRunner.withClassLoader(new FilteredClassLoader(JsonMapper.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.getBean(ValueCodecs.class)
				.isSameAs(ValueCodecs.BASIC));
	}

	@Test
	void mapperOfTheApplicationIsUsed() {
		this.contextRunner
			.withBean(JsonMapper.class,
					() -> JsonMapper.builder().propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE).build())
			.run((context) -> assertThat(context.getBean(ValueCodecs.class).codec(Named.class).encode(new Named("a")))
				.asString()
				.isEqualTo("{\"first_name\":\"a\"}"));
	}

	@Test
	void withTwoMappersNoneIsPreferred() {
		this.contextRunner.withBean("first", JsonMapper.class)
			.withBean("second", JsonMapper.class)
			.run((context) -> assertThat(context).hasNotFailed()
				.getBean(ValueCodecs.class)
				.isSameAs(ValueCodecs.BASIC));
	}

	@Test
	void disabledWithEverythingElse() {
		this.contextRunner.withConfiguration(AutoConfigurations.of(JacksonAutoConfiguration.class))
			.withPropertyValues("clone.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(ValueCodecs.class));
	}

	record Named(String firstName) {

	}

}
