package io.github.clonemap.zeromq;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

import io.github.clonemap.CloneMap;
import io.github.clonemap.CloneState;
import io.github.clonemap.Footprint;
import io.github.clonemap.ValueCodec;
import io.github.clonemap.WriteOptions;
import io.github.clonemap.agent.Clock;
import io.github.clonemap.client.ClientSettings;
import io.github.clonemap.client.ClientSockets;
import io.github.clonemap.client.CloneClient;
import io.github.clonemap.client.ServerEndpoint;
import io.github.clonemap.client.ValueCodecs;
import io.github.clonemap.protocol.Command;
import io.github.clonemap.protocol.FrameWriter;
import io.github.clonemap.protocol.Message;
import io.github.clonemap.protocol.Message.Bye;
import io.github.clonemap.protocol.Message.Credit;
import io.github.clonemap.protocol.Message.Hello;
import io.github.clonemap.protocol.Message.Ping;
import io.github.clonemap.protocol.Message.Sync;
import io.github.clonemap.protocol.Message.Write;
import io.github.clonemap.protocol.Sequence;
import io.github.clonemap.protocol.Subtrees;
import io.github.clonemap.server.CloneServer;
import io.github.clonemap.server.MalformedReason;
import io.github.clonemap.server.ServerSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;
import zmq.Msg;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Peers that mean harm, over real sockets: the server goes on serving those that do not.
 */
@ExtendWith(OutputCaptureExtension.class)
class HostilePeersTests {

	/**
	 * A frame of this size does to the server's I/O thread what the test wants.
	 */
	private static final int DEADLY_SIZE = 66_666;

	private final List<AutoCloseable> toClose = new ArrayList<>();

	@AfterEach
	void close() throws Exception {
		for (int i = this.toClose.size() - 1; i >= 0; i--) {
			this.toClose.get(i).close();
		}
	}

	@Test
	void anIoThreadThatDiesIsNoticedAndReplacedAndNothingIsLost(CapturedOutput output) {
		Footprint before = Footprint.now();
		assertSurvives(() -> {
			throw new AssertionError("played by the test");
		}, output, "their thread died of java.lang.AssertionError: played by the test");
		before.awaitNothingNew();
	}

	@Test
	void anIoThreadThatHangsIsNoticedAndReplacedAndNothingIsLost(CapturedOutput output) throws Exception {
		CountDownLatch end = new CountDownLatch(1);
		try {
			assertSurvives(() -> {
				while (end.getCount() > 0) {
					Thread.onSpinWait();
				}
			}, output, "their thread does not answer");
		}
		finally {
			end.countDown();
		}
	}

	private void assertSurvives(Runnable harm, CapturedOutput output, String trouble) {
		CloneServer server = server((socket) -> socket.setMsgAllocator((size) -> {
			if (size == DEADLY_SIZE) {
				harm.run();
			}
			return new Msg(size);
		}));
		CloneClient client = client(server, "");
		CloneMap<String> map = map(client);
		map.put("/kept", "1");
		map.putAsync("/ephemeral", "1", WriteOptions.none().ephemeral()).join();
		long serverId = server.report().serverId();
		Footprint running = Footprint.settled();
		try (ZContext context = new ZContext()) {
			ZMQ.Socket dealer = dealer(context, server);
			dealer.send(new byte[DEADLY_SIZE]);
			await().atMost(Duration.ofSeconds(15)).until(() -> {
				dealer.recv(ZMQ.DONTWAIT);
				return server.renewals() == 1;
			});
		}
		assertThat(output).contains("are dead (" + trouble);
		// One that waits on the way is sent again, and applied once.
		assertThat(map.putIfAbsent("/written", "1")).isNull();
		await().atMost(Duration.ofSeconds(10)).until(() -> map.state() == CloneState.LIVE);
		assertThat(map).containsOnlyKeys("/kept", "/ephemeral", "/written");
		assertThat(server.report().serverId()).isEqualTo(serverId);
		assertThat(server.report().sessions()).isOne();
		assertThat(server.trouble()).isNull();
		CloneMap<String> joined = map(client(server, "/written/"));
		assertThat(joined.state()).isEqualTo(CloneState.LIVE);
		close(this.toClose.remove(this.toClose.size() - 1));
		assertThat(server.report().subscriptions()).isLessThanOrEqualTo(2);
		if (trouble.contains("died")) {
			running.awaitNoMore();
		}
		for (int i = this.toClose.size() - 1; i >= 0; i--) {
			close(this.toClose.remove(i));
		}
	}

