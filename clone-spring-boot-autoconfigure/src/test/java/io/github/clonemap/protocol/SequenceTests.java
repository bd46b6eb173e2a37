package io.github.clonemap.protocol;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link Sequence}.
 */
class SequenceTests {

	private static final long MAX_COUNTER = (1L << 48) - 1;

	/** 2020-01-01T00:00:00Z and 2054-01-01T00:00:00Z. */
	private static final long FROM_MICROS = 1_577_836_800_000_000L;

	private static final long TO_MICROS = 2_650_838_400_000_000L;

	@Property
	void anEpochAndACounterComeBack(@ForAll @IntRange(max = Sequence.MAX_EPOCH) int epoch,
			@ForAll @LongRange(max = MAX_COUNTER) long counter) {
		long sequence = Sequence.startOf(epoch) + counter;
		assertThat(sequence).isNotNegative();
		assertThat(Sequence.epoch(sequence)).isEqualTo(epoch);
		assertThat(Sequence.counter(sequence)).isEqualTo(counter);
		assertThat(Sequence.toString(sequence)).isEqualTo(epoch + "." + counter);
	}

	@Property
	void aHigherEpochIsAboveAllOfALowerOne(@ForAll @IntRange(max = Sequence.MAX_EPOCH - 1) int epoch,
			@ForAll @LongRange(max = MAX_COUNTER) long counter) {
		assertThat(Sequence.startOf(epoch + 1)).isGreaterThan(Sequence.startOf(epoch) + counter);
	}

	@Property
	void aServerThatStartsLaterStartsHigher(@ForAll @LongRange(min = FROM_MICROS, max = TO_MICROS) long micros,
			@ForAll @LongRange(max = 100_000_000) long laterMicros) {
		long first = Sequence.startAt(micros);
		long second = Sequence.startAt(micros + laterMicros);
		assertThat(second).isGreaterThanOrEqualTo(first);
		assertThat(second - first).isBetween(laterMicros * 262_144 / 1_000_000 - 1,
				laterMicros * 262_144 / 1_000_000 + 1);
		assertThat(Sequence.epoch(second)).isEqualTo(1);
	}

	@Example
	void aClockBeforeTheBaseStartsAtTheBeginningOfEpochOne() {
		assertThat(Sequence.startAt(0)).isEqualTo(Sequence.startOf(1));
	}

	@Property
	void noClockLeadsOutOfEpochOne(@ForAll @LongRange(min = 0) long micros) {
		assertThat(Sequence.epoch(Sequence.startAt(micros))).isEqualTo(1);
	}

}
