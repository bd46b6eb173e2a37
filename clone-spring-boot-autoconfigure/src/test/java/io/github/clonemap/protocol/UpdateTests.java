package io.github.clonemap.protocol;

import io.github.clonemap.CloneWriter;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * Tests of {@link Update}.
 */
class UpdateTests {

	@Property(tries = 500)
	void comesBackFromItsBytes(@ForAll("updates") Update update) throws Exception {
		FrameReader reader = new FrameReader(Messages.bytes(update));
		assertThat(Update.read(reader, Update::new)).usingRecursiveComparison().isEqualTo(update);
		assertThat(reader.remaining()).isZero();
	}

	/**
	 * Which it keeps in halves.
	 */
	@Property(tries = 500)
	void tellsTheSequenceAndTheTimeThatItWasGiven(@ForAll long sequence, @ForAll long micros, @ForAll long other) {
		Update update = new Update(Update.Kind.PUT, "k", new byte[1], sequence, micros, CloneWriter.Kind.NATIVE, 7, 0,
				false);
		Update later = new Update(Update.Kind.PUT, "k", new byte[1], other, other, CloneWriter.Kind.NATIVE, 7, 0,
				false);
		assertThat(update.sequence()).isEqualTo(sequence);
		assertThat(update.serverTimeMicros()).isEqualTo(micros);
		assertThat(later.sequence()).isEqualTo(other);
		assertThat(later.serverTimeMicros()).isEqualTo(other);
		assertThat(update.isSameAs(later)).isEqualTo(sequence == other && micros == other);
	}

	@Property(tries = 300)
	void takesAtLeastTheRoomThatCountsAreCheckedWith(@ForAll("updates") Update update) {
		assertThat(Messages.bytes(update).length).isGreaterThanOrEqualTo(Update.MIN_BYTES);
	}

	@Example
	void theSmallestOneTakesExactlyThatRoom() {
		assertThat(Messages.bytes(removal("k", 0))).hasSize(Update.MIN_BYTES);
	}

	@Example
	void onlyAPutHasAValue() {
		assertThat(removal("k", 0).isPut()).isFalse();
		assertThatNullPointerException().isThrownBy(() -> removal("k", 0).value())
			.withMessage("a removal has no value");
	}

	@Property(tries = 200)
	void isTheSameAsWhatComesBackFromItsBytes(@ForAll("updates") Update update) throws Exception {
		assertThat(update.isSameAs(Update.read(new FrameReader(Messages.bytes(update)), Update::new))).isTrue();
	}

	@Example
	void anEmptyKeyIsMalformed() {
		assertMalformed(Messages.bytes(removal("", 0)), "key is empty");
	}

	@Example
	void anUnknownKindIsMalformed() {
		byte[] bytes = Messages.bytes(removal("k", 0));
		bytes[0] = 3;
		assertMalformed(bytes, "kind 3 is unknown");
	}

	@Example
	void anUnknownWriterKindIsMalformed() {
		byte[] bytes = Messages.bytes(removal("k", 0));
		bytes[17] = 3;
		assertMalformed(bytes, "writer kind 3 is unknown");
	}

	@Example
	void anUnknownFlagIsMalformed() {
		byte[] bytes = Messages.bytes(removal("k", 0));
		bytes[26] = 4;
		assertMalformed(bytes, "flags 4 are unknown");
	}

	@Example
	void aNegativeSequenceIsMalformed() {
		byte[] bytes = Messages.bytes(removal("k", 0));
		bytes[1] = (byte) 0x80;
		assertMalformed(bytes, "sequence is negative");
	}

	@Example
	void aTimeToLiveOfZeroBehindTheFlagThatThereIsOneIsMalformed() {
		byte[] bytes = Messages.bytes(removal("k", 1));
		bytes[bytes.length - 1] = 0;
		assertMalformed(bytes, "ttl");
	}

	private static Update removal(String key, long ttlMillis) {
		return new Update(Update.Kind.REMOVE, key, null, 0, 0, CloneWriter.Kind.NATIVE, 0, ttlMillis, false);
	}

	private static void assertMalformed(byte[] bytes, String message) {
		assertThatExceptionOfType(MalformedMessageException.class)
			.isThrownBy(() -> Update.read(new FrameReader(bytes), Update::new))
			.withMessageContaining(message);
	}

	@Provide
	Arbitrary<Update> updates() {
		return Messages.updates();
	}

}
