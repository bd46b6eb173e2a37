package io.github.clonemap.client;

import java.util.List;

import io.github.clonemap.client.LinearizabilityChecker.Condition;
import io.github.clonemap.client.LinearizabilityChecker.Operation;
import io.github.clonemap.client.LinearizabilityChecker.Outcome;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The checker itself: it must find what is wrong.
 */
class LinearizabilityCheckerTests {

	private long places;

	@Test
	void acceptsAnOrderThatOverlappingCallsAllow() {
		assertThat(isLinearizable(put(5, 8, "b", null), put(0, 10, "a", "b"))).isTrue();
		assertThat(isLinearizable(put(0, 10, "a", null), put(5, 8, "b", "a"))).isTrue();
	}

	@Test
	void refusesAnotherOrderThanTheCallersWereTold() {
		assertThat(isLinearizable(put(0, 10, "a", "b"), put(5, 8, "b", null))).isFalse();
	}

	@Test
	void refusesAnOrderAgainstTime() {
		assertThat(isLinearizable(put(5, 8, "b", null), put(0, 4, "a", "b"))).isFalse();
	}

	@Test
	void refusesAValueThatWasLost() {
		assertThat(isLinearizable(put(0, 1, "a", null), put(2, 3, "b", null))).isFalse();
	}

	@Test
	void refusesAWriteThatWasAppliedTwice() {
		assertThat(isLinearizable(put(0, 1, "a", null), put(2, 3, "b", "a"), put(4, 5, "c", "a"))).isFalse();
	}

	@Test
	void refusesTwoWinners() {
		assertThat(isLinearizable(create(0, 9, "a", Outcome.APPLIED, null), create(1, 8, "b", Outcome.APPLIED, null)))
			.isFalse();
		assertThat(
				isLinearizable(create(0, 9, "a", Outcome.APPLIED, null), create(1, 8, "b", Outcome.NOT_APPLIED, "a")))
			.isTrue();
	}

	@Test
	void anUnknownOutcomeMayHaveTakenEffectLateOrNever() {
		Operation unknown = new Operation(0, Long.MAX_VALUE, "u", Condition.NONE, null, Outcome.UNKNOWN, null, 0);
		assertThat(isLinearizable(unknown, put(1, 2, "a", null), put(3, 4, "b", "a"))).isTrue();
		assertThat(isLinearizable(unknown, put(1, 2, "a", null), put(3, 4, "b", "u"))).isTrue();
		assertThat(isLinearizable(unknown, put(1, 2, "a", "u"), put(3, 4, "b", "u"))).isFalse();
	}

	private static boolean isLinearizable(Operation... operations) {
		return LinearizabilityChecker.isLinearizable(List.of(operations));
	}

	private Operation put(long called, long returned, String value, String before) {
		return new Operation(called, returned, value, Condition.NONE, null, Outcome.APPLIED, before, ++this.places);
	}

	private Operation create(long called, long returned, String value, Outcome outcome, String before) {
		return new Operation(called, returned, value, Condition.ABSENT, null, outcome, before, ++this.places);
	}

}
