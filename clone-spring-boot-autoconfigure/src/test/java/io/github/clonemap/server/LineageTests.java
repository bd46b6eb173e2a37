package io.github.clonemap.server;

import io.github.clonemap.protocol.LogRecord;
import io.github.clonemap.protocol.Sequence;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class LineageTests {

	private static final long ONE = Sequence.startOf(1);

	private static final long TWO = Sequence.startOf(2);

	private static final long THREE = Sequence.startOf(3);

	private final Lineage lineage = new Lineage();

	@Test
	void containsWhatEachServerOrderedUntilTheNextOneBegan() {
		this.lineage.begin(7, ONE + 100, 0);
		this.lineage.begin(8, TWO, ONE + 150);
		assertThat(this.lineage.contains(7, ONE + 100)).isTrue();
		assertThat(this.lineage.contains(7, ONE + 150)).isTrue();
		assertThat(this.lineage.contains(7, ONE + 151)).as("ordered by a server that was lost").isFalse();
		assertThat(this.lineage.contains(7, ONE + 99)).as("before it began").isFalse();
		assertThat(this.lineage.contains(8, TWO)).isTrue();
		assertThat(this.lineage.contains(8, TWO + 1_000_000)).isTrue();
		assertThat(this.lineage.contains(7, TWO)).as("of another server").isFalse();
		assertThat(this.lineage.contains(8, ONE + 120)).isFalse();
		assertThat(this.lineage.contains(9, TWO)).isFalse();
	}

	@Test
	void aServerMayHaveOrderedInSeveralEpochs() {
		this.lineage.begin(7, ONE, 0);
		this.lineage.begin(8, TWO, ONE + 5);
		this.lineage.begin(7, THREE, TWO + 3);
		assertThat(this.lineage.contains(7, ONE + 5)).isTrue();
		assertThat(this.lineage.contains(7, ONE + 6)).isFalse();
		assertThat(this.lineage.contains(8, TWO + 3)).isTrue();
		assertThat(this.lineage.contains(8, TWO + 4)).isFalse();
		assertThat(this.lineage.contains(7, THREE + 9)).isTrue();
		assertThat(this.lineage.start()).isEqualTo(THREE);
	}

	@Test
	void knowsWhoGaveASequence() {
		this.lineage.begin(7, ONE, 0);
		this.lineage.begin(8, TWO, ONE + 5);
		assertThat(this.lineage.serverOf(ONE + 5)).isEqualTo(7);
		assertThat(this.lineage.serverOf(ONE + 6)).isZero();
		assertThat(this.lineage.serverOf(TWO + 6)).isEqualTo(8);
		assertThat(this.lineage.serverOf(1)).isZero();
	}

	@Test
	void aCopyOfItsRecordsIsEqual() {
		this.lineage.begin(7, ONE, 0);
		this.lineage.begin(8, TWO, ONE + 5);
		this.lineage.begin(9, THREE, TWO + 6);
		Lineage copy = new Lineage();
		this.lineage.records().forEach((term) -> copy.begin(term.serverId(), term.start(), term.before()));
		assertThat(copy.records()).isEqualTo(this.lineage.records())
			.containsExactly(new LogRecord.Term(7, ONE, 0), new LogRecord.Term(8, TWO, ONE + 5),
					new LogRecord.Term(9, THREE, TWO + 6));
		assertThat(copy.contains(8, TWO + 6)).isTrue();
		assertThat(copy.contains(8, TWO + 7)).isFalse();
	}

	@Test
	void forgetsTheOldestTermsAtSomeTime() {
		for (int epoch = 1; epoch <= 200; epoch++) {
			this.lineage.begin(epoch, Sequence.startOf(epoch), Sequence.startOf(epoch - 1) + 1);
		}
		assertThat(this.lineage.records()).hasSize(64);
		assertThat(this.lineage.contains(100, Sequence.startOf(100))).isFalse();
		assertThat(this.lineage.contains(150, Sequence.startOf(150))).isTrue();
		assertThat(this.lineage.contains(200, Sequence.startOf(200))).isTrue();
	}

}
