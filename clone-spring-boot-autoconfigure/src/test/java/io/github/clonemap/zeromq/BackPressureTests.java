package io.github.clonemap.zeromq;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

import io.github.clonemap.CloneMap;
import io.github.clonemap.CloneState;
import io.github.clonemap.JavaProcess;
import io.github.clonemap.ValueCodec;
import io.github.clonemap.agent.Clock;
import io.github.clonemap.client.ClientSettings;
import io.github.clonemap.client.CloneClient;
import io.github.clonemap.client.ServerEndpoint;
import io.github.clonemap.client.ValueCodecs;
import io.github.clonemap.protocol.FrameWriter;
import io.github.clonemap.protocol.Message;
import io.github.clonemap.protocol.Message.Hello;
import io.github.clonemap.protocol.Message.Sync;
import io.github.clonemap.protocol.Subtrees;
import org.junit.jupiter.api.Test;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A server and a client with 64 MB of heap each, in processes of their own, under more
 * load than they can take: they stay within their memory, and everybody who wants too
 * much is told so. {@code -Dclone.test.pressure-seconds=600} for longer.
 */
class BackPressureTests {

	private static final int SECONDS = Integer.getInteger("clone.test.pressure-seconds", 30);

	private static final List<String> SMALL = List.of("-Xmx64m", "-XX:+ExitOnOutOfMemoryError", "-XX:+UseSerialGC");

	@Test
	void smallProcessesUnderLoadStayWithinTheirMemoryAndServeTheOthers() throws Exception {
		AtomicBoolean running = new AtomicBoolean(true);
		try (JavaProcess server = JavaProcess.start(SmallServer.class, SMALL, "" + (16 << 20));
				ZContext context = new ZContext()) {
			int port = Integer.parseInt(server.awaitLine("port", Duration.ofSeconds(20)));
			List<ZMQ.Socket> deaf = new ArrayList<>();
			for (int i = 0; i < 10; i++) {
				deaf.add(deafSubscriber(context, port));
			}
			Thread greedy = new Thread(() -> askForSnapshots(port, running), "greedy");
			greedy.start();
			try (JavaProcess writer = JavaProcess.start(SmallWriter.class, SMALL, "" + port);
					CloneClient client = client(port)) {
				writer.awaitLine("live", Duration.ofSeconds(20));
				CloneMap<String> map = client.map("map", "/small/", ValueCodec.STRING, null);
				map.put("first", "1");
				AtomicLong longest = new AtomicLong();
				AtomicLong count = new AtomicLong();
				long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
				await().atMost(Duration.ofSeconds(SECONDS + 60)).pollInterval(Duration.ofMillis(10)).until(() -> {
					long start = System.nanoTime();
					map.put("first", "" + start);
					count.incrementAndGet();
					longest.accumulateAndGet(System.nanoTime() - start, Math::max);
					return System.nanoTime() - end > 0;
				});
				assertThat(server.isAlive()).as(server::toString).isTrue();
				assertThat(writer.isAlive()).as(writer::toString).isTrue();
				// It was full, and the writer was told, and it was busy all the time.
				String ends = writer.awaitLine("ends", Duration.ofSeconds(5));
				assertThat(ends).contains("CloneRejectedException").contains("written");
				assertThat(count.get()).isGreaterThan(SECONDS * 2L);
				assertThat(Duration.ofNanos(longest.get())).isLessThan(Duration.ofSeconds(5));
				await().atMost(Duration.ofSeconds(10)).until(() -> map.state() == CloneState.LIVE);
				writer.tell("end");
				writer.awaitSuccess(Duration.ofSeconds(10));
			}
			finally {
				running.set(false);
				greedy.join(10_000);
			}
			assertThat(greedy.isAlive()).isFalse();
			// They were there all the time.
			assertThat(deaf).hasSize(10);
			server.tell("end");
			server.awaitSuccess(Duration.ofSeconds(20));
		}
	}

	@Test
	void writersOfAServerThatStandsStillWaitAndThenAreToldWhatHappened() throws Exception {
		try (JavaProcess server = JavaProcess.start(SmallServer.class, SMALL, "" + (16 << 20))) {
			int port = Integer.parseInt(server.awaitLine("port", Duration.ofSeconds(20)));
			try (JavaProcess writer = JavaProcess.start(SmallWriter.class, SMALL, "" + port)) {
				writer.awaitLine("live", Duration.ofSeconds(20));
				await().atMost(Duration.ofSeconds(10))
					.until(() -> writer.awaitLine("ends", Duration.ofSeconds(10)).contains("written"));
				server.signal("STOP");
				try {
					// What was sent is unknown, what had no room was not sent.
					await().atMost(Duration.ofSeconds(20))
						.until(() -> writer.awaitLine("ends", Duration.ofSeconds(10)).contains("CloneTimeoutException")
								&& writer.awaitLine("ends", Duration.ofSeconds(10))
									.contains("CloneNotConnectedException"));
					assertThat(writer.isAlive()).as(writer::toString).isTrue();
				}
				finally {
					server.signal("CONT");
				}
				writer.tell("end");
				writer.awaitSuccess(Duration.ofSeconds(10));
			}
			server.tell("end");
			server.awaitSuccess(Duration.ofSeconds(20));
		}
	}

	/**
	 * Subscribes to everything and reads nothing.
	 */
	private static ZMQ.Socket deafSubscriber(ZContext context, int port) {
		ZMQ.Socket sub = context.createSocket(SocketType.SUB);
		sub.setRcvHWM(1);
		sub.setHandshakeIvl(500);
		sub.subscribe(Subtrees.ALL.topic());
		sub.connect("tcp://127.0.0.1:" + (port + ServerEndpoint.STREAM_PORT_OFFSET));
		return sub;
	}

	/**
	 * Asks for everything again and again, and reads the answers.
	 */
	private static void askForSnapshots(int port, AtomicBoolean running) {
		try (ZContext context = new ZContext()) {
			ZMQ.Socket dealer = context.createSocket(SocketType.DEALER);
			dealer.setHandshakeIvl(500);
			dealer.setReceiveTimeOut(20);
			dealer.connect("tcp://127.0.0.1:" + port);
			say(dealer, new Hello(Message.VERSION, 7, "greedy", 0, 0, 1));
			for (int syncId = 1; running.get(); syncId++) {
				say(dealer, new Sync(syncId, Subtrees.ALL, 0, 0, 64));
				while (dealer.recv() != null) {
					continue;
				}
			}
		}
	}

	private static void say(ZMQ.Socket dealer, Message message) {
		dealer.send(message.command().frame(), ZMQ.SNDMORE);
		dealer.send(message.toBytes(new FrameWriter(64)));
	}

	private static CloneClient client(int port) {
		ClientSettings defaults = ClientSettings.defaults();
		CloneClient client = new CloneClient(
				new ClientSettings("good", Subtrees.covering(List.of("/small/")), Duration.ofSeconds(10),
						defaults.serverTimeout(), 100, 1, 100),
				ValueCodecs.BASIC, ZmqClientSockets.factory(), Clock.system());
		client.start(List.of(new ServerEndpoint("127.0.0.1", port)));
		await().atMost(Duration.ofSeconds(20)).until(() -> client.state() == CloneState.LIVE);
		return client;
	}

}