	@Test
	void aClientWhoseIoThreadDiesHasNewSocketsAndGoesOnWithItsSessionAndItsWrites(CapturedOutput output) {
		Footprint before = Footprint.now();
		assertClientSurvives(() -> {
			throw new AssertionError("played by the test");
		}, output, "their thread died of java.lang.AssertionError: played by the test");
		before.awaitNothingNew();
	}

	@Test
	void aClientWhoseIoThreadHangsHasNewSocketsAndGoesOnWithItsSessionAndItsWrites(CapturedOutput output) {
		Footprint before = Footprint.now();
		CountDownLatch end = new CountDownLatch(1);
		try {
			assertClientSurvives(() -> {
				while (end.getCount() > 0) {
					Thread.onSpinWait();
				}
			}, output, "their thread does not answer");
		}
		finally {
			end.countDown();
		}
		// What the thread finds that comes back is not told of those that went on.
		before.awaitNothingNew();
		assertThat(output).doesNotContain("cannot do input and output any more");
	}

	private void assertClientSurvives(Runnable harm, CapturedOutput output, String trouble) {
		CloneServer server = server((socket) -> {
		});
		AtomicBoolean armed = new AtomicBoolean();
		CloneClient client = newClient(server, "",
				ZmqClientSockets.factory(Duration.ofSeconds(1), (socket) -> socket.setMsgAllocator((size) -> {
					if (size >= DEADLY_SIZE && armed.getAndSet(false)) {
						harm.run();
					}
					return new Msg(size);
				})));
		await().until(() -> client.state() == CloneState.LIVE);
		CloneMap<String> map = map(client);
		map.put("/kept", "1");
		map.putAsync("/ephemeral", "1", WriteOptions.none().ephemeral()).join();
		List<String> heard = new CopyOnWriteArrayList<>();
		map.addListener((change) -> heard.add(change.kind() + " " + change.key()));
		armed.set(true);
		// It comes back in the stream, and is on its way until then.
		List<CompletableFuture<?>> writes = new ArrayList<>();
		writes.add(map.putAsync("/large", "x".repeat(DEADLY_SIZE), WriteOptions.none().ifAbsent()));
		for (int i = 0; i < 100; i++) {
			writes.add(map.putAsync("/small/" + i, "1", WriteOptions.none().ifAbsent()));
		}
		assertThat(CompletableFuture.allOf(writes.toArray(CompletableFuture[]::new))).succeedsWithin(15,
				TimeUnit.SECONDS);
		assertThat(output).contains("The client's sockets are dead (" + trouble);
		await().atMost(Duration.ofSeconds(10)).until(() -> map.state() == CloneState.LIVE);
		assertThat(map).hasSize(103).containsKeys("/kept", "/ephemeral", "/large");
		await().until(() -> heard.size() >= 103);
		assertThat(heard).doesNotHaveDuplicates().noneMatch((change) -> change.startsWith("EXPIRED"));
		assertThat(server.report().sessions()).isOne();
		assertThat(server.report().updates()).isEqualTo(103);
		for (int i = this.toClose.size() - 1; i >= 0; i--) {
			close(this.toClose.remove(i));
		}
	}

