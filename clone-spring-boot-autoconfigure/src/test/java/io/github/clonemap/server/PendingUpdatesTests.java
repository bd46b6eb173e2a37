package io.github.clonemap.server;

import java.time.Duration;
import java.util.List;

import io.github.clonemap.protocol.Attachment;
import io.github.clonemap.protocol.chp.ChpWrite;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link PendingUpdates}.
 */
class PendingUpdatesTests {

	private final PendingUpdates pending = new PendingUpdates();

	private long now = -1_000_000_000_000L;

	@Test
	void whatNobodyDecidesIsKeptInTheOrderInWhichItCame() {
		add("/b", "1", "x");
		add("/a", "2", "y");
		add("/b", "3", "z");
		assertThat(values()).containsExactly("x", "y", "z");
		assertThat(this.pending.size()).isZero();
		assertThat(this.pending.bytes()).isZero();
	}

	@Test
	void whatIsDecidedIsKeptNoLonger() {
		add("/a", "1", "x");
		add("/a", "2", "y");
		decide("/a", "1");
		assertThat(values()).containsExactly("y");
	}

	@Test
	void whatWasDecidedFirstIsNotKeptWhenItComesLate() {
		decide("/a", "1");
		add("/a", "1", "x");
		add("/a", "1", "x");
		assertThat(this.pending.size()).isZero();
		assertThat(this.pending.isDecided(write("/a", "1", "x"))).isTrue();
		assertThat(this.pending.isDecided(write("/b", "1", "x"))).as("another key").isFalse();
	}

	@Test
	void whatWasHeardBeforeADecidedWriteToTheSameKeyIsOutOfDate() {
		add("/a", "1", "old");
		add("/b", "2", "other");
		add("/a", "3", "new");
		add("/a", "4", "newest");
		decide("/a", "3");
		assertThat(values()).containsExactly("other", "newest");
	}

	@Test
	void withoutAUuidNothingIsKept() {
		add("/a", "", "x");
		decide("/a", "");
		assertThat(this.pending.size()).isZero();
		assertThat(this.pending.decidedSize()).isZero();
	}

	@Test
	void aWriteThatComesTwiceIsKeptOnce() {
		add("/a", "1", "x");
		add("/a", "1", "x");
		assertThat(values()).containsExactly("x");
	}

	@Test
	void nothingIsKeptForLongerThanAMinute() {
		add("/a", "1", "x");
		decide("/b", "2");
		pass(Duration.ofSeconds(40));
		add("/a", "3", "y");
		decide("/b", "4");
		pass(Duration.ofSeconds(40));
		assertThat(this.pending.isDecided(write("/b", "2", ""))).isFalse();
		assertThat(this.pending.isDecided(write("/b", "4", ""))).isTrue();
		assertThat(values()).containsExactly("y");
	}

	@Test
	void theOldestAreForgottenBeyondTheirNumber() {
		for (int i = 0; i <= PendingUpdates.MAX_COUNT; i++) {
			add("/a" + i, "" + i, "x" + i);
		}
		assertThat(this.pending.size()).isEqualTo(PendingUpdates.MAX_COUNT);
		assertThat(values()).startsWith("x1");
		for (int i = 0; i <= PendingUpdates.MAX_DECIDED; i++) {
			decide("/a", "" + i);
		}
		assertThat(this.pending.decidedSize()).isEqualTo(PendingUpdates.MAX_DECIDED);
		assertThat(this.pending.isDecided(write("/a", "0", ""))).isFalse();
		assertThat(this.pending.isDecided(write("/a", "1", ""))).isTrue();
	}

	@Test
	void theOldestAreForgottenBeyondTheirBytes() {
		int size = 1 << 20;
		for (int i = 0; i < 100; i++) {
			this.pending.add(
					new ChpWrite("/a" + i, new byte[size], 0, new Attachment(("" + i).getBytes(), new byte[0])),
					this.now);
		}
		assertThat(this.pending.bytes()).isBetween(PendingUpdates.MAX_BYTES - 2 * size, PendingUpdates.MAX_BYTES);
		assertThat(this.pending.takePending()).last().extracting(ChpWrite::key).isEqualTo("/a99");
	}

	@Test
	void aCopyOfTheActiveServerTakesThePlaceOfAllThatIsKept() {
		add("/a", "1", "x");
		decide("/b", "2");
		this.pending.forgetPending();
		assertThat(values()).isEmpty();
		assertThat(this.pending.isDecided(write("/b", "2", ""))).isTrue();
	}

	private void add(String key, String uuid, String value) {
		this.pending.add(write(key, uuid, value), this.now);
	}

	private void decide(String key, String uuid) {
		this.pending.onDecided(key, uuid.getBytes(), this.now);
	}

	private void pass(Duration time) {
		this.now += time.toNanos();
		this.pending.onTick(this.now);
	}

	private List<String> values() {
		return this.pending.takePending().stream().map((write) -> new String(write.value())).toList();
	}

	private static ChpWrite write(String key, String uuid, String value) {
		return new ChpWrite(key, value.getBytes(), 0, new Attachment(uuid.getBytes(), new byte[0]));
	}

}
