package io.github.clonemap.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import io.github.clonemap.protocol.Message.Ping;
import io.github.clonemap.protocol.Reply.Pong;
import io.github.clonemap.protocol.StreamBatch;
import io.github.clonemap.protocol.Subtrees;
import io.github.clonemap.protocol.Update;
import io.github.clonemap.protocol.WriteOperation;
import io.github.clonemap.server.ServerHarness.Client;
import io.github.clonemap.server.ServerHarness.Published;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@link ServerAgent} publishes on the streams that clients subscribe to.
 */
class ServerStreamTests {

	private final ServerHarness server = new ServerHarness();

	private final Client client = this.server.joined(1);

	@Test
	void aNewSubscriptionHearsAHeartbeatAtOnce() {
		this.server.subscribe("/a/");
		assertThat(this.server.agent.nextDeadlineNanos()).isEqualTo(this.server.clock.nanoTime());
		this.server.turn();
		long committed = this.server.agent.report().sequence();
		assertThat(this.server.published("/a/")).extracting(Published::batch)
			.containsExactly(new StreamBatch(ServerHarness.SERVER_ID, committed, committed, committed, 0,
					this.server.clock.epochMicros(), committed));
	}

	@Test
	void aSecondSubscriptionToAStreamHearsOneTooAndTheChainGoesOn() {
		this.server.subscribe("/a/");
		long sequence = this.client.writeOne(ServerHarness.put("/a/1", "1")).sequence();
		this.server.published("/a/");
		this.server.subscribe("/a/");
		this.server.turn();
		assertThat(this.server.agent.report().subscriptions()).isOne();
		assertThat(this.server.published("/a/")).extracting((one) -> one.batch().before()).containsExactly(sequence);
	}

	@Test
	void manySubscriptionsInOneTurnHearOneHeartbeat() {
		for (int i = 0; i < 100; i++) {
			this.server.subscribe("/a/");
		}
		this.server.turn();
		assertThat(this.server.published("/a/")).hasSize(1);
	}

	@Test
	void noStreamIsSilentForLongerThanAHeartbeat() {
		this.server.subscribe("/a/");
		this.server.subscribe("/b/");
		long last = this.server.clock.nanoTime();
		for (int i = 0; i < 50; i++) {
			this.server.run(Duration.ofMillis(100));
			if (!this.server.published("/b/").isEmpty()) {
				last = this.server.clock.nanoTime();
			}
			if (i % 3 == 0) {
				this.client.write(ServerHarness.put("/a/1", "1"));
			}
			assertThat(this.server.clock.nanoTime() - last).isLessThanOrEqualTo(ServerHarness.HEARTBEAT.toNanos());
		}
	}

	@Test
	void aStreamThatSpeaksNeedsNoHeartbeat() {
		this.server.subscribe("");
		this.server.turn();
		this.server.published("");
		for (int i = 0; i < 50; i++) {
			this.server.run(Duration.ofMillis(100));
			this.client.write(ServerHarness.put("key", "1"));
		}
		assertThat(this.server.published("")).hasSize(50).allSatisfy((one) -> assertThat(one.batch().count()).isOne());
	}

	@Test
	void allThatIsOrderedInATurnLeavesInOneBatchAtItsEnd() {
		this.server.subscribe("");
		this.server.turn();
		this.server.published("");
		this.client.write(ServerHarness.put("a", "1"), ServerHarness.put("b", "1"), ServerHarness.put("a", "2"));
		List<Published> published = this.server.published("");
		assertThat(published).hasSize(1);
		assertThat(published.get(0).updates()).extracting(Update::key).containsExactly("a", "b", "a");
		assertThat(published.get(0).batch().last()).isEqualTo(this.server.agent.report().sequence());
	}

	@Test
	void aBatchThatIsFullLeavesAtOnce() {
		this.server.subscribe("");
		WriteOperation[] operations = new WriteOperation[10];
		for (int i = 0; i < operations.length; i++) {
			operations[i] = ServerHarness.put("key" + i, UpdateStream.BATCH_BYTES / 2);
		}
		this.client.write(operations);
		List<Published> published = this.server.published("");
		assertThat(published).hasSize(5);
		assertChained(published);
	}