	@Test
	void frameLengthsBeyondAllBoundsHarmOnlyTheirSender() throws Exception {
		CloneServer server = server((socket) -> {
		});
		CloneMap<String> map = map(client(server, ""));
		long[] lengths = { -1, Long.MIN_VALUE, 0x8000_0000_7FFF_FFF0L, 0x7FFF_FFFFL, 0x8000_0000L, Long.MAX_VALUE };
		for (int port : new int[] { server.port(), server.port() + ServerEndpoint.STREAM_PORT_OFFSET }) {
			for (long length : lengths) {
				try (RawPeer peer = new RawPeer(port, (port == server.port()) ? "DEALER" : "SUB")) {
					ByteArrayOutputStream frame = new ByteArrayOutputStream();
					DataOutputStream data = new DataOutputStream(frame);
					data.writeByte(2);
					data.writeLong(length);
					data.write(new byte[64]);
					peer.bytes(frame.toByteArray());
					peer.flush();
					Thread.yield();
					map.put("/key", "" + length);
				}
			}
		}
		// Longer than the probe would be patient.
		await().during(Duration.ofSeconds(2)).atMost(Duration.ofSeconds(4)).until(() -> server.renewals() == 0);
		map.put("/key", "after");
		assertThat(map.state()).isEqualTo(CloneState.LIVE);
	}

	@Test
	void connectionsThatNeverSpeakAreClosed() throws Exception {
		CloneServer server = server((socket) -> {
		});
		CloneMap<String> map = map(client(server, ""));
		List<Socket> silent = new ArrayList<>();
		try {
			for (int i = 0; i < 200; i++) {
				silent.add(new Socket(InetAddress.getLoopbackAddress(),
						server.port() + (i % 2) * ServerEndpoint.STREAM_PORT_OFFSET));
			}
			map.put("/key", "value");
			for (Socket socket : silent) {
				socket.setSoTimeout(5000);
				// What the server says first, then the end.
				socket.getInputStream().readAllBytes();
			}
		}
		finally {
			for (Socket socket : silent) {
				socket.close();
			}
		}
		assertThat(map.state()).isEqualTo(CloneState.LIVE);
	}

	@Test
	void aClientForWhoseStreamThereIsNoRoomIsToldSo(CapturedOutput output) {
		CloneServer server = server((socket) -> {
		});
		try (ZContext context = new ZContext()) {
			ZMQ.Socket sub = context.createSocket(SocketType.SUB);
			sub.setSndHWM(0);
			sub.setHandshakeIvl(500);
			for (int i = 0; i < 10_000; i++) {
				sub.subscribe(Subtrees.covering(List.of("/taken/" + i + "/")).topic());
			}
			sub.connect("tcp://127.0.0.1:" + (server.port() + ServerEndpoint.STREAM_PORT_OFFSET));
			await().atMost(Duration.ofSeconds(20)).until(() -> {
				sub.recv(ZMQ.DONTWAIT);
				return server.report().malformed().getOrDefault(MalformedReason.TOO_MANY_STREAMS, 0L) > 8000;
			});
			CloneClient client = newClient(server, "/mine/");
			await().atMost(Duration.ofSeconds(10))
				.untilAsserted(
						() -> assertThat(output).contains("it has 1024 different subscriptions, it cannot have more"));
			assertThat(client.state()).isNotEqualTo(CloneState.LIVE);
			sub.close();
			await().atMost(Duration.ofSeconds(10)).until(() -> client.state() == CloneState.LIVE);
		}
	}

	@ParameterizedTest
	@EnumSource
	void aGoodClientKeepsMoreThanHalfOfItsRateBeside(Attack attack) throws Exception {
		CloneServer server = server((socket) -> {
		});
		CloneMap<String> map = map(client(server, ""));
		for (int i = 0; i < 2000; i++) {
			map.putAsync("/entry/" + i, "value".repeat(100));
		}
		rate(map);
		AtomicBoolean running = new AtomicBoolean(true);
		AtomicBoolean paused = new AtomicBoolean();
		Thread attacker = new Thread(() -> attack(server, attack, running, paused), "attacker");
		attacker.start();
		try {
			if (attack.reason != null) {
				await().until(() -> server.report().malformed().containsKey(attack.reason));
			}
			List<String> rates = new ArrayList<>();
			// More than once: the machine has other things to do, too.
			for (boolean good = false; !good;) {
				paused.set(true);
				double undisturbed = rate(map);
				paused.set(false);
				double disturbed = rate(map);
				rates.add(undisturbed + " without, " + disturbed + " with");
				good = disturbed > undisturbed / 2;
				assertThat(good || rates.size() < 5).as("writes per second: %s", rates).isTrue();
			}
		}
		finally {
			running.set(false);
			attacker.join(10_000);
		}
		assertThat(attacker.isAlive()).isFalse();
		await().atMost(Duration.ofSeconds(5)).until(() -> map.state() == CloneState.LIVE);
		assertThat(server.renewals()).isZero();
	}

