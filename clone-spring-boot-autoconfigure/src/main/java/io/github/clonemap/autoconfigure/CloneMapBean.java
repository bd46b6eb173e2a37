package io.github.clonemap.autoconfigure;

import java.util.Arrays;
import java.util.List;

import io.github.clonemap.CloneMap;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.ResolvableType;

/**
 * A map that is a bean: ours and those of the application alike.
 *
 * @param <V> the type of its values
 * @param name the name of the bean
 * @param valueType the type of its values; {@code Object} if its definition does not say
 * @since 0.1.0
 */
public record CloneMapBean<V>(String name, Class<V> valueType) {

	/**
	 * The maps of a context. None is created by this.
	 * @param beanFactory the context's bean factory
	 * @return the maps, in the order of their definitions
	 */
	public static List<CloneMapBean<?>> all(ConfigurableListableBeanFactory beanFactory) {
		return Arrays.stream(beanFactory.getBeanNamesForType(CloneMap.class, false, false))
			.<CloneMapBean<?>>map((name) -> of(name, beanFactory))
			.toList();
	}

	private static CloneMapBean<?> of(String name, ConfigurableListableBeanFactory beanFactory) {
		ResolvableType type = beanFactory.containsBeanDefinition(name)
				? beanFactory.getMergedBeanDefinition(name).getResolvableType() : ResolvableType.NONE;
		return new CloneMapBean<>(name, type.as(CloneMap.class).getGeneric().resolve(Object.class));
	}

	/**
	 * The map itself.
	 * @param beanFactory the context's bean factory
	 * @return the map
	 */
	@SuppressWarnings("unchecked")
	public CloneMap<V> get(ConfigurableListableBeanFactory beanFactory) {
		return beanFactory.getBean(this.name, CloneMap.class);
	}

}