	@Test
	void eachStreamCarriesTheUpdatesOfItsSubtreesAndItsOwnChain() {
		List<String[]> streams = List.of(new String[] { "" }, new String[] { "/" }, new String[] { "/a/" },
				new String[] { "/a/b/" }, new String[] { "/a/b/", "/c/" }, new String[] { "/none/" },
				new String[] { "//" });
		streams.forEach(this.server::subscribe);
		this.server.turn();
		List<String> keys = List.of("plain", "/top", "/a/", "/a/1", "/a/b/1", "/a/bb/1", "/c/1", "/c", "//x", "a/b/1");
		Random random = new Random(5);
		List<String> written = new ArrayList<>();
		for (int i = 0; i < 300; i++) {
			String key = keys.get(random.nextInt(keys.size()));
			this.client.write(ServerHarness.put(key, "" + i));
			written.add(key);
			if (random.nextInt(20) == 0) {
				this.server.run(Duration.ofMillis(600));
			}
		}
		for (String[] stream : streams) {
			List<Published> published = this.server.published(stream);
			Subtrees subtrees = Subtrees.covering(List.of(stream));
			assertThat(published.stream().flatMap((one) -> one.updates().stream()).map(Update::key))
				.as("stream of %s", subtrees)
				.containsExactlyElementsOf(written.stream().filter(subtrees::contains).toList());
			assertChained(published);
		}
	}

	@Test
	void aStreamThatNobodySubscribesToAnyMoreIsDropped() {
		this.server.subscribe("/a/");
		this.server.subscribe("/a/", "/b/");
		this.server.turn();
		this.server.unsubscribe("/a/");
		assertThat(this.server.agent.report().subscriptions()).isOne();
		this.server.published("/a/");
		this.client.write(ServerHarness.put("/a/1", "1"));
		this.server.run(Duration.ofSeconds(2));
		assertThat(this.server.published("/a/")).isEmpty();
		assertThat(this.server.updates("/a/", "/b/")).hasSize(1);
	}

	@Test
	void aStreamThatIsDroppedWhileItHasSomethingToSayIsNotPublished() {
		this.server.subscribe("/a/");
		this.server.unsubscribe("/a/");
		this.server.unsubscribe("/a/");
		this.server.turn();
		assertThat(this.server.published("/a/")).isEmpty();
		assertThat(this.server.agent.nextDeadlineNanos()).isGreaterThan(this.server.clock.nanoTime());
	}

	@Test
	void aStreamThatComesBackBeginsWhereTheServerStands() {
		this.server.subscribe("/a/");
		this.client.write(ServerHarness.put("/a/1", "1"));
		this.server.unsubscribe("/a/");
		this.server.published("/a/");
		long sequence = this.client.writeOne(ServerHarness.put("/a/2", "1")).sequence();
		this.server.subscribe("/a/");
		this.server.turn();
		assertThat(this.server.published("/a/")).extracting((one) -> one.batch().before()).containsExactly(sequence);
	}

	@Test
	void thereAreNoMoreStreamsThanTheLimit() {
		for (int i = 0; i < ServerAgent.MAX_STREAMS; i++) {
			this.server.subscribe("/" + i + "/");
		}
		this.server.turn();
		this.server.subscribe("/one/more/");
		this.server.turn();
		assertThat(this.server.agent.report().subscriptions()).isEqualTo(ServerAgent.MAX_STREAMS);
		assertThat(this.server.published("/one/more/")).isEmpty();
		assertThat(this.server.refused).containsExactly(Subtrees.covering(List.of("/one/more/")));
		this.server.unsubscribe("/0/");
		this.server.subscribe("/one/more/");
		this.server.turn();
		assertThat(this.server.published("/one/more/")).hasSize(1);
	}

	@Test
	void aPingMakesAQuietStreamTellHowFarTheServerIs() {
		this.server.subscribe("/quiet/");
		this.client.sync("/quiet/", 0, 1);
		this.server.settle();
		long sequence = this.client.writeOne(ServerHarness.put("/busy/1", "1")).sequence();
		this.server.published("/quiet/");
		this.client.say(new Ping(1));
		this.server.turn();
		assertThat(this.client.only(Pong.class).committed()).isEqualTo(sequence);
		assertThat(this.server.published("/quiet/")).extracting((one) -> one.batch().committed())
			.containsExactly(sequence);
		this.client.say(new Ping(2));
		this.server.turn();
		assertThat(this.server.published("/quiet/")).isEmpty();
	}

	private static void assertChained(List<Published> published) {
		for (int i = 1; i < published.size(); i++) {
			StreamBatch batch = published.get(i).batch();
			assertThat(batch.before()).isEqualTo(published.get(i - 1).batch().last());
			assertThat(batch.committed()).isGreaterThanOrEqualTo(published.get(i - 1).batch().committed());
		}
		for (Published one : published) {
			assertThat(one.updates()).hasSize(one.batch().count());
			if (!one.updates().isEmpty()) {
				assertThat(one.updates()).first().extracting(Update::sequence).isEqualTo(one.batch().first());
				assertThat(one.updates()).last().extracting(Update::sequence).isEqualTo(one.batch().last());
			}
		}
	}

}
