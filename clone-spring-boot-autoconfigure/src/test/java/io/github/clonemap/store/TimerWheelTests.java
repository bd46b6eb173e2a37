package io.github.clonemap.store;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.BeforeTry;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link TimerWheel}.
 */
class TimerWheelTests {

	private static final long TICK = TimerWheel.TICK_NANOS;

	/** Of the kind that a nanosecond clock may start with: negative, no round number. */
	private static final long START = -123_456_789_123L;

	private TimerWheel wheel;

	private final List<StoredEntry> expired = new ArrayList<>();

	private int entries;

	@BeforeTry
	void createWheel() {
		this.wheel = new TimerWheel(START);
		this.expired.clear();
	}

	@Property(tries = 60, shrinking = ShrinkingMode.OFF)
	void noEntryEndsEarlyOrMoreThanATickLate(@ForAll Random random) {
		Map<StoredEntry, Long> model = new HashMap<>();
		long now = START;
		for (int i = 0; i < 400; i++) {
			switch (random.nextInt(4)) {
				case 0, 1 -> {
					TimedEntry entry = entry();
					long deadline = now + randomSpan(random, Duration.ofDays(3650)) - TICK;
					this.wheel.add(entry, deadline);
					// One that has passed already counts as one of now.
					model.put(entry, Math.max(deadline, now));
				}
				case 2 -> model.keySet().stream().skip(random.nextInt(model.size() + 1)).findFirst().ifPresent((e) -> {
					this.wheel.remove(e);
					model.remove(e);
				});
				default -> {
					now += randomSpan(random, Duration.ofHours(3));
					advance(now, model);
				}
			}
			assertThat(this.wheel.size()).isEqualTo(model.size());
			assertThat(this.wheel.nextDeadlineNanos()).isLessThanOrEqualTo(latestTurn(now, model));
		}
	}

	@Property(tries = 30, shrinking = ShrinkingMode.OFF)
	void whoComesAtTheNextDeadlineOnlyIsInTime(@ForAll Random random) {
		Map<StoredEntry, Long> model = new HashMap<>();
		for (int i = 0; i < 50; i++) {
			TimedEntry entry = entry();
			long deadline = START + randomSpan(random, Duration.ofMinutes(20));
			this.wheel.add(entry, deadline);
			model.put(entry, deadline);
		}
		int turns = 0;
		while (!model.isEmpty()) {
			advance(this.wheel.nextDeadlineNanos(), model);
			turns++;
		}
		// One for each entry, and one each time that a list of the second wheel comes
		// down.
		assertThat(turns).isLessThanOrEqualTo(50 + 20 * 60 * 100 / 64 + 1);
		assertThat(this.wheel.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
	}

	@Example
	void anEntryEndsInTheTickAfterItsDeadline() {
		TimedEntry entry = entry();
		this.wheel.add(entry, START + TICK + 1);
		assertThat(this.wheel.nextDeadlineNanos()).isEqualTo(START + 2 * TICK);
		assertThat(expiredAt(START + TICK + 1)).isEmpty();
		assertThat(expiredAt(START + 2 * TICK - 1)).isEmpty();
		assertThat(expiredAt(START + 2 * TICK)).containsExactly(entry);
	}

	@Example
	void aDeadlineThatHasPassedEndsInTheNextTick() {
		expiredAt(START + 5 * TICK);
		TimedEntry entry = entry();
		this.wheel.add(entry, START);
		assertThat(expiredAt(START + 6 * TICK)).containsExactly(entry);
	}

	@Example
	void anEntryWaitsForYears() {
		TimedEntry entry = entry();
		Duration tenYears = Duration.ofDays(3650);
		this.wheel.add(entry, START + tenYears.toNanos());
		assertThat(expiredAt(START + Duration.ofDays(2).toNanos())).isEmpty();
		assertThat(this.wheel.size()).isOne();
	}

	@Example
	void timeThatPassesWhileNothingWaitsCostsNothing() {
		long century = START + Duration.ofDays(36_500).toNanos();
		expiredAt(century);
		TimedEntry entry = entry();
		this.wheel.add(entry, century + TICK);
		assertThat(expiredAt(century + TICK - 1)).isEmpty();
		assertThat(expiredAt(century + 2 * TICK)).containsExactly(entry);
	}

	@Example
	void anEntryThatWasTakenOutDoesNotEnd() {
		TimedEntry entry = entry();
		this.wheel.add(entry, START + TICK);
		this.wheel.remove(entry);
		this.wheel.remove(entry);
		assertThat(this.wheel.size()).isZero();
		assertThat(expiredAt(START + 10 * TICK)).isEmpty();
	}

	@Example
	void whoHearsOfAnEndMayTakeOthersOutAndAddNewOnes() {
		TimedEntry first = entry();
		TimedEntry second = entry();
		TimedEntry added = entry();
		this.wheel.add(first, START + TICK);
		this.wheel.add(second, START + TICK);
		this.wheel.advance(START + TICK, (entry) -> {
			this.expired.add(entry);
			this.wheel.remove(second);
			this.wheel.add(added, START);
		});
		assertThat(this.expired).containsExactly(first);
		assertThat(expiredAt(START + 2 * TICK)).containsExactly(added);
	}

	@Example
	void entriesThatAreNotDueForLongAreNotVisited() {
		List<Timer> far = new ArrayList<>();
		for (int i = 0; i < 10_000; i++) {
			TimedEntry entry = entry();
			this.wheel.add(entry, START + Duration.ofHours(1).toNanos());
			far.add(entry.timer);
		}
		TimedEntry near = entry();
		this.wheel.add(near, START + Duration.ofMinutes(30).toNanos());
		// Whoever came by would stumble over a link that is not there.
		List<Timer> links = far.stream().map((timer) -> timer.next).toList();
		far.forEach((timer) -> timer.next = null);
		for (int second = 1; second <= 40 * 60; second++) {
			this.wheel.advance(START + second * 1_000_000_000L, this.expired::add);
		}
		assertThat(this.expired).containsExactly(near);
		for (int i = 0; i < far.size(); i++) {
			far.get(i).next = links.get(i);
		}
		assertThat(expiredAt(START + Duration.ofHours(1).toNanos())).hasSize(10_000);
	}

	private TimedEntry entry() {
		return StoredEntries.timed("key", ++this.entries);
	}

	private List<StoredEntry> expiredAt(long now) {
		this.expired.clear();
		this.wheel.advance(now, this.expired::add);
		return this.expired;
	}

	private void advance(long now, Map<StoredEntry, Long> model) {
		for (StoredEntry entry : expiredAt(now)) {
			Long deadline = model.remove(entry);
			assertThat(deadline).as("deadline of an entry that has ended").isNotNull().isLessThanOrEqualTo(now);
		}
		assertThat(model.values()).as("deadlines that are still to come, at %d", now)
			.allMatch((deadline) -> deadline > now - TICK);
	}

	private static long latestTurn(long now, Map<StoredEntry, Long> model) {
		return model.values()
			.stream()
			.min(Comparator.naturalOrder())
			.map((deadline) -> Math.max(now, deadline) + TICK)
			.orElse(Long.MAX_VALUE);
	}

	/**
	 * A span from nothing to the longest one, short ones as often as long ones.
	 */
	private static long randomSpan(Random random, Duration longest) {
		double exponent = random.nextDouble() * Math.log(longest.toNanos());
		return (long) Math.exp(exponent);
	}

}
