package io.github.clonemap.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.github.clonemap.client.SnailWatch.Croak;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link SnailWatch}, with a server whose clock is 7 seconds ahead and a round
 * trip of 20 milliseconds: all is late that is older than 1010.
 */
class SnailWatchTests {

	private static final long AHEAD_MICROS = 7_000_000;

	private static final long ROUND_TRIP_MICROS = 20_000;

	private final ManualClock clock = new ManualClock();

	private final ClockOffset offset = new ClockOffset();

	private final List<Long> ages = new ArrayList<>();

	private int alarms;

	private final SnailWatch snail = new SnailWatch(Duration.ofSeconds(1), this.offset, this.clock, new ClientTimers() {

		@Override
		public void onHandedOver(long ageNanos) {
			SnailWatchTests.this.ages.add(ageNanos);
		}

	});

	@BeforeEach
	void isSynchronizedForLong() {
		this.snail.setAlarm(() -> this.alarms++);
		this.snail.onSynchronized();
		this.clock.advance(Duration.ofMinutes(1));
	}

	@Test
	void nothingIsMeasuredOrJudgedBeforeTheOffsetIsKnown() {
		handOver(Duration.ofHours(1));
		assertThat(this.ages).isEmpty();
		assertThat(measure()).isNull();
		assertThat(this.snail.croaks()).isZero();
	}

	@Test
	void whatIsInTimeIsMeasuredOnly() {
		measure();
		handOver(Duration.ofMillis(1000));
		assertThat(this.ages).containsExactly(Duration.ofMillis(1000).toNanos());
		assertThat(this.alarms).isZero();
	}

	@Test
	void theErrorBoundIsSubtracted() {
		measure();
		handOver(Duration.ofMillis(1010));
		assertThat(this.alarms).isZero();
		assertThat(this.snail.needsToAsk()).isFalse();
		handOver(Duration.ofMillis(1011));
		assertThat(this.alarms).isOne();
		assertThat(this.snail.needsToAsk()).isTrue();
	}

	@Test
	void aLateHandOverIsJudgedByAnOffsetThatWasMeasuredAfterIt() {
		measure();
		long before = this.clock.epochMicros();
		this.clock.advance(1);
		handOver(Duration.ofSeconds(2));
		assertThat(this.snail.onMeasured(before - 1)).isNull();
		assertThat(this.snail.croaks()).isZero();
		assertThat(measure()).isEqualTo(new Croak(Duration.ofSeconds(2).toNanos(), 10_000_000));
		assertThat(this.snail.croaks()).isOne();
	}

	@Test
	void theServerIsAskedOnceForEachSuspicion() {
		measure();
		handOver(Duration.ofSeconds(2));
		handOver(Duration.ofSeconds(3));
		assertThat(this.alarms).isOne();
		assertThat(this.snail.needsToAsk()).isTrue();
		assertThat(this.snail.needsToAsk()).isFalse();
	}

	@Test
	void aClockThatHasJumpedIsNoSnail() {
		measure();
		long jumpMicros = 30_000_000;
		this.snail.onHandedOver(this.clock.epochMicros() + AHEAD_MICROS - jumpMicros);
		assertThat(this.alarms).isOne();
		assertThat(measure(AHEAD_MICROS - jumpMicros)).isNull();
		assertThat(this.snail.croaks()).isZero();
		this.snail.onHandedOver(this.clock.epochMicros() + AHEAD_MICROS - jumpMicros);
		assertThat(this.alarms).isOne();
	}

	@Test
	void anEpisodeBeginsOnceAndEachLateHandOverIsCounted() {
		measure();
		handOver(Duration.ofSeconds(2));
		handOver(Duration.ofSeconds(2));
		assertThat(measure()).isNotNull();
		assertThat(this.snail.croaks()).isEqualTo(2);
		handOver(Duration.ofMillis(1));
		handOver(Duration.ofSeconds(2));
		assertThat(this.snail.croaks()).isEqualTo(3);
		assertThat(measure()).isNull();
		assertThat(this.snail.onWaiting(Duration.ofSeconds(5).toNanos())).isNull();
	}

