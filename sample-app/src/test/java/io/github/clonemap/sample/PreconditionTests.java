package io.github.clonemap.sample;

import io.github.clonemap.WriteOptions;
import io.github.clonemap.WriteOptions.Condition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.web.server.ResponseStatusException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * From headers to the condition of a write.
 */
class PreconditionTests {

	@Test
	void requestWithoutHeadersHasNoCondition() {
		assertThat(Precondition.of(null, null)).isEqualTo(new Precondition(Condition.NONE, 0));
	}

	@Test
	void tagIsTheSequence() {
		Precondition precondition = Precondition.of("\"281474976710657\"", null);
		assertThat(precondition).isEqualTo(new Precondition(Condition.SEQUENCE, 281474976710657L));
		assertThat(precondition.applyTo(WriteOptions.none()).getSequence()).isEqualTo(281474976710657L);
	}

	@Test
	void ofSeveralTagsTheNewestCounts() {
		assertThat(Precondition.of("\"17\", \"other\", \"23\", \"5\"", null))
			.isEqualTo(new Precondition(Condition.SEQUENCE, 23));
	}

	@ParameterizedTest
	@ValueSource(strings = { "W/\"17\"", "\"other\"", "\"0\"", "\"-1\"" })
	void tagThatNoWriteGaveMatchesNothing(String tag) {
		assertThat(Precondition.of(tag, null)).isEqualTo(new Precondition(Condition.SEQUENCE, Long.MAX_VALUE));
	}

	@Test
	void starMeansPresentOrAbsent() {
		assertThat(Precondition.of("*", null).applyTo(WriteOptions.none()).getCondition()).isEqualTo(Condition.PRESENT);
		assertThat(Precondition.of(null, "*").applyTo(WriteOptions.none()).getCondition()).isEqualTo(Condition.ABSENT);
	}

	@Test
	void refusesWhatItDoesNotUnderstand() {
		assertThatExceptionOfType(ResponseStatusException.class).isThrownBy(() -> Precondition.of("17", null));
		assertThatExceptionOfType(ResponseStatusException.class).isThrownBy(() -> Precondition.of(null, "\"17\""));
		assertThatExceptionOfType(ResponseStatusException.class).isThrownBy(() -> Precondition.of("\"17\"", "*"));
	}

}
