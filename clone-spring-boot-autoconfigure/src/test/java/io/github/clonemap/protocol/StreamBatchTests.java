package io.github.clonemap.protocol;

import java.util.Arrays;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests of {@link StreamBatch}.
 */
class StreamBatchTests {

	@Property(tries = 500)
	void comesBackFromItsBytes(@ForAll("batches") StreamBatch batch) throws Exception {
		FrameReader reader = new FrameReader(frame(batch));
		assertThat(StreamBatch.read(reader)).isEqualTo(batch);
		assertThat(reader.remaining()).isEqualTo(batch.count() * Update.MIN_BYTES);
	}

	@Example
	void aHeartbeatStandsWhereTheStreamStands() {
		assertThat(new StreamBatch(1, 7, 7, 7, 0, 0, 9).committed()).isEqualTo(9);
		assertThatIllegalArgumentException().isThrownBy(() -> new StreamBatch(1, 7, 8, 8, 0, 0, 9));
		assertThatIllegalArgumentException().isThrownBy(() -> new StreamBatch(1, 7, 7, 8, 0, 0, 9));
	}

	@Example
	void updatesComeAfterThoseBefore() {
		assertThat(new StreamBatch(1, 7, 8, 8, 1, 0, 8).last()).isEqualTo(8);
		assertThatIllegalArgumentException().isThrownBy(() -> new StreamBatch(1, 7, 7, 8, 1, 0, 9))
			.withMessage("stream batch out of order: before 7, first 7, last 8, committed 9");
		assertThatIllegalArgumentException().isThrownBy(() -> new StreamBatch(1, 7, 9, 8, 2, 0, 9));
	}

	@Example
	void nothingIsPublishedThatIsNotCommitted() {
		assertThatIllegalArgumentException().isThrownBy(() -> new StreamBatch(1, 7, 8, 8, 1, 0, 7));
		assertThatIllegalArgumentException().isThrownBy(() -> new StreamBatch(1, 7, 7, 7, 0, 0, 6));
	}

	@Example
	void aBatchOutOfOrderIsMalformed() {
		byte[] frame = frame(new StreamBatch(1, 7, 8, 8, 1, 0, 8));
		frame[1 + 8 + 7] = 8;
		assertMalformed(frame, "out of order");
	}

	@Example
	void anotherVersionIsMalformed() {
		byte[] frame = frame(new StreamBatch(1, 7, 7, 7, 0, 0, 8));
		frame[0] = 2;
		assertMalformed(frame, "version of the stream is 2, not 1");
	}

	@Example
	void aCountThatTheFrameHasNoRoomForIsMalformed() {
		byte[] frame = frame(new StreamBatch(1, 7, 8, 9, 2, 0, 9));
		byte[] shorter = Arrays.copyOf(frame, frame.length - 1);
		assertMalformed(shorter, "count is 2");
	}

	private static void assertMalformed(byte[] frame, String message) {
		assertThatExceptionOfType(MalformedMessageException.class)
			.isThrownBy(() -> StreamBatch.read(new FrameReader(frame)))
			.withMessageContaining(message);
	}

	/**
	 * The header, and behind it as many bytes as the smallest updates would take.
	 */
	private static byte[] frame(StreamBatch batch) {
		FrameWriter writer = new FrameWriter(4);
		batch.write(writer);
		assertThat(writer.size()).isEqualTo(StreamBatch.HEADER_BYTES);
		return writer.writeBytes(new byte[batch.count() * Update.MIN_BYTES]).toByteArray();
	}

	@Provide
	Arbitrary<StreamBatch> batches() {
		Arbitrary<Long> steps = Arbitraries.longs().between(0, 1L << 60);
		return Combinators
			.combine(Arbitraries.longs(), steps, steps, steps, Arbitraries.integers().between(0, 100),
					Messages.naturals(), steps)
			.as((serverId, before, first, more, count, time, ahead) -> (count == 0)
					? new StreamBatch(serverId, before, before, before, 0, time, before + ahead)
					: new StreamBatch(serverId, before, before + 1 + first, before + 1 + first + more, count, time,
							before + 1 + first + more + ahead));
	}

}
