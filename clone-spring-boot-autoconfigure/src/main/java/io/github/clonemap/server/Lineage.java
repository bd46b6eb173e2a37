package io.github.clonemap.server;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

import io.github.clonemap.protocol.LogRecord;
import io.github.clonemap.protocol.Sequence;

/**
 * Which servers have put the updates in order that led to some state, and how far each
 * got: a term for each epoch. It tells whether what somebody had from another server is a
 * part of this state's past, so that it can be gone on from, or belongs to an order that
 * was given up.
 */
final class Lineage {

	/**
	 * How many terms are remembered: whoever comes from an earlier one gets a snapshot.
	 */
	private static final int MAX_TERMS = 64;

	private final Deque<Term> terms = new ArrayDeque<>();

	/**
	 * A server begins to order.
	 * @param serverId the server
	 * @param start the sequence after which it begins
	 * @param before the last sequence of the term before
	 */
	void begin(long serverId, long start, long before) {
		Term last = this.terms.peekLast();
		if (last != null) {
			last.end = before;
		}
		this.terms.addLast(new Term(serverId, start));
		if (this.terms.size() > MAX_TERMS) {
			this.terms.removeFirst();
		}
	}

	/**
	 * Whether what a server had ordered up to some sequence is a part of this.
	 */
	boolean contains(long serverId, long sequence) {
		for (Term term : this.terms) {
			if (term.serverId == serverId && Sequence.epoch(term.start) == Sequence.epoch(sequence)) {
				return sequence >= term.start && sequence <= term.end;
			}
		}
		return false;
	}

	/**
	 * The server that gave a sequence of this lineage, 0 if that is forgotten.
	 */
	long serverOf(long sequence) {
		for (Term term : this.terms) {
			if (sequence >= term.start && sequence <= term.end) {
				return term.serverId;
			}
		}
		return 0;
	}

	/**
	 * The sequence after which the present term began.
	 */
	long start() {
		return this.terms.getLast().start;
	}

	/**
	 * All terms, for a copy of this.
	 */
	List<LogRecord.Term> records() {
		List<LogRecord.Term> records = new ArrayList<>();
		long before = 0;
		for (Term term : this.terms) {
			records.add(new LogRecord.Term(term.serverId, term.start, before));
			before = term.end;
		}
		return records;
	}

	private static final class Term {

		private final long serverId;

		private final long start;

		private long end = Long.MAX_VALUE;

		Term(long serverId, long start) {
			this.serverId = serverId;
			this.start = start;
		}

	}

}
