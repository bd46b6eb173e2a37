package io.github.clonemap.server;

import java.util.ArrayList;
import java.util.List;

import io.github.clonemap.CloneWriter;
import io.github.clonemap.protocol.Command;
import io.github.clonemap.protocol.FrameReader;
import io.github.clonemap.protocol.FrameWriter;
import io.github.clonemap.protocol.LogRecord;
import io.github.clonemap.protocol.MalformedMessageException;
import io.github.clonemap.protocol.Message;
import io.github.clonemap.protocol.PeerMessage.Log;
import io.github.clonemap.protocol.Update;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class CommitLogTests {

	private final List<Long> told = new ArrayList<>();

	private CommitLog log = newLog(true);

	private long sequence = 100;

	@Test
	void tellsNobodyBeforeTheCommit() {
		write(1);
		assertThat(this.log.committedSequence()).isEqualTo(100);
		this.log.seal();
		write(1);
		this.log.seal();
		assertThat(this.told).isEmpty();
		assertThat(this.log.last()).isEqualTo(2);
		this.log.commitTo(1);
		assertThat(this.told).containsExactly(101L);
		assertThat(this.log.committedSequence()).isEqualTo(101);
		this.log.commitTo(99);
		assertThat(this.told).containsExactly(101L, 102L);
		assertThat(this.log.committed()).isEqualTo(2);
	}

	@Test
	void nothingIsSealedWhereNothingHappened() {
		this.log.seal();
		assertThat(this.log.last()).isZero();
	}

	@Test
	void aCommitNeverGoesBack() {
		write(1);
		this.log.seal();
		this.log.commitTo(1);
		this.log.commitTo(0);
		assertThat(this.log.committed()).isOne();
		assertThat(this.told).hasSize(1);
	}

	@Test
	void anActionWaitsForAllThatWasOrderedBeforeIt() {
		List<String> done = new ArrayList<>();
		this.log.whenCommitted(() -> done.add("at once"));
		write(1);
		this.log.whenCommitted(() -> done.add("with the first batch"));
		this.log.seal();
		this.log.whenCommitted(() -> done.add("with the first batch, too"));
		write(1);
		this.log.whenCommitted(() -> done.add("with the second batch"));
		this.log.seal();
		assertThat(done).containsExactly("at once");
		this.log.commitTo(1);
		assertThat(done).containsExactly("at once", "with the first batch", "with the first batch, too");
		this.log.commitTo(2);
		assertThat(done).hasSize(4);
	}

	@Test
	void aBatchTellsThePeerAllThatHappened() throws MalformedMessageException {
		write(2);
		this.log.add(new LogRecord.SessionEnd(7));
		this.log.seal();
		Log message = (Log) Message.read(Command.LOG, this.log.batch(1).message(), Update::new);
		assertThat(message.serverId()).isEqualTo(5);
		assertThat(message.batch()).isOne();
		assertThat(message.sequence()).isEqualTo(102);
		assertThat(message.updates()).isEqualTo(2);
		assertThat(message.records()).hasSize(3).last().isEqualTo(new LogRecord.SessionEnd(7));
		assertThat(new FrameReader(this.log.batch(1).message()).readLong("server")).isEqualTo(5);
	}

	@Test
	void keepsCommittedBatchesForAPeerThatWasAwayButNotWithoutBound() {
		for (int i = 0; i < 1000; i++) {
			write(1, 64 << 10);
			this.log.seal();
			this.log.commitTo(this.log.last());
		}
		assertThat(this.log.reaches(1000)).isTrue();
		assertThat(this.log.reaches(600)).isTrue();
		assertThat(this.log.reaches(400)).isFalse();
		assertThat(this.log.reaches(1001)).as("what is not there yet").isFalse();
		assertThat(this.log.updatesAfter(990)).isEqualTo(10);
		assertThat(this.log.updatesAfter(1)).isEqualTo(-1);
		assertThatIllegalArgumentException().isThrownBy(() -> this.log.batch(1));
	}

	@Test
	void keepsNothingWithoutAPeer() {
		this.log = newLog(false);
		write(3);
		this.log.seal();
		this.log.commitTo(1);
		assertThat(this.told).hasSize(3);
		assertThat(this.log.reaches(0)).isFalse();
		assertThat(this.log.reaches(1)).isTrue();
	}

	@Test
	void keepsWhatIsNotCommittedHoweverMuch() {
		for (int i = 0; i < 1200; i++) {
			write(1, 64 << 10);
			this.log.seal();
		}
		assertThat(this.log.hasRoom()).isFalse();
		assertThat(this.log.reaches(0)).isTrue();
		this.log.commitTo(1200);
		assertThat(this.log.hasRoom()).isTrue();
		assertThat(this.told).hasSize(1200);
	}

	@Test
	void aBatchIsFullAfterSomeUpdatesOrBytes() {
		write(511);
		assertThat(this.log.isFull()).isFalse();
		write(1);
		assertThat(this.log.isFull()).isTrue();
		this.log.seal();
		assertThat(this.log.isFull()).isFalse();
		write(1, 70_000);
		assertThat(this.log.isFull()).isTrue();
	}

	@Test
	void afterARestartNobodyCanGoOnFromBeforeAndNothingUncommittedIsTold() {
		write(1);
		this.log.seal();
		write(1);
		List<String> done = new ArrayList<>();
		this.log.whenCommitted(() -> done.add("before"));
		long last = this.log.last();
		this.sequence = 500;
		this.log.restart(500);
		assertThat(this.log.reaches(0)).isFalse();
		assertThat(this.log.reaches(last)).isFalse();
		assertThat(this.log.committedSequence()).isEqualTo(500);
		assertThat(this.log.hasRoom()).isTrue();
		this.log.seal();
		assertThat(this.log.last()).isEqualTo(this.log.committed());
		write(1);
		this.log.seal();
		this.log.commitTo(this.log.last());
		assertThat(this.told).containsExactly(501L);
		assertThat(done).isEmpty();
	}

	private CommitLog newLog(boolean replicated) {
		return new CommitLog(5, replicated, 100, new CommitLog.Listener() {

			@Override
			public void onCommitted(Update update, FrameWriter encoded, int start, int length) {
				CommitLogTests.this.told.add(update.sequence());
			}

			@Override
			public void onCommitted(Session session) {
				CommitLogTests.this.told.add(-session.clientId());
			}

		});
	}

	private void write(int count) {
		write(count, 1);
	}

	private void write(int count, int size) {
		for (int i = 0; i < count; i++) {
			Update update = new Update(Update.Kind.PUT, "/a", new byte[size], ++this.sequence, 0,
					CloneWriter.Kind.NATIVE, 1, 0, false);
			this.log.add(update);
			this.log.add(new LogRecord.Changed(update));
		}
	}

}