	/**
	 * What a client gets done in a fifth of a second when it has always 500 writes on the
	 * way.
	 */
	private static double rate(CloneMap<String> map) {
		long start = System.nanoTime();
		long count = 0;
		while (System.nanoTime() - start < TimeUnit.MILLISECONDS.toNanos(200)) {
			List<CompletableFuture<?>> writes = new ArrayList<>();
			for (int i = 0; i < 500; i++) {
				writes.add(map.putAsync("/good/" + i, "value"));
			}
			writes.forEach(CompletableFuture::join);
			count += writes.size();
		}
		return count * 1e9 / (System.nanoTime() - start);
	}

	/**
	 * Three connections that say something harmful 5,000 times a second.
	 */
	private static void attack(CloneServer server, Attack attack, AtomicBoolean running, AtomicBoolean paused) {
		Random random = new Random(1);
		AtomicLong number = new AtomicLong(1);
		try (ZContext context = new ZContext()) {
			List<ZMQ.Socket> dealers = new ArrayList<>();
			for (int i = 0; i < 3; i++) {
				ZMQ.Socket dealer = dealer(context, server);
				dealers.add(dealer);
				say(dealer, new Hello(Message.VERSION, 100 + i, "hostile", 0, 0, 1));
			}
			long start = System.nanoTime();
			for (long sent = 0; running.get();) {
				if (paused.get()) {
					start = System.nanoTime() - sent * 200_000;
				}
				if (sent * 200_000 >= System.nanoTime() - start) {
					LockSupport.parkNanos(1_000_000);
					continue;
				}
				sent++;
				attack.round.accept(new Shot(dealers.get((int) (sent % 3)), random, number.getAndIncrement()));
			}
		}
	}

	private static ZMQ.Socket dealer(ZContext context, CloneServer server) {
		ZMQ.Socket dealer = context.createSocket(SocketType.DEALER);
		dealer.setHandshakeIvl(500);
		dealer.setRcvHWM(10);
		dealer.connect("tcp://127.0.0.1:" + server.port());
		return dealer;
	}

	private static void say(ZMQ.Socket dealer, Message message) {
		dealer.send(message.command().frame(), ZMQ.SNDMORE | ZMQ.DONTWAIT);
		dealer.send(message.toBytes(new FrameWriter(64)), ZMQ.DONTWAIT);
	}

	private CloneServer server(Consumer<ZMQ.Socket> customizer) {
		CloneServer server = new CloneServer(ServerSettings.defaults(),
				() -> ZmqServerSockets.open("127.0.0.1", 0, 2 << 20, Duration.ofMillis(1500), customizer),
				Clock.system());
		this.toClose.add(server);
		server.start();
		return server;
	}

	private CloneClient client(CloneServer server, String subtree) {
		CloneClient client = newClient(server, subtree);
		await().until(() -> client.state() == CloneState.LIVE);
		return client;
	}

	private CloneClient newClient(CloneServer server, String subtree) {
		return newClient(server, subtree, ZmqClientSockets.factory());
	}

	private CloneClient newClient(CloneServer server, String subtree, ClientSockets.Factory sockets) {
		ClientSettings defaults = ClientSettings.defaults();
		CloneClient client = new CloneClient(
				new ClientSettings("good", Subtrees.covering(List.of(subtree)), Duration.ofSeconds(15),
						Duration.ofSeconds(2), defaults.maxInFlight(), 1, 100),
				ValueCodecs.BASIC, sockets, Clock.system());
		this.toClose.add(client);
		client.start(List.of(new ServerEndpoint("127.0.0.1", server.port())));
		return client;
	}

