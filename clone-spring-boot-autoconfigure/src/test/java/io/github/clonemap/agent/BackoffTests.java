package io.github.clonemap.agent;

import java.util.Random;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link Backoff}.
 */
class BackoffTests {

	@Property(tries = 300)
	void eachWaitLiesInTheUpperHalfOfABoundThatDoublesUpToTheLimit(
			@ForAll @LongRange(min = 1, max = 1_000_000_000) long min,
			@ForAll @LongRange(max = 100_000_000_000L) long more, @ForAll Random random) {
		long max = min + more;
		Backoff backoff = new Backoff(min, max, random);
		long bound = min;
		for (int attempt = 0; attempt < 50; attempt++) {
			assertThat(backoff.nextNanos()).isBetween(bound / 2, bound);
			bound = Math.min(max, bound * 2);
		}
	}

	@Example
	void theWholeUpperHalfIsUsed() {
		assertThat(new Backoff(1000, 1000, always(0)).nextNanos()).isEqualTo(500);
		assertThat(new Backoff(1000, 1000, always(1)).nextNanos()).isEqualTo(1000);
	}

	@Example
	void aResetBeginsWithTheFirstWaitAgain() {
		Backoff backoff = new Backoff(1000, 100_000, always(1));
		backoff.nextNanos();
		backoff.nextNanos();
		assertThat(backoff.nextNanos()).isEqualTo(4000);
		backoff.reset();
		assertThat(backoff.nextNanos()).isEqualTo(1000);
	}

	@Example
	void thoseWhoLostTheSameServerDoNotComeBackInTheSameInstant() {
		assertThat(LongStream.range(0, 100)
			.map((seed) -> new Backoff(1_000_000, 1_000_000, new Random(seed)).nextNanos())
			.distinct()
			.count()).isGreaterThan(90);
	}

	private static RandomGenerator always(int share) {
		return new RandomGenerator() {

			@Override
			public long nextLong() {
				throw new UnsupportedOperationException();
			}

			@Override
			public long nextLong(long bound) {
				return share * (bound - 1);
			}

		};
	}

}
