package io.github.clonemap.client;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link ClockOffset}.
 */
class ClockOffsetTests {

	private final ClockOffset offset = new ClockOffset();

	@Test
	void nothingIsKnownBeforeTheFirstMeasurementAndAfterAReset() {
		assertThat(this.offset.isKnown()).isFalse();
		assertThat(this.offset.ageNanos(1, 1000)).isZero();
		sample(0, 100, 10_000);
		assertThat(this.offset.isKnown()).isTrue();
		this.offset.reset();
		assertThat(this.offset.isKnown()).isFalse();
	}

	@Test
	void theShortestRoundTripIsBelieved() {
		sample(0, 1000, 5000 + 900);
		sample(2000, 2100, 5000 + 2050);
		sample(3000, 4000, 5000 + 3100);
		assertThat(this.offset.offsetMicros()).isEqualTo(5000);
		assertThat(this.offset.errorMicros()).isBetween(50L, 52L);
	}

	@Test
	void theErrorGrowsWithTheAgeOfTheMeasurement() {
		sample(0, 100, 5050);
		assertThat(this.offset.errorMicros()).isEqualTo(50);
		sample(1_000_000, 1_010_000, 1_005_000 + 5000);
		assertThat(this.offset.errorMicros()).isEqualTo(50 + (1_010_000 - 100) / 2000);
		assertThat(this.offset.offsetMicros()).isEqualTo(5000);
	}

	@Test
	void anOlderMeasurementGivesWayToANewerOneThatIsNotMuchWorse() {
		sample(0, 100, 5050);
		sample(10_000_000, 10_000_400, 10_005_000 + 200 + 7);
		assertThat(this.offset.offsetMicros()).isEqualTo(5007);
	}

	@Test
	void measurementsThatContradictEachOtherTellThatAClockHasJumped() {
		sample(0, 100, 5050);
		sample(1000, 4000, 2500 - 1_000_000);
		assertThat(this.offset.offsetMicros()).isEqualTo(-1_000_000);
		assertThat(this.offset.errorMicros()).isEqualTo(1500);
	}

	@Test
	void anAnswerToAPingThatWasNeverSentIsIgnored() {
		sample(5000, 100, 77);
		assertThat(this.offset.isKnown()).isFalse();
	}

	@Test
	void theAgeIsThatOnTheServersClock() {
		sample(0, 100, 10_050);
		assertThat(this.offset.ageNanos(10_500, 1000)).isEqualTo(500_000);
		assertThat(this.offset.ageNanos(99_000, 1000)).isZero();
	}

	private void sample(long sentMicros, long receivedMicros, long serverMicros) {
		this.offset.onSample(sentMicros, receivedMicros, serverMicros);
	}

}