	private static CloneMap<String> map(CloneClient client) {
		return client.map("map", client.settings().subtrees().paths().iterator().next(), ValueCodec.STRING, null);
	}

	private static void close(AutoCloseable closeable) {
		try {
			closeable.close();
		}
		catch (Exception ex) {
			throw new AssertionError(ex);
		}
	}

	/**
	 * One message of an attack.
	 */
	private record Shot(ZMQ.Socket dealer, Random random, long number) {

		void say(Message message) {
			HostilePeersTests.say(this.dealer, message);
		}

	}

	/**
	 * What a hostile peer says, and how it is counted.
	 */
	private enum Attack {

		UNKNOWN_COMMANDS(MalformedReason.COMMAND, (shot) -> {
			shot.dealer.send("ICANHAZ?", ZMQ.SNDMORE | ZMQ.DONTWAIT);
			shot.dealer.send(new byte[shot.random.nextInt(100)], ZMQ.DONTWAIT);
		}),

		WRONG_FRAME_COUNTS(MalformedReason.FRAMES, (shot) -> {
			for (int i = shot.random.nextInt(5); i > 0; i--) {
				shot.dealer.send(Command.PING.frame(), ZMQ.SNDMORE | ZMQ.DONTWAIT);
			}
			shot.dealer.send(new byte[8], ZMQ.DONTWAIT);
		}),

		BROKEN_BODIES(MalformedReason.BODY, (shot) -> {
			byte[] body = new byte[shot.random.nextInt(200)];
			shot.random.nextBytes(body);
			shot.dealer.send(Command.values()[shot.random.nextInt(Command.values().length)].frame(),
					ZMQ.SNDMORE | ZMQ.DONTWAIT);
			shot.dealer.send(body, ZMQ.DONTWAIT);
		}),

		UNKNOWN_VERSIONS(MalformedReason.VERSION, (shot) -> shot.say(new Hello(2, shot.number, "x", 0, 0, 1))),

		FLOOD_OF_HELLO(MalformedReason.TOO_MANY_SESSIONS,
				(shot) -> shot.say(new Hello(Message.VERSION, shot.number, "x", 0, 0, 1))),

		FORGED_SESSIONS(MalformedReason.NO_SESSION, (shot) -> {
			// Says goodbye for others, and goes on without a session of its own.
			shot.say(new Bye(Bye.Reason.STOPPING, "forged"));
			shot.say(new Ping(shot.number));
		}),

		FORGED_EPOCHS(MalformedReason.EPOCH,
				(shot) -> shot
					.say(new Hello(Message.VERSION, 100, "x", Sequence.startOf(Sequence.MAX_EPOCH - 1), 1, 1))),

		JUMPING_COUNTERS(MalformedReason.MISSING_WRITES,
				(shot) -> shot.say(new Write(shot.random.nextLong(Long.MAX_VALUE),
						shot.random.nextLong(5, Long.MAX_VALUE - 5), List.of()))),

		ABSURD_CREDIT(null, (shot) -> shot.say(new Credit(shot.random.nextInt(), Integer.MAX_VALUE, 0))),

		FORGED_CREDIT(MalformedReason.CREDIT,
				(shot) -> shot.say(new Credit(1, Integer.MAX_VALUE, shot.random.nextLong(1, Long.MAX_VALUE)))),

		FLOOD_OF_SYNC_WITHOUT_CREDIT(null, (shot) -> shot.say(new Sync((int) shot.number, Subtrees.ALL, 0, 0, 0))),

		FLOOD_OF_PINGS(null, (shot) -> shot.say(new Ping(shot.number)));

		private final MalformedReason reason;

		private final Consumer<Shot> round;

		Attack(MalformedReason reason, Consumer<Shot> round) {
			this.reason = reason;
			this.round = round;
		}

	}

}
