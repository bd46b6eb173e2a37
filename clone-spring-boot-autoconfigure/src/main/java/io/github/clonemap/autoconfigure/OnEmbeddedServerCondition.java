package io.github.clonemap.autoconfigure;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.ConfigurationCondition;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Whether the application hosts a server: as {@code clone.server.enabled} says, else if
 * the server has a role in a pair, or nobody says where servers are.
 */
class OnEmbeddedServerCondition extends SpringBootCondition implements ConfigurationCondition {

	private static final String ENABLED = "clone.server.enabled";

	private static final String ROLE = "clone.server.bstar.role";

	private static final String SERVERS = "clone.servers";

	@Override
	public ConfigurationPhase getConfigurationPhase() {
		// The beans of the application must be known.
		return ConfigurationPhase.REGISTER_BEAN;
	}

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		ConditionMessage.Builder message = ConditionMessage.forCondition("Embedded Clone server");
		Environment environment = context.getEnvironment();
		Boolean enabled = environment.getProperty(ENABLED, Boolean.class);
		if (enabled != null) {
			return new ConditionOutcome(enabled, message.because(ENABLED + " is " + enabled));
		}
		if (environment.containsProperty(ROLE)) {
			return ConditionOutcome.match(message.because(ROLE + " is set"));
		}
		if (!Binder.get(environment).bind(SERVERS, Bindable.listOf(String.class)).orElseGet(List::of).isEmpty()) {
			return ConditionOutcome.noMatch(message.because(SERVERS + " is set"));
		}
		if (hasConnectionDetails(context.getBeanFactory())) {
			return ConditionOutcome.noMatch(message.found("bean").items(CloneConnectionDetails.class.getSimpleName()));
		}
		return ConditionOutcome.match(message.because(SERVERS + " is not set"));
	}

	private boolean hasConnectionDetails(@Nullable ConfigurableListableBeanFactory beanFactory) {
		return beanFactory != null
				&& beanFactory.getBeanNamesForType(CloneConnectionDetails.class, true, false).length > 0;
	}

}
