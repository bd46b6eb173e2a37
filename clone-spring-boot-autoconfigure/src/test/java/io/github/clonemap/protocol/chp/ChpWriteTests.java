package io.github.clonemap.protocol.chp;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.UUID;

import io.github.clonemap.WriteOptions;
import io.github.clonemap.protocol.Attachment;
import io.github.clonemap.protocol.MalformedMessageException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests of {@link ChpWrite}, against bytes.
 */
class ChpWriteTests {

	@Test
	void readsWhatAClientSent() throws Exception {
		ChpWrite write = read("/a", "\0\0\0\0\0\0\0\7", "0123456789abcdef", "ttl=3\nsize=7\n", "value");
		assertThat(write.key()).isEqualTo("/a");
		assertThat(write.value()).asString().isEqualTo("value");
		assertThat(write.ttlMillis()).isEqualTo(3000);
		Attachment attachment = write.attachment();
		assertThat(attachment).isNotNull();
		assertThat(attachment.id()).asString().isEqualTo("0123456789abcdef");
		assertThat(attachment.properties()).asString().isEqualTo("ttl=3\nsize=7\n");
	}

	@Test
	void anEmptyValueRemoves() throws Exception {
		assertThat(read("k", "", "", "", "").value()).isNull();
	}

	@Test
	void aWriteWithoutUuidAndPropertiesHasNothingAttached() throws Exception {
		assertThat(read("k", "", "", "", "v").attachment()).isNull();
		assertThat(read("k", "", "", "a=1\n", "v").attachment()).isNotNull();
		assertThat(read("k", "", "u", "", "v").attachment()).isNotNull();
	}

	@Test
	void theSequenceIsIgnoredWhateverItIs() throws Exception {
		assertThat(read("k", "", "", "", "v")).isNotNull();
		assertThat(read("k", "not a number", "", "", "v")).isNotNull();
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 16, 36, 255 })
	void aUuidMayHaveAnyUsualLength(int length) throws Exception {
		assertThat(read("k", "", "u".repeat(length), "", "v").id()).hasSize(length);
	}

	@ParameterizedTest
	@CsvSource({ "ttl=1,1000", "ttl=0,0", "ttl=,0", "ttl=1.5,1500", "ttl=30.0,30000", "ttl=1e1,10000", "ttl=1E-9,1",
			"' ttl = 2 ',2000", "ttl=.25,250", "ttl=2.,2000", "ttl=+5,5000", "other=9,0", "ttl,0", "=,0", "xttl=4,0" })
	void aTtlMayBeWrittenInManyWays(String line, long millis) throws Exception {
		assertThat(read("k", "", "", line + "\n", "v").ttlMillis()).isEqualTo(millis);
		assertThat(read("k", "", "", line, "v").ttlMillis()).as("without a newline").isEqualTo(millis);
		assertThat(read("k", "", "", "a=b\n" + line + "\nc=d\n", "v").ttlMillis()).as("among others").isEqualTo(millis);
	}

	@Test
	void aTtlBeyondAllTimesIsTheLongest() throws Exception {
		assertThat(read("k", "", "", "ttl=9e99\n", "v").ttlMillis()).isEqualTo(WriteOptions.MAX_TTL.toMillis());
	}

	@ParameterizedTest
	@ValueSource(strings = { "soon", "-1", "NaN", "Infinity", "1s", "0x10", "1e999999999", "1,5" })
	void aTtlThatIsNoNumberOfSecondsCannotBeUnderstood(String ttl) {
		assertThatExceptionOfType(MalformedMessageException.class)
			.isThrownBy(() -> read("k", "", "", "ttl=" + ttl + "\n", "v"))
			.withMessageContaining("ttl");
	}

	@Test
	void propertiesMayBeAnyBytesAndAreKeptAsTheyAre() throws Exception {
		byte[] properties = { (byte) 0xFF, 0, '\n', '\n', '=', (byte) 0xC0 };
		Attachment attachment = ChpWrite.read(new byte[][] { { 'k' }, {}, {}, properties, { 'v' } }).attachment();
		assertThat(attachment).isNotNull();
		assertThat(attachment.properties()).containsExactly(properties);
	}

	@Test
	void whatIsTooLongOrNoTextIsMalformed() {
		assertThatExceptionOfType(MalformedMessageException.class)
			.isThrownBy(() -> read("k", "", "u".repeat(256), "", "v"))
			.withMessageContaining("UUID");
		assertThatExceptionOfType(MalformedMessageException.class)
			.isThrownBy(() -> read("k", "", "", "p".repeat(4097), "v"))
			.withMessageContaining("properties");
		assertThatExceptionOfType(MalformedMessageException.class)
			.isThrownBy(() -> ChpWrite.read(new byte[][] { { (byte) 0xC3 }, {}, {}, {}, { 'v' } }))
			.withMessageContaining("UTF-8");
	}

	@Test
	void anotherNumberOfFramesIsMalformed() {
		for (int count : new int[] { 0, 1, 4, 6 }) {
			byte[][] frames = new byte[count][];
			Arrays.fill(frames, UUID.randomUUID().toString().getBytes(StandardCharsets.US_ASCII));
			assertThatExceptionOfType(MalformedMessageException.class).isThrownBy(() -> ChpWrite.read(frames))
				.withMessageContaining("five frames");
		}
	}

	private static ChpWrite read(String... frames) throws MalformedMessageException {
		byte[][] bytes = new byte[frames.length][];
		for (int i = 0; i < frames.length; i++) {
			bytes[i] = frames[i].getBytes(StandardCharsets.UTF_8);
		}
		return ChpWrite.read(bytes);
	}

}
