package io.github.clonemap.protocol;

import io.github.clonemap.protocol.WriteResult.Status;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests of {@link WriteResult}.
 */
class WriteResultTests {

	@Property(tries = 500)
	void comesBackFromItsBytes(@ForAll("results") WriteResult result) throws Exception {
		FrameReader reader = new FrameReader(bytes(result));
		assertThat(WriteResult.read(reader)).usingRecursiveComparison().isEqualTo(result);
		assertThat(reader.remaining()).isZero();
	}

	@Example
	void theSmallestOneTakesExactlyTheRoomThatCountsAreCheckedWith() {
		assertThat(bytes(new WriteResult(Status.UNCHANGED, 0, 0, null, ""))).hasSize(WriteResult.MIN_BYTES);
	}

	@Example
	void unknownNumbersAreMalformed() {
		assertMalformed(0, 4, "status 4 is unknown");
		assertMalformed(1, 0x80, "sequence is negative");
		assertMalformed(9, 0x80, "server time is negative");
		assertMalformed(17, 2, "entry present is 2, neither 0 nor 1");
	}

	private static void assertMalformed(int position, int value, String message) {
		byte[] bytes = bytes(new WriteResult(Status.UNCHANGED, 0, 0, null, ""));
		bytes[position] = (byte) value;
		assertThatExceptionOfType(MalformedMessageException.class)
			.isThrownBy(() -> WriteResult.read(new FrameReader(bytes)))
			.withMessage(message);
	}

	private static byte[] bytes(WriteResult result) {
		FrameWriter writer = new FrameWriter(4);
		result.write(writer);
		return writer.toByteArray();
	}

	@Provide
	Arbitrary<WriteResult> results() {
		return Messages.results();
	}

}
