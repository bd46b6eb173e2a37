package io.github.clonemap.autoconfigure;

import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotContribution;
import org.springframework.beans.factory.aot.BeanFactoryInitializationAotProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.util.ClassUtils;

/**
 * Lets JSON reach the values of all maps in a native image: their types are known when
 * the application is built, as its beans are.
 */
class CloneMapAotProcessor implements BeanFactoryInitializationAotProcessor {

	@Override
	public @Nullable BeanFactoryInitializationAotContribution processAheadOfTime(
			ConfigurableListableBeanFactory beanFactory) {
		List<Class<?>> types = CloneMapBean.all(beanFactory)
			.stream()
			.<Class<?>>map(CloneMapBean::valueType)
			.filter((type) -> !type.isArray() && !ClassUtils.isPrimitiveOrWrapper(type) && type != String.class
					&& type != Object.class)
			.toList();
		if (types.isEmpty()) {
			return null;
		}
		return (context, code) -> types.forEach((type) -> new BindingReflectionHintsRegistrar()
			.registerReflectionHints(context.getRuntimeHints().reflection(), type));
	}

}
