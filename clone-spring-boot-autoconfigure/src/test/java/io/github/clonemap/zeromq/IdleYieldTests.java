package io.github.clonemap.zeromq;

import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link IdleYield}.
 */
class IdleYieldTests {

	/** The clock of the process may be anywhere. */
	private static final long START = Long.MAX_VALUE - 1000;

	private static final long MILLI = TimeUnit.MILLISECONDS.toNanos(1);

	private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

	private final IdleYield yield = new IdleYield(START);

	@Test
	void isDueForAsLongAsItIsQuick() {
		assertThat(this.yield.isDue(START)).isTrue();
		this.yield.onYielded(START + SECOND, START + SECOND + MILLI, 0);
		assertThat(this.yield.isDue(START + SECOND + MILLI)).isTrue();
	}

	@Test
	void pausesForASecondAfterASlowOneWhereLittleComes() {
		long slow = START + SECOND;
		this.yield.onYielded(slow, slow + MILLI + 1, 3_999_999);
		assertThat(this.yield.isDue(slow + SECOND - 1)).isFalse();
		assertThat(this.yield.isDue(slow + SECOND)).isTrue();
	}

	@Test
	void goesOnAfterASlowOneWhereMuchHasComeSinceTheOneBefore() {
		long slow = START + SECOND;
		this.yield.onYielded(slow, slow + 3 * MILLI, 4_000_000);
		assertThat(this.yield.isDue(slow + 3 * MILLI)).isTrue();
		this.yield.onYielded(slow + SECOND, slow + SECOND + 3 * MILLI, 4_000_000);
		assertThat(this.yield.isDue(slow + SECOND + 3 * MILLI)).isFalse();
	}

}
