package io.github.clonemap.zeromq;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

import io.github.clonemap.CloneMap;
import io.github.clonemap.CloneState;
import io.github.clonemap.JavaProcess;
import io.github.clonemap.ValueCodec;
import io.github.clonemap.WriteOptions.Condition;
import io.github.clonemap.agent.Clock;
import io.github.clonemap.client.ClientSettings;
import io.github.clonemap.client.CloneClient;
import io.github.clonemap.client.ServerEndpoint;
import io.github.clonemap.client.ValueCodecs;
import io.github.clonemap.protocol.Message;
import io.github.clonemap.protocol.Message.Hello;
import io.github.clonemap.protocol.Message.Ping;
import io.github.clonemap.protocol.Message.Sync;
import io.github.clonemap.protocol.Message.Write;
import io.github.clonemap.protocol.Subtrees;
import io.github.clonemap.protocol.WriteOperation;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Many connections that ask for a lot and read nothing, and a server with 64 MB of heap:
 * what they cost all together is bounded, and whoever reads is served beside them.
 */
class UnreadRepliesTests {

	private static final List<String> SMALL = List.of("-Xmx64m", "-XX:+ExitOnOutOfMemoryError", "-XX:+UseSerialGC");

	private static final int ENTRIES = 200;

	@ParameterizedTest
	@EnumSource
	void whoeverReadsIsServedBesideManyThatDoNot(Greed greed) throws Exception {
		List<RawPeer> peers = new ArrayList<>();
		AtomicBoolean running = new AtomicBoolean(true);
		Thread thread = null;
		try (JavaProcess server = JavaProcess.start(SmallServer.class, SMALL, "" + (16 << 20), "chp")) {
			int port = Integer.parseInt(server.awaitLine("port", Duration.ofSeconds(20)));
			try (CloneClient writer = client(server, port)) {
				CloneMap<byte[]> map = writer.map("map", "", ValueCodec.BYTES, null);
				List<CompletableFuture<?>> writes = new ArrayList<>();
				for (int i = 0; i < ENTRIES; i++) {
					writes.add(map.putAsync("/entry/" + i, new byte[60_000]));
				}
				writes.add(map.putAsync("/large", new byte[1 << 20]));
				writes.forEach(CompletableFuture::join);
				for (int i = 0; i < greed.peers; i++) {
					RawPeer peer = new RawPeer(port, "DEALER");
					peers.add(peer);
					peer.say(new Hello(Message.VERSION, 1000 + i, "greedy", 0, 0, 1));
					peer.flush();
				}
				thread = new Thread(() -> ask(peers, greed, running), "greedy");
				thread.start();
				for (int i = 0; i < 3; i++) {
					try (CloneClient joined = client(server, port)) {
						assertThat(joined.map("map", "", ValueCodec.BYTES, null)).hasSize(ENTRIES + 1);
					}
					assertThat(server.isAlive()).as(server::toString).isTrue();
				}
				thread.join(30_000);
				assertThat(thread.isAlive()).isFalse();
				await().atMost(Duration.ofSeconds(30))
					.untilAsserted(
							() -> assertThat(server.awaitLine("malformed", Duration.ofSeconds(1))).as(server::toString)
								.contains("UNREAD="));
				map.put("/after", new byte[1]);
				assertThat(writer.state()).isEqualTo(CloneState.LIVE);
			}
			server.tell("end");
			server.awaitSuccess(Duration.ofSeconds(20));
		}
		finally {
			running.set(false);
			for (RawPeer peer : peers) {
				peer.close();
			}
			if (thread != null) {
				thread.join(10_000);
			}
		}
	}

	@Test
	void aSubscriberOfRfc12ThatReadsNothingLosesItsConnectionWhenLargeValuesComeAndOthersHearThem() throws Exception {
		try (JavaProcess server = JavaProcess.start(SmallServer.class, SMALL, "" + (4 << 20), "chp")) {
			int port = Integer.parseInt(server.awaitLine("port", Duration.ofSeconds(20)));
			try (CloneClient writer = client(server, port);
					ChpClient good = new ChpClient("/large", port).join();
					RawPeer deaf = new RawPeer(port + ChpSockets.UPDATES_PORT_OFFSET, "SUB")) {
				deaf.frame(new byte[] { 1 }, false);
				deaf.flush();
				CloneMap<byte[]> map = writer.map("map", "", ValueCodec.BYTES, null);
				for (int i = 0; i < 200; i++) {
					map.put("/large", new byte[1 << 20]);
					assertThat(good.next().key()).isEqualTo("/large");
				}
				assertThat(server.isAlive()).as(server::toString).isTrue();
				deaf.awaitEnd(5000);
				await().atMost(Duration.ofSeconds(5))
					.untilAsserted(() -> assertThat(server.awaitLine("malformed", Duration.ofSeconds(1)))
						.isEqualTo("{UNREAD=1}"));
			}
			server.tell("end");
			server.awaitSuccess(Duration.ofSeconds(20));
		}
	}

