package io.github.clonemap;

import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of the exceptions.
 */
class CloneExceptionTests {

	@ParameterizedTest
	@MethodSource
	void everyExceptionKeepsItsMessageAndIsACloneException(CloneException exception) {
		assertThat(exception).hasMessage("what happened").hasNoCause();
	}

	static Stream<CloneException> everyExceptionKeepsItsMessageAndIsACloneException() {
		return Stream.of(new CloneConditionFailedException("what happened", 0),
				new CloneEncodingException("what happened", null), new CloneInterruptedException("what happened"),
				new CloneNotConnectedException("what happened"), new CloneRejectedException("what happened"),
				new CloneStoppedException("what happened"), new CloneTimeoutException("what happened"));
	}

	@Test
	void aFailedConditionTellsTheSequenceThatTheServerHas() {
		assertThat(new CloneConditionFailedException("somebody was faster", 17).getCurrentSequence()).isEqualTo(17);
	}

	@Test
	void aWriterIsWrittenAsItsDoorAndItsIdInHexadecimal() {
		assertThat(new CloneWriter(CloneWriter.Kind.NATIVE, 255)).hasToString("NATIVE:ff");
		assertThat(new CloneWriter(CloneWriter.Kind.SERVER, 0)).hasToString("SERVER:0");
	}

}
