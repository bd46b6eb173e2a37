package io.github.clonemap.client;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletionException;
import java.util.function.Predicate;

import io.github.clonemap.CloneState;
import io.github.clonemap.CloneStoppedException;
import io.github.clonemap.protocol.FrameReader;
import io.github.clonemap.protocol.FrameWriter;
import io.github.clonemap.protocol.MalformedMessageException;
import io.github.clonemap.protocol.Sequence;
import io.github.clonemap.protocol.StreamBatch;
import io.github.clonemap.protocol.Subtrees;
import io.github.clonemap.server.ServerSettings;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What is lost in a stream is found: a loss counts as found when a gap is reported that
 * holds all of the sequences that were lost, at the latest with the next heartbeat. The
 * number of losses is {@code -Dclone.test.losses}, the seed {@code -Dclone.test.seed}.
 */
class GapTests {

	private static final int LOSSES = Integer.getInteger("clone.test.losses", 10_000);

	private static final List<String> KEYS = List.of("/a/1", "/a/2", "/a/in/1", "/b/1", "/b/in/2", "/c/1", "plain");

	private final long seed = Long.getLong("clone.test.seed", System.nanoTime());

	private final Random random = new Random(this.seed);

	private final LocalCluster cluster = new LocalCluster(this.random, ServerSettings.defaults());

	@Test
	void everyLossIsFoundAndNothingElseIsCalledOne() {
		this.cluster.startServer();
		LocalCluster.Node writer = this.cluster.join("");
		List<Loser> losers = List.of(new Loser(""), new Loser("/a/"), new Loser("/a/", "/b/"), new Loser("/a/in/"),
				new Loser("/b/in/", "/c/"));
		this.cluster.run(Duration.ofMillis(100));
		int losses = 0;
		while (losses < LOSSES) {
			losers.forEach(Loser::plan);
			int writes = 1 + this.random.nextInt(8);
			for (int i = 0; i < writes; i++) {
				writer.put(KEYS.get(this.random.nextInt(KEYS.size())));
				this.cluster.step(1_000_000);
			}
			// Whatever was not found yet must be with the next heartbeat.
			for (long waited = 0; waited <= ServerSettings.DEFAULT_HEARTBEAT.toNanos()
					&& !losers.stream().allMatch(Loser::hasFoundAll); waited += 20_000_000) {
				this.cluster.step(20_000_000);
			}
			for (Loser loser : losers) {
				losses += loser.check(writer);
			}
		}
		this.cluster.healAndConverge();
		assertThat(losers).allMatch((loser) -> loser.losses > 0);
		int found = losers.stream().mapToInt((loser) -> loser.node.gaps).sum();
		assertThat(found).as("gaps that were found, seed %d", this.seed).isEqualTo(losses);
	}

	@Test
	void aStreamThatJumpsToAnotherEpochIsFoundAndTheDataIsFetched() throws Exception {
		LocalCluster.Node reader = follow(GapPolicy.RESYNC);
		long jumped = Sequence.startOf(Sequence.epoch(reader.sequence()) + 1) + 5;
		hear(reader, this.cluster.serverReport().serverId(), jumped);
		assertThat(reader.gapRanges).singleElement().satisfies((range) -> assertThat(range[1]).isEqualTo(jumped));
		assertThat(reader.follower().state()).isEqualTo(StreamFollower.State.SYNCING);
	}

	@Test
	void aStreamThatJumpsToAnotherServerIsFoundAndTheClientGreetsIt() throws Exception {
		LocalCluster.Node reader = follow(GapPolicy.RESYNC);
		hear(reader, this.cluster.serverReport().serverId() + 1, reader.sequence());
		assertThat(reader.gaps).isOne();
		assertThat(reader.follower().state()).isEqualTo(StreamFollower.State.IDLE);
		this.cluster.run(ServerSettings.DEFAULT_HEARTBEAT.plusMillis(100));
		assertThat(reader.state()).isEqualTo(CloneState.LIVE);
		assertThat(reader.gaps).isOne();
	}