	@Test
	void subscribersOfManyStreamsThatReadNothingCostNoMoreThanAShareOfTheHeap() throws Exception {
		List<RawPeer> deaf = new ArrayList<>();
		try (JavaProcess server = JavaProcess.start(SmallServer.class, SMALL, "" + (4 << 20))) {
			int port = Integer.parseInt(server.awaitLine("port", Duration.ofSeconds(20)));
			String subtree = "/";
			for (int i = 0; i < 60; i++) {
				subtree += "a/";
				RawPeer peer = new RawPeer(port + ServerEndpoint.STREAM_PORT_OFFSET, "SUB");
				deaf.add(peer);
				byte[] topic = Subtrees.covering(List.of(subtree)).topic();
				byte[] subscription = new byte[topic.length + 1];
				subscription[0] = 1;
				System.arraycopy(topic, 0, subscription, 1, topic.length);
				peer.frame(subscription, false);
				peer.flush();
			}
			try (CloneClient writer = client(server, port)) {
				CloneMap<byte[]> map = writer.map("map", "", ValueCodec.BYTES, null);
				for (int round = 0; round < 20; round++) {
					List<CompletableFuture<?>> writes = new ArrayList<>();
					for (int i = 0; i < 100; i++) {
						writes.add(map.putAsync(subtree + i % 10, new byte[20_000]));
					}
					writes.forEach(CompletableFuture::join);
					assertThat(server.isAlive()).as(server::toString).isTrue();
				}
				await().atMost(Duration.ofSeconds(5))
					.untilAsserted(() -> assertThat(server.awaitLine("malformed", Duration.ofSeconds(1)))
						.isEqualTo("{UNREAD=60}"));
				assertThat(writer.state()).isEqualTo(CloneState.LIVE);
			}
			server.tell("end");
			server.awaitSuccess(Duration.ofSeconds(20));
		}
		finally {
			for (RawPeer peer : deaf) {
				peer.close();
			}
		}
	}

	private static void ask(List<RawPeer> peers, Greed greed, AtomicBoolean running) {
		for (int round = 1; round <= greed.rounds && running.get(); round++) {
			for (RawPeer peer : peers) {
				try {
					greed.request.send(peer, round);
					if (round % 100 == 0 || round == greed.rounds) {
						peer.flush();
					}
				}
				catch (IOException ex) {
					// Its connection was closed already, as it should be.
					continue;
				}
			}
		}
	}

	private static CloneClient client(JavaProcess server, int port) {
		ClientSettings defaults = ClientSettings.defaults();
		CloneClient client = new CloneClient(
				new ClientSettings("good", Subtrees.ALL, Duration.ofSeconds(20), defaults.serverTimeout(), 100, 1, 100),
				ValueCodecs.BASIC, ZmqClientSockets.factory(), Clock.system());
		client.start(List.of(new ServerEndpoint("127.0.0.1", port)));
		await().atMost(Duration.ofSeconds(30))
			.untilAsserted(() -> assertThat(client.state()).as(server::toString).isEqualTo(CloneState.LIVE));
		return client;
	}

	/**
	 * What they ask for, and how many of them how often.
	 */
	private enum Greed {

		EVERYTHING(200, 1, (peer, round) -> peer.say(new Sync(round, Subtrees.ALL, 0, 0, 64))),

		LARGE_VALUES(50, 500,
				(peer, round) -> peer.say(new Write(round - 1, round,
						List.of(new WriteOperation(WriteOperation.Kind.GET, "/large", null, Condition.NONE, 0, 0, false,
								true))))),

		THE_TIME(20, 100_000, (peer, round) -> peer.say(new Ping(round))),

		EVERYTHING_BY_RFC_12(50, 1, (peer, round) -> {
			peer.frame("ICANHAZ?".getBytes(), true);
			peer.frame(new byte[0], false);
		});

		private final int peers;

		private final int rounds;

		private final Request request;

		Greed(int peers, int rounds, Request request) {
			this.peers = peers;
			this.rounds = rounds;
			this.request = request;
		}

	}

	private interface Request {

		void send(RawPeer peer, int round) throws IOException;

	}

}
