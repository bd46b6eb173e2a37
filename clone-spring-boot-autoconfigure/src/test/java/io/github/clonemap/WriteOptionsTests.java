package io.github.clonemap;

import java.time.Duration;

import io.github.clonemap.WriteOptions.Condition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests of {@link WriteOptions}.
 */
class WriteOptionsTests {

	@Test
	void noneHasNoLifetimeAndNoCondition() {
		WriteOptions options = WriteOptions.none();
		assertThat(options.getTtl()).isNull();
		assertThat(options.isEphemeral()).isFalse();
		assertThat(options.getCondition()).isEqualTo(Condition.NONE);
		assertThat(options.getSequence()).isZero();
	}

	@Test
	void eachMethodReturnsAChangedCopy() {
		WriteOptions ttl = WriteOptions.none().ttl(Duration.ofSeconds(5));
		WriteOptions all = ttl.ephemeral().ifSequence(7);
		assertThat(all.getTtl()).isEqualTo(Duration.ofSeconds(5));
		assertThat(all.isEphemeral()).isTrue();
		assertThat(all.getCondition()).isEqualTo(Condition.SEQUENCE);
		assertThat(all.getSequence()).isEqualTo(7);
		assertThat(ttl.isEphemeral()).isFalse();
		assertThat(ttl.getCondition()).isEqualTo(Condition.NONE);
		assertThat(WriteOptions.none().getTtl()).isNull();
	}

	@Test
	void theLastConditionCountsAndKeepsTheLifetime() {
		WriteOptions options = WriteOptions.none().ephemeral().ifSequence(7).ifAbsent();
		assertThat(options.getCondition()).isEqualTo(Condition.ABSENT);
		assertThat(options.getSequence()).isZero();
		assertThat(options.isEphemeral()).isTrue();
		assertThat(options.ifPresent().getCondition()).isEqualTo(Condition.PRESENT);
	}

	@ParameterizedTest
	@ValueSource(strings = { "PT0.001S", "P3650D" })
	void aTimeToLiveLiesBetweenAMillisecondAndTenYears(Duration ttl) {
		assertThat(WriteOptions.none().ttl(ttl).getTtl()).isEqualTo(ttl);
	}

	@ParameterizedTest
	@ValueSource(strings = { "PT0S", "PT-1S", "PT0.000999999S", "P3650DT0.000000001S", "PT2562047788015215H" })
	void anotherTimeToLiveIsRefused(Duration ttl) {
		assertThatIllegalArgumentException().isThrownBy(() -> WriteOptions.none().ttl(ttl))
			.withMessage("A time to live lies between 1 ms and PT87600H, not " + ttl);
	}

	@ParameterizedTest
	@ValueSource(longs = { 0, -1, Long.MIN_VALUE })
	void aSequenceThatNoEntryHasIsRefused(long sequence) {
		assertThatIllegalArgumentException().isThrownBy(() -> WriteOptions.none().ifSequence(sequence))
			.withMessage("An entry's sequence is positive, not " + sequence);
	}

}
