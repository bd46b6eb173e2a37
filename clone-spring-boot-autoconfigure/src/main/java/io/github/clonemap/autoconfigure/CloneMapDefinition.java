package io.github.clonemap.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import io.github.clonemap.CloneMap;
import io.github.clonemap.ValueCodec;
import io.github.clonemap.WriteOptions;
import io.github.clonemap.autoconfigure.CloneProperties.MapProperties;
import io.github.clonemap.client.CloneClient;
import io.github.clonemap.client.ValueCodecs;
import io.github.clonemap.protocol.Subtrees;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.util.ClassUtils;
import org.springframework.util.StringUtils;

/**
 * A map of {@code clone.maps}, checked.
 *
 * @param <V> the type of its values
 * @param property the prefix of its properties, such as {@code clone.maps.flags}
 * @param name its name, which is that of its bean
 * @param subtree what it shows
 * @param valueType the type of its values
 * @param ttl the lifetime of what is written through it
 */
record CloneMapDefinition<V>(String property, String name, String subtree, Class<V> valueType, @Nullable Duration ttl) {

	/**
	 * The definitions of all maps.
	 * @param maps the properties of the maps, by name
	 * @param classLoader where the classes of their values are
	 * @return the definitions, in the order of the properties
	 * @throws InvalidConfigurationPropertyValueException if one of them cannot be
	 */
	static List<CloneMapDefinition<?>> all(Map<String, MapProperties> maps, @Nullable ClassLoader classLoader) {
		List<CloneMapDefinition<?>> definitions = new ArrayList<>();
		Map<String, String> seen = new HashMap<>();
		maps.forEach((key, properties) -> {
			String other = seen.put(uniform(key), key);
			check(other == null, property(key), key, "'" + other + "' is the same name: names must differ by more than "
					+ "case and dashes (an environment variable cannot add to a map whose name has capitals).");
			definitions.add(of(key, properties, classLoader));
		});
		return definitions;
	}

	/**
	 * The names of the maps, which are those of their beans.
	 */
	static Set<String> names(Map<String, MapProperties> maps) {
		return maps.keySet().stream().map(CloneMapDefinition::camelCase).collect(Collectors.toSet());
	}

	/**
	 * What the maps show.
	 */
	static List<String> subtrees(Map<String, MapProperties> maps) {
		return maps.entrySet().stream().map((map) -> subtree(map.getKey(), map.getValue())).toList();
	}

	private static CloneMapDefinition<?> of(String key, MapProperties properties, @Nullable ClassLoader classLoader) {
		String property = property(key);
		String name = camelCase(key);
		check(!name.equals(CloneAutoConfiguration.CLONE_MAP), property, key,
				"The name is that of the map over everything.");
		String subtree = subtree(key, properties);
		String problem = Subtrees.problem(subtree);
		check(problem == null, property + ".subtree", subtree, "It is not a subtree: " + problem + ".");
		checkTtl(property, properties.ttl());
		return new CloneMapDefinition<>(property, name, subtree,
				valueType(property, properties.valueType(), classLoader), properties.ttl());
	}

	private static void checkTtl(String property, @Nullable Duration ttl) {
		if (ttl != null) {
			try {
				WriteOptions.none().ttl(ttl);
			}
			catch (IllegalArgumentException ex) {
				throw new InvalidConfigurationPropertyValueException(property + ".ttl", ttl, ex.getMessage() + ".");
			}
		}
	}

	private static Class<?> valueType(String property, String type, @Nullable ClassLoader classLoader) {
		switch (type.trim().toLowerCase(Locale.ROOT)) {
			case "string":
				return String.class;
			case "bytes":
				return byte[].class;
			default:
				try {
					return ClassUtils.resolvePrimitiveIfNecessary(ClassUtils.forName(type.trim(), classLoader));
				}
				catch (ClassNotFoundException | LinkageError ex) {
					throw new InvalidConfigurationPropertyValueException(property + ".value-type", type,
							"It is not a class that can be loaded (" + ex
									+ "): write string, bytes or the full name of a class.");
				}
		}
	}

	private static void check(boolean holds, String property, Object value, String reason) {
		if (!holds) {
			throw new InvalidConfigurationPropertyValueException(property, value, reason);
		}
	}

	private static String property(String key) {
		return "clone.maps." + key;
	}

	private static String subtree(String key, MapProperties properties) {
		return (properties.subtree() != null) ? properties.subtree() : "/" + key + "/";
	}

	/**
	 * The name of a bean is an identifier where possible, so that a parameter of that
	 * name is given that bean.
	 */
	private static String camelCase(String key) {
		String[] words = StringUtils.delimitedListToStringArray(key, "-");
		StringBuilder name = new StringBuilder(words[0]);
		for (int i = 1; i < words.length; i++) {
			name.append(StringUtils.capitalize(words[i]));
		}
		return name.toString();
	}

	/**
	 * Boot takes names for the same that differ only in case and dashes.
	 */
	private static String uniform(String key) {
		return key.replace("-", "").toLowerCase(Locale.ROOT);
	}

	/**
	 * Makes the map.
	 * @param client the client that holds it
	 * @param codecs the codecs to choose from
	 * @return the map
	 */
	CloneMap<V> create(CloneClient client, ValueCodecs codecs) {
		return client.map(this.name, this.subtree, codec(codecs), this.ttl);
	}

	private ValueCodec<V> codec(ValueCodecs codecs) {
		try {
			return codecs.codec(this.valueType);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidConfigurationPropertyValueException(this.property + ".value-type",
					this.valueType.getName(), ex.getMessage() + ".");
		}
	}

}