	@Test
	void anEpisodeEndsWhenNothingHasBeenLateForAWhile() {
		measure();
		assertThat(this.snail.endsEpisode()).isFalse();
		handOver(Duration.ofSeconds(2));
		measure();
		this.clock.advance(Duration.ofSeconds(9));
		assertThat(this.snail.endsEpisode()).isFalse();
		handOver(Duration.ofSeconds(2));
		this.clock.advance(Duration.ofSeconds(9));
		assertThat(this.snail.endsEpisode()).isFalse();
		this.clock.advance(Duration.ofSeconds(2));
		assertThat(this.snail.endsEpisode()).isTrue();
		assertThat(this.snail.endsEpisode()).isFalse();
		measure();
		handOver(Duration.ofSeconds(2));
		assertThat(measure()).isNotNull();
	}

	@Test
	void whatWasOrderedBeforeASynchronizationEndedIsExcused() {
		measure();
		this.snail.onSynchronized();
		assertThatWhatWasOrderedUntilNowIsExcused();
	}

	@Test
	void nothingIsJudgedBeforeTheFirstSynchronization() {
		SnailWatch fresh = new SnailWatch(Duration.ofSeconds(1), this.offset, this.clock, ClientTimers.NONE);
		fresh.setAlarm(() -> this.alarms++);
		measure();
		fresh.excuseUntilNow();
		this.clock.advance(Duration.ofSeconds(30));
		fresh.onHandedOver(this.clock.epochMicros() + AHEAD_MICROS - 5_000_000);
		assertThat(this.alarms).isZero();
		fresh.onSynchronized();
		this.clock.advance(Duration.ofSeconds(30));
		fresh.onHandedOver(this.clock.epochMicros() + AHEAD_MICROS - 5_000_000);
		assertThat(this.alarms).isOne();
	}

	@Test
	void whatWaitedBehindOtherEntriesIsExcused() {
		measure();
		this.snail.excuseUntilNow();
		assertThatWhatWasOrderedUntilNowIsExcused();
	}

	@Test
	void anExcuseThatComesBeforeTheVerdictCounts() {
		measure();
		handOver(Duration.ofSeconds(2));
		this.snail.excuseUntilNow();
		assertThat(measure()).isNull();
	}

	@Test
	void aLostConnectionEndsASuspicion() {
		measure();
		handOver(Duration.ofSeconds(2));
		this.snail.forget();
		assertThat(this.snail.needsToAsk()).isFalse();
		assertThat(measure()).isNull();
		assertThat(this.snail.croaks()).isZero();
	}

	@Test
	void whatWaitsInAQueueOfOursNeedsNoOtherClock() {
		assertThat(this.snail.onWaiting(Duration.ofSeconds(1).toNanos())).isNull();
		assertThat(this.snail.onWaiting(Duration.ofSeconds(1).toNanos() + 1))
			.isEqualTo(new Croak(Duration.ofSeconds(1).toNanos() + 1, 0));
		assertThat(this.snail.croaks()).isOne();
	}

	@Test
	void anEpisodeThatBeginsWhileTheServerIsAskedBeginsOnce() {
		measure();
		handOver(Duration.ofSeconds(2));
		assertThat(this.snail.onWaiting(Duration.ofSeconds(2).toNanos())).isNotNull();
		assertThat(measure()).isNull();
		assertThat(this.snail.croaks()).isEqualTo(2);
	}

	private void assertThatWhatWasOrderedUntilNowIsExcused() {
		this.clock.advance(Duration.ofMillis(1900));
		handOver(Duration.ofSeconds(2));
		assertThat(this.alarms).isZero();
		this.clock.advance(Duration.ofMillis(200));
		handOver(Duration.ofSeconds(2));
		assertThat(this.alarms).isOne();
	}

	private void handOver(Duration age) {
		this.snail.onHandedOver(this.clock.epochMicros() + AHEAD_MICROS - age.toNanos() / 1000);
	}

	private Croak measure() {
		return measure(AHEAD_MICROS);
	}

	private Croak measure(long aheadMicros) {
		long now = this.clock.epochMicros();
		this.offset.onSample(now, now + ROUND_TRIP_MICROS, now + ROUND_TRIP_MICROS / 2 + aheadMicros);
		return this.snail.onMeasured(now);
	}

}
