package io.github.clonemap.jackson;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import io.github.clonemap.ValueCodec;
import io.github.clonemap.client.ValueCodecs;
import tools.jackson.databind.json.JsonMapper;

/**
 * Codecs for values of any class: bytes and text as they are, everything else as JSON in
 * UTF-8. May be used by any thread.
 *
 * @since 0.1.0
 */
public final class JacksonValueCodecs implements ValueCodecs {

	private final Map<Class<?>, ValueCodec<?>> codecs = new ConcurrentHashMap<>();

	private final JsonMapper mapper;

	/**
	 * Creates the codecs.
	 * @param mapper the mapper that writes and reads JSON
	 */
	public JacksonValueCodecs(JsonMapper mapper) {
		this.mapper = mapper;
	}

	@Override
	@SuppressWarnings("unchecked")
	public <T> ValueCodec<T> codec(Class<T> type) {
		if (type == byte[].class || type == String.class) {
			return ValueCodecs.BASIC.codec(type);
		}
		// The same type gives the same codec, by which a client knows its maps again.
		return (ValueCodec<T>) this.codecs.computeIfAbsent(type, (key) -> new JacksonValueCodec<>(this.mapper, type));
	}

}
