package io.github.clonemap.jackson;

import java.nio.charset.StandardCharsets;
import java.util.List;

import io.github.clonemap.CloneEncodingException;
import io.github.clonemap.ValueCodec;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link JacksonValueCodecs} and {@link JacksonValueCodec}.
 */
class JacksonValueCodecsTests {

	private final JacksonValueCodecs codecs = new JacksonValueCodecs(new JsonMapper());

	private final ValueCodec<Flag> codec = this.codecs.codec(Flag.class);

	@Test
	void textAndBytesStayAsTheyAre() {
		assertThat(this.codecs.codec(String.class)).isSameAs(ValueCodec.STRING);
		assertThat(this.codecs.codec(byte[].class)).isSameAs(ValueCodec.BYTES);
	}

	@Test
	void otherClassesAreJson() {
		assertThat(this.codec.type()).isEqualTo(Flag.class);
		byte[] bytes = this.codec.encode(new Flag("dark", 3, List.of("a")));
		assertThat(bytes).asString(StandardCharsets.UTF_8)
			.isEqualTo("{\"name\":\"dark\",\"percent\":3,\"tags\":[\"a\"]}");
		assertThat(this.codec.decode(bytes)).isEqualTo(new Flag("dark", 3, List.of("a")));
		assertThat(this.codecs.codec(Integer.class).decode(bytes("17"))).isEqualTo(17);
		assertThat(this.codecs.codec(JsonNode.class).decode(bytes("{\"a\":1}")).get("a").asInt()).isEqualTo(1);
	}

	@Test
	void sameTypeHasSameCodec() {
		assertThat(this.codecs.codec(Flag.class)).isSameAs(this.codec).isNotSameAs(this.codecs.codec(Integer.class));
	}

	@Test
	void valueThatDoesNotFitIsRefusedWithoutShowingIt() {
		assertThatExceptionOfType(CloneEncodingException.class)
			.isThrownBy(() -> this.codec.decode(bytes("{\"name\":\"x\",\n\"percent\":\"secret\"}")))
			.withMessageStartingWith("A value of type " + Flag.class.getName()
					+ " cannot be read from JSON: InvalidFormatException at line 2, column ")
			.withMessageNotContaining("secret")
			.withNoCause();
	}

	@Test
	void textThatIsNoJsonIsRefusedWithoutShowingIt() {
		assertThatExceptionOfType(CloneEncodingException.class)
			.isThrownBy(() -> this.codec.decode(bytes("secret secret")))
			.withMessageContaining("cannot be read from JSON")
			.withMessageNotContaining("secret")
			.withNoCause();
	}

	@Test
	void nullIsNoValue() {
		assertThatExceptionOfType(CloneEncodingException.class).isThrownBy(() -> this.codec.decode(bytes("null")))
			.withMessageEndingWith("it is null there");
	}

	@Test
	void valueThatFailsIsRefusedWithoutShowingIt() {
		assertThatExceptionOfType(CloneEncodingException.class)
			.isThrownBy(() -> this.codecs.codec(Failing.class).encode(new Failing()))
			.withMessageStartingWith("A value of type " + Failing.class.getName() + " cannot be written as JSON: ")
			.withMessageNotContaining("secret")
			.withNoCause();
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	record Flag(String name, int percent, List<String> tags) {

	}

	static class Failing {

		public String getName() {
			throw new IllegalStateException("secret");
		}

	}

}
