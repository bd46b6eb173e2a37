package io.github.clonemap.autoconfigure;

import java.util.Map;

import io.github.clonemap.CloneMap;
import io.github.clonemap.autoconfigure.CloneProperties.MapProperties;
import io.github.clonemap.client.CloneClient;
import io.github.clonemap.client.ValueCodecs;

import org.springframework.beans.factory.BeanRegistrar;
import org.springframework.beans.factory.BeanRegistry;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.ParameterizedTypeReference;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * Registers a bean for each map of {@code clone.maps}, with its full generic type.
 * <p>
 * None is primary or a fallback: where several maps have values of the same type, the
 * name of the parameter or a qualifier chooses, and if neither does the application fails
 * to start. With either mark a {@code CloneMap<byte[]> cloneMap} or a
 * {@code CloneMap<byte[]> images} could silently be the other map.
 */
final class CloneMapsRegistrar implements BeanRegistrar {

	@Override
	public void register(BeanRegistry registry, Environment environment) {
		// Bean definitions come before bean classes: CloneProperties is not there yet.
		Map<String, MapProperties> maps = Binder.get(environment)
			.bind("clone.maps", Bindable.mapOf(String.class, MapProperties.class))
			.orElseGet(Map::of);
		CloneMapDefinition.all(maps, ClassUtils.getDefaultClassLoader())
			.forEach((definition) -> register(registry, definition));
	}

	private <V> void register(BeanRegistry registry, CloneMapDefinition<V> definition) {
		ParameterizedTypeReference<CloneMap<V>> type = ParameterizedTypeReference
			.forType(ResolvableType.forClassWithGenerics(CloneMap.class, definition.valueType()).getType());
		registry.registerBean(definition.name(), type, (spec) -> spec.description("The map of " + definition.property())
			.supplier(
					(context) -> definition.create(context.bean(CloneClient.class), context.bean(ValueCodecs.class))));
	}

}
