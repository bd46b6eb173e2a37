package io.github.clonemap.metrics;

import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link MonotonicCount}.
 */
class MonotonicCountTests {

	private final AtomicLong source = new AtomicLong();

	private final MonotonicCount count = new MonotonicCount(this.source::get);

	@Test
	void followsItsSource() {
		assertThat(this.count.value()).isZero();
		this.source.set(3);
		assertThat(this.count.value()).isEqualTo(3);
		assertThat(this.count.value()).isEqualTo(3);
	}

	@Test
	void goesOnFromWhereItWasWhenTheSourceStartsAgain() {
		this.source.set(3);
		assertThat(this.count.value()).isEqualTo(3);
		this.source.set(0);
		assertThat(this.count.value()).isEqualTo(3);
		this.source.set(2);
		assertThat(this.count.value()).isEqualTo(5);
		this.source.set(1);
		assertThat(this.count.value()).isEqualTo(6);
	}

}