	@Test
	void aLossStopsAClientThatIsToldSo() {
		LocalCluster.Node reader = follow(GapPolicy.STOP);
		LocalCluster.Node other = this.cluster.join("");
		this.cluster.run(Duration.ofMillis(100));
		reader.port().cutDown = true;
		other.put("/a");
		this.cluster.run(Duration.ofMillis(100));
		reader.port().cutDown = false;
		this.cluster.run(ServerSettings.DEFAULT_HEARTBEAT.plusMillis(20));
		assertThat(reader.gaps).isOne();
		assertThat(reader.state()).isEqualTo(CloneState.STOPPED);
		assertThat(reader.replica().withheld()).contains("were missed in the stream", "clone.gap.policy");
		assertThat(reader.port().sent("SYNC")).isOne();
		LocalCluster.Operation write = reader.put("/b");
		assertThatExceptionOfType(CompletionException.class).isThrownBy(write::result)
			.withCauseInstanceOf(CloneStoppedException.class);
		this.cluster.run(Duration.ofSeconds(1));
		assertThat(other.state()).isEqualTo(CloneState.LIVE);
		assertThat(this.cluster.serverReport().sessions()).isOne();
	}

	private LocalCluster.Node follow(GapPolicy policy) {
		this.cluster.startServer();
		LocalCluster.Node reader = this.cluster.join((settings) -> new ClientSettings(settings.name(),
				settings.subtrees(), settings.writeTimeout(), settings.serverTimeout(), settings.maxInFlight(),
				settings.eventThreads(), settings.eventQueueCapacity(), settings.eventOverflow(), policy,
				settings.snailMaxLatency(), settings.snailPolicy()), "");
		this.cluster.run(Duration.ofMillis(100));
		assertThat(reader.state()).isEqualTo(CloneState.LIVE);
		return reader;
	}

	private void hear(LocalCluster.Node reader, long serverId, long before) throws MalformedMessageException {
		FrameWriter writer = new FrameWriter(100);
		writer.writeBytes(Subtrees.ALL.topic());
		new StreamBatch(serverId, before, before, before, 0, this.cluster.clock().epochMicros(), before).write(writer);
		reader.follower().onStream(writer.toByteArray(), writer.size(), this.cluster.clock().nanoTime());
	}

	/**
	 * A client whose stream loses what was planned: single batches, bursts of them, and
	 * last ones.
	 */
	private final class Loser implements Predicate<byte[]> {

		private final LocalCluster.Node node;

		private final int topic;

		private final List<long[]> lost = new ArrayList<>();

		/** Whether the batch before was lost, too: then it is one loss. */
		private boolean bursting;

		private int toPass;

		private int toLose;

		private int checkedGaps;

		private int losses;

		Loser(String... subtrees) {
			this.node = GapTests.this.cluster.join(subtrees);
			this.topic = Subtrees.covering(List.of(subtrees)).topic().length;
			this.node.port().losing = this;
		}

		void plan() {
			this.toPass = GapTests.this.random.nextInt(4);
			this.toLose = GapTests.this.random.nextBoolean() ? 1 : GapTests.this.random.nextInt(6);
		}

		@Override
		public boolean test(byte[] frame) {
			try {
				StreamBatch batch = StreamBatch.read(new FrameReader(frame, this.topic));
				// A heartbeat that is lost is no loss: the next one tells the same. And
				// what
				// is lost while the client fetches an earlier loss comes with that.
				boolean lose = batch.count() > 0 && (this.bursting || hasFoundAll()) && this.toPass-- <= 0
						&& this.toLose-- > 0;
				if (lose && this.bursting) {
					this.lost.get(this.lost.size() - 1)[1] = batch.last();
				}
				else if (lose) {
					this.lost.add(new long[] { batch.first(), batch.last() });
				}
				this.bursting = lose;
				return lose;
			}
			catch (MalformedMessageException ex) {
				throw new IllegalStateException(ex);
			}
		}

		boolean hasFoundAll() {
			return this.node.gapRanges.size() - this.checkedGaps == this.lost.size()
					&& this.node.state() == CloneState.LIVE;
		}

		/**
		 * Each gap that was reported is exactly one loss, and the other way round.
		 */
		int check(LocalCluster.Node writer) {
			List<long[]> gaps = this.node.gapRanges.subList(this.checkedGaps, this.node.gapRanges.size());
			assertThat(gaps).as("gaps found by %s, seed %d", this.node, GapTests.this.seed).hasSameSizeAs(this.lost);
			for (int i = 0; i < gaps.size(); i++) {
				assertThat(gaps.get(i)[0]).isLessThan(this.lost.get(i)[0]);
				assertThat(gaps.get(i)[1]).isEqualTo(this.lost.get(i)[1]);
			}
			assertThat(this.node.state()).isEqualTo(CloneState.LIVE);
			assertThat(writer.shown()).containsAllEntriesOf(this.node.shown());
			int count = this.lost.size();
			this.losses += count;
			this.checkedGaps += count;
			this.lost.clear();
			this.bursting = false;
			this.toLose = 0;
			return count;
		}

	}

}
