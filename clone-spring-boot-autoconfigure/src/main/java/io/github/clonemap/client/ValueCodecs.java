package io.github.clonemap.client;

import io.github.clonemap.ValueCodec;

/**
 * Finds the codec of a type of values.
 *
 * @since 0.1.0
 */
@FunctionalInterface
public interface ValueCodecs {

	/**
	 * Bytes and text, nothing else.
	 */
	ValueCodecs BASIC = new ValueCodecs() {

		@Override
		@SuppressWarnings("unchecked")
		public <T> ValueCodec<T> codec(Class<T> type) {
			if (type == byte[].class) {
				return (ValueCodec<T>) ValueCodec.BYTES;
			}
			if (type == String.class) {
				return (ValueCodec<T>) ValueCodec.STRING;
			}
			throw new IllegalArgumentException("Values of type " + type.getName()
					+ " need a JSON library: add spring-boot-starter-jackson, or use string or bytes");
		}

	};

	/**
	 * Finds the codec of a type. Called by any thread.
	 * @param <T> the type
	 * @param type the type
	 * @return its codec
	 * @throws IllegalArgumentException if values of that type cannot be encoded
	 */
	<T> ValueCodec<T> codec(Class<T> type);

}
