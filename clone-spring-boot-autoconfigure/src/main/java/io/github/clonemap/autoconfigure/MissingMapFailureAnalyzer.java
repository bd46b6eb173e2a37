package io.github.clonemap.autoconfigure;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.github.clonemap.CloneMap;
import io.github.clonemap.autoconfigure.CloneProperties.MapProperties;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;

/**
 * Says which property is missing when a map with some type of values is injected and no
 * map has that type. Before Boot's own analyzer of missing beans, which would propose to
 * define one.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
class MissingMapFailureAnalyzer extends AbstractFailureAnalyzer<NoSuchBeanDefinitionException> {

	private final Environment environment;

	MissingMapFailureAnalyzer(Environment environment) {
		this.environment = environment;
	}

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, NoSuchBeanDefinitionException cause) {
		ResolvableType type = cause.getResolvableType();
		if (type == null || type.resolve() != CloneMap.class || cause instanceof NoUniqueBeanDefinitionException) {
			return null;
		}
		String values = type.getGeneric().toString();
		if (!this.environment.getProperty("clone.enabled", Boolean.class, true)) {
			return new FailureAnalysis(
					"A CloneMap with values of type " + values + " is injected, but clone.enabled is false.",
					"Set clone.enabled=true.", cause);
		}
		Map<String, MapProperties> maps = Binder.get(this.environment)
			.bind("clone.maps", Bindable.mapOf(String.class, MapProperties.class))
			.orElseGet(Map::of);
		List<String> configured = new TreeMap<>(maps).entrySet()
			.stream()
			.map((map) -> map.getKey() + " (" + map.getValue().valueType() + ")")
			.toList();
		String description = "A CloneMap with values of type %s is injected, but no map has values of that type. Maps: %s."
			.formatted(values, configured.isEmpty() ? "none but cloneMap (bytes)" : String.join(", ", configured));
		String action = "Set clone.maps.<name>.value-type=%s for the map that is meant.".formatted(values);
		return new FailureAnalysis(description, action, cause);
	}

}
