package io.github.clonemap.client;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;

/**
 * Searches an order of all operations on one key that explains their results: each takes
 * effect at one instant between its call and its return, as Herlihy and Wing define it.
 * The search is that of Wing and Gong, with the memory of Lowe: a set of operations that
 * has led to a value once is not tried again. An operation with an unknown outcome may
 * take effect at any time after its call, or never.
 */
final class LinearizabilityChecker {

	/**
	 * How many steps a search may take. Where very many outcomes are unknown, it would
	 * take for ever.
	 */
	private static final int MAX_STEPS = 20_000;

	private LinearizabilityChecker() {
	}

	/**
	 * Whether there is such an order; also if the search had to be given up.
	 */
	static boolean isLinearizable(List<Operation> history) {
		List<Operation> operations = new ArrayList<>(history);
		// A write of which nobody knows whether it was done, and which nobody ever saw,
		// explains nothing, unless another one of the kind needs it.
		boolean anyNeeds = operations.stream()
			.anyMatch((operation) -> operation.outcome() == Outcome.UNKNOWN && operation.condition() != Condition.NONE
					&& isSeen(operation, history));
		operations.removeIf((operation) -> operation.outcome() == Outcome.UNKNOWN && operation.write() != null
				&& !anyNeeds && !isSeen(operation, history));
		operations.sort(Comparator.comparingLong(Operation::called));
		return new Search(operations).run(new BitSet(), null);
	}

	private static boolean isSeen(Operation operation, List<Operation> history) {
		return operation.write() != null
				&& history.stream().anyMatch((other) -> operation.write().equals(other.before()));
	}

	/**
	 * An operation on the key.
	 *
	 * @param called when it was called
	 * @param returned when it returned, {@link Long#MAX_VALUE} if its outcome is unknown
	 * @param write the value that it wants to write, {@code null} to remove
	 * @param condition when it may take effect
	 * @param expected the value for {@link Condition#VALUE}
	 * @param outcome what the caller was told
	 * @param before the value before, if the caller was told
	 * @param place the place in the order, if the caller was told
	 */
	record Operation(long called, long returned, String write, Condition condition, String expected, Outcome outcome,
			String before, long place) {

		private boolean holds(String value) {
			return switch (this.condition) {
				case NONE -> true;
				case ABSENT -> value == null;
				case PRESENT -> value != null;
				case VALUE -> value != null && value.equals(this.expected);
			};
		}

	}

	enum Condition {

		NONE, ABSENT, PRESENT, VALUE

	}

	enum Outcome {

		APPLIED, NOT_APPLIED, UNKNOWN

	}

	private static final class Search {

		private final List<Operation> operations;

		private final Set<List<Object>> seen = new HashSet<>();

		Search(List<Operation> operations) {
			this.operations = operations;
		}

		boolean run(BitSet done, String value) {
			BitSet taken = (BitSet) done.clone();
			// What changes nothing, and fits now, may as well be taken now.
			while (takeUnchanging(taken, value)) {
				if (isExplained(taken)) {
					return true;
				}
			}
			if (isExplained(taken)) {
				return true;
			}
			if (!this.seen.add(List.of(taken, Objects.requireNonNullElse(value, "")))) {
				return false;
			}
			if (this.seen.size() > MAX_STEPS) {
				return true;
			}
			long firstReturn = firstReturn(taken);
			int nextApplied = nextApplied(taken);
			boolean removalTried = false;
			for (int i = taken.nextClearBit(0); i < this.operations.size(); i = taken.nextClearBit(i + 1)) {
				Operation operation = this.operations.get(i);
				if (operation.called() > firstReturn) {
					break;
				}
				boolean fits = operation.outcome() == Outcome.UNKNOWN
						|| (i == nextApplied && Objects.equals(operation.before(), value));
				boolean changes = operation.holds(value) && (operation.write() != null || value != null);
				if (fits && changes && !(isUnknownRemoval(operation) && removalTried)) {
					removalTried |= isUnknownRemoval(operation);
					BitSet next = (BitSet) taken.clone();
					next.set(i);
					if (run(next, operation.write())) {
						return true;
					}
				}
			}
			return false;
		}

		/**
		 * One such removal is as good as another: the one that was called first is tried.
		 */
		private static boolean isUnknownRemoval(Operation operation) {
			return operation.outcome() == Outcome.UNKNOWN && operation.write() == null
					&& operation.condition() == Condition.NONE;
		}

		/**
		 * Whether all that has returned is explained: what is left need not take effect.
		 */
		private boolean isExplained(BitSet taken) {
			return firstReturn(taken) == Long.MAX_VALUE;
		}

		private long firstReturn(BitSet taken) {
			long first = Long.MAX_VALUE;
			for (int i = taken.nextClearBit(0); i < this.operations.size(); i = taken.nextClearBit(i + 1)) {
				first = Math.min(first, this.operations.get(i).returned());
			}
			return first;
		}

		/**
		 * The callers were told the places of their writes: those must be kept to.
		 */
		private int nextApplied(BitSet taken) {
			int next = -1;
			for (int i = taken.nextClearBit(0); i < this.operations.size(); i = taken.nextClearBit(i + 1)) {
				if (this.operations.get(i).outcome() == Outcome.APPLIED
						&& (next < 0 || this.operations.get(i).place() < this.operations.get(next).place())) {
					next = i;
				}
			}
			return next;
		}

		private boolean takeUnchanging(BitSet taken, String value) {
			boolean any = false;
			long firstReturn = firstReturn(taken);
			for (int i = taken.nextClearBit(0); i < this.operations.size(); i = taken.nextClearBit(i + 1)) {
				Operation operation = this.operations.get(i);
				boolean fits = operation.outcome() == Outcome.NOT_APPLIED && operation.called() <= firstReturn
						&& Objects.equals(operation.before(), value)
						&& (!operation.holds(value) || (operation.write() == null && value == null));
				if (fits) {
					taken.set(i);
					any = true;
				}
			}
			return any;
		}

	}

}
