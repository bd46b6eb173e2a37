package io.github.clonemap.jackson;

import io.github.clonemap.CloneEncodingException;
import io.github.clonemap.ValueCodec;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.ObjectWriter;
import tools.jackson.databind.json.JsonMapper;

/**
 * Values of one class as JSON.
 * <p>
 * Jackson's own exceptions quote the values that they fail on, and those have no place in
 * a log: only their class and their place in the text are passed on.
 *
 * @param <V> the class
 */
final class JacksonValueCodec<V> implements ValueCodec<V> {

	private final Class<V> type;

	private final ObjectWriter writer;

	private final ObjectReader reader;

	JacksonValueCodec(JsonMapper mapper, Class<V> type) {
		this.type = type;
		this.writer = mapper.writerFor(type);
		this.reader = mapper.readerFor(type);
	}

	@Override
	public Class<V> type() {
		return this.type;
	}

	@Override
	public byte[] encode(V value) {
		try {
			return this.writer.writeValueAsBytes(value);
		}
		catch (JacksonException ex) {
			throw failure("written as JSON", ex);
		}
	}

	@Override
	public V decode(byte[] bytes) {
		V value;
		try {
			value = this.reader.readValue(bytes);
		}
		catch (JacksonException ex) {
			throw failure("read from JSON", ex);
		}
		return nonNull(value);
	}

	private V nonNull(@Nullable V value) {
		if (value == null) {
			throw new CloneEncodingException(
					"A value of type " + this.type.getName() + " cannot be read from JSON: it is null there", null);
		}
		return value;
	}

	private CloneEncodingException failure(String what, JacksonException ex) {
		StringBuilder message = new StringBuilder("A value of type ").append(this.type.getName())
			.append(" cannot be ")
			.append(what)
			.append(": ")
			.append(ex.getClass().getSimpleName());
		TokenStreamLocation location = ex.getLocation();
		if (location != null && location.getLineNr() > 0) {
			message.append(" at line ").append(location.getLineNr()).append(", column ").append(location.getColumnNr());
		}
		return new CloneEncodingException(message.toString(), null);
	}

}
