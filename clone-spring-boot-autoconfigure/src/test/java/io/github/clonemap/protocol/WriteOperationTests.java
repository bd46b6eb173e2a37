package io.github.clonemap.protocol;

import java.nio.charset.StandardCharsets;

import io.github.clonemap.WriteOptions.Condition;
import io.github.clonemap.protocol.WriteOperation.Kind;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests of {@link WriteOperation}.
 */
class WriteOperationTests {

	@Property(tries = 500)
	void comesBackFromItsBytes(@ForAll("operations") WriteOperation operation) throws Exception {
		FrameReader reader = new FrameReader(Messages.bytes(operation));
		assertThat(WriteOperation.read(reader)).usingRecursiveComparison().isEqualTo(operation);
		assertThat(reader.remaining()).isZero();
	}

	@Property(tries = 500)
	void weighsAtLeastAsMuchAsItsBytes(@ForAll("operations") WriteOperation operation) {
		assertThat(Messages.bytes(operation).length).isBetween(WriteOperation.MIN_BYTES, operation.weight());
	}

	@Property(tries = 50)
	void aKeyThatIsKnownIsNotMadeAnew(@ForAll("operations") WriteOperation operation) throws Exception {
		byte[] bytes = Messages.bytes(operation);
		KnownKeys keys = (array, offset,
				length) -> new String(array, offset, length, StandardCharsets.UTF_8).equals(operation.key())
						? operation.key() : null;
		WriteOperation read = WriteOperation.read(new FrameReader(bytes, 0, bytes.length, keys));
		assertThat(read.key()).isSameAs(operation.key());
	}

	@Example
	void theSmallestOneTakesExactlyTheRoomThatCountsAreCheckedWith() {
		assertThat(Messages.bytes(new WriteOperation(Kind.GET, "", null, Condition.NONE, 0, 0, false, false)))
			.hasSize(WriteOperation.MIN_BYTES);
	}

	@Example
	void onlyAPutHasAValue() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new WriteOperation(Kind.PUT, "k", null, Condition.NONE, 0, 0, false, false));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new WriteOperation(Kind.REMOVE, "k", new byte[1], Condition.NONE, 0, 0, false, false));
	}

	@Example
	void operationsOnDifferentTermsAreNotMistakenForEachOther() {
		// More than there are places to share their terms.
		for (int ttl = 0; ttl < 1000; ttl++) {
			for (Condition condition : Condition.values()) {
				for (int flags = 0; flags < 4; flags++) {
					WriteOperation operation = new WriteOperation(Kind.REMOVE, "k", null, condition, 0, ttl,
							(flags & 1) != 0, (flags & 2) != 0);
					assertThat(operation.kind()).isEqualTo(Kind.REMOVE);
					assertThat(operation.condition()).isEqualTo(condition);
					assertThat(operation.ttlMillis()).isEqualTo(ttl);
					assertThat(operation.ephemeral()).isEqualTo((flags & 1) != 0);
					assertThat(operation.returnEntry()).isEqualTo((flags & 2) != 0);
				}
			}
		}
	}

	@Example
	void unknownNumbersAreMalformed() {
		assertMalformed(with(0, 3), "operation 3 is unknown");
		assertMalformed(with(1, 4), "condition 4 is unknown");
		assertMalformed(with(2, 8), "flags 8 are unknown");
	}

	@Example
	void aTimeToLiveOfZeroBehindTheFlagThatThereIsOneIsMalformed() {
		byte[] bytes = Messages.bytes(new WriteOperation(Kind.REMOVE, "k", null, Condition.NONE, 0, 1, false, false));
		bytes[bytes.length - 1] = 0;
		assertMalformed(bytes, "ttl");
	}

	private static byte[] with(int position, int value) {
		byte[] bytes = Messages.bytes(new WriteOperation(Kind.REMOVE, "k", null, Condition.NONE, 0, 0, false, false));
		bytes[position] = (byte) value;
		return bytes;
	}

	private static void assertMalformed(byte[] bytes, String message) {
		assertThatExceptionOfType(MalformedMessageException.class)
			.isThrownBy(() -> WriteOperation.read(new FrameReader(bytes)))
			.withMessageContaining(message);
	}

	@Provide
	Arbitrary<WriteOperation> operations() {
		return Messages.operations();
	}

}
