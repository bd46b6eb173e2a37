package io.github.clonemap;

/**
 * Turns values of one type into bytes and back. Used by many threads at once.
 *
 * @param <V> the type of the values
 * @since 0.1.0
 */
public interface ValueCodec<V> {

	/**
	 * Bytes as they are. Writing takes a copy; reading hands out the shared array.
	 */
	ValueCodec<byte[]> BYTES = new ValueCodec<>() {

		@Override
		public Class<byte[]> type() {
			return byte[].class;
		}

		@Override
		public byte[] encode(byte[] value) {
			return value.clone();
		}

		@Override
		public byte[] decode(byte[] bytes) {
			return bytes;
		}

	};

	/**
	 * Text as UTF-8. Text that is not well-formed is refused, in both directions, rather
	 * than repaired silently.
	 */
	ValueCodec<String> STRING = new StringCodec();

	/**
	 * The type of the values.
	 * @return the type
	 */
	Class<V> type();

	/**
	 * Turns a value into bytes.
	 * @param value the value
	 * @return its bytes, an array that nobody changes afterwards
	 * @throws CloneEncodingException if that is not possible
	 */
	byte[] encode(V value);

	/**
	 * Turns bytes into a value.
	 * @param bytes the bytes, not to be changed
	 * @return the value
	 * @throws CloneEncodingException if that is not possible
	 */
	V decode(byte[] bytes);

}
