package io.github.clonemap.zeromq;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.clonemap.CloneChange;
import io.github.clonemap.CloneMap;
import io.github.clonemap.CloneState;
import io.github.clonemap.CloneStoppedException;
import io.github.clonemap.Registration;
import io.github.clonemap.ValueCodec;
import io.github.clonemap.agent.Clock;
import io.github.clonemap.client.ClientListener;
import io.github.clonemap.client.ClientSettings;
import io.github.clonemap.client.CloneClient;
import io.github.clonemap.client.EventOverflow;
import io.github.clonemap.client.GapPolicy;
import io.github.clonemap.client.ServerEndpoint;
import io.github.clonemap.client.SnailPolicy;
import io.github.clonemap.client.ValueCodecs;
import io.github.clonemap.protocol.Subtrees;
import io.github.clonemap.server.CloneServer;
import io.github.clonemap.server.ServerSettings;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Listeners that are slow, hang, throw or go away, and what becomes of their client, over
 * real sockets and with real threads.
 */
class PoliciesOverSocketsTests {

	private final List<AutoCloseable> toClose = new ArrayList<>();

	/** Ends all listeners that hang. */
	private final CountDownLatch end = new CountDownLatch(1);

	private CloneServer server;

	private CloneMap<String> writer;

	@BeforeEach
	void start() throws Exception {
		ServerSettings settings = ServerSettings.defaults();
		this.server = new CloneServer(settings, ZmqServerSockets.factory("127.0.0.1", 0, settings.maxValueSize()),
				Clock.system());
		this.toClose.add(this.server);
		this.server.start();
		this.writer = map(client(EventOverflow.BLOCK, Duration.ofSeconds(30), SnailPolicy.REPORT));
	}

	@AfterEach
	void close() throws Exception {
		this.end.countDown();
		for (int i = this.toClose.size() - 1; i >= 0; i--) {
			this.toClose.get(i).close();
		}
	}

	@Test
	void aSnailStopsItsReadsFailAndItLivesAgainAfterARestart() throws Exception {
		CloneClient client = client(EventOverflow.BLOCK, Duration.ofMillis(200), SnailPolicy.STOP);
		CountDownLatch tooSlow = new CountDownLatch(1);
		client.setOnTooSlow(tooSlow::countDown);
		CloneMap<String> map = map(client);
		this.writer.put("/a", "1");
		await().until(() -> map.containsKey("/a"));
		CountDownLatch hanging = new CountDownLatch(1);
		List<String> told = new CopyOnWriteArrayList<>();
		map.addListener((change) -> {
			if (change.phase() == CloneChange.Phase.LIVE) {
				awaitQuietly(hanging);
			}
			told.add(change.value());
		});
		await().until(() -> told.contains("1"));
		this.writer.put("/a", "2");
		this.writer.put("/a", "3");
		assertThat(tooSlow.await(5, TimeUnit.SECONDS)).isTrue();
		assertThat(client.isRunning()).isFalse();
		assertThat(map.state()).isEqualTo(CloneState.STOPPED);
		assertThat(client.report().state()).isEqualTo(CloneState.STOPPED);
		assertThat(client.report().entries()).isOne();
		assertThat(client.report().croaks()).isPositive();
		List<ThrowingCallable> reads = List.of(() -> map.get("/a"), () -> map.entry("/a"), () -> map.containsKey("/a"),
				map::size, map::isEmpty, () -> map.entrySet().iterator(), () -> map.containsValue("1"),
				() -> map.put("/a", "4"), () -> map.compute("/a", (key, value) -> "5"), map::clear,
				() -> map.remove("/a", "2"), () -> map.subtree("/b/", String.class).get("x"));
		assertThat(reads).allSatisfy((read) -> assertThatExceptionOfType(CloneStoppedException.class).isThrownBy(read)
			.withMessageContaining("clone.snail.policy"));
		client.stop();
		assertThatExceptionOfType(CloneStoppedException.class).isThrownBy(() -> map.get("/a"));
		hanging.countDown();
		start(client);
		assertThat(map.get("/a")).isEqualTo("3");
		map.put("/a", "4");
		// Nothing of what it was late with is lost, either.
		await().untilAsserted(() -> assertThat(told).containsExactly("1", "2", "3", "4"));
		assertThat(client.state()).isEqualTo(CloneState.LIVE);
	}

	@Test
	void aListenerThatHangsIsFoundThoughNothingIsHandedOverAnyMore() throws Exception {
		CloneClient client = client(EventOverflow.BLOCK, Duration.ofMillis(200), SnailPolicy.REPORT);
		List<Duration> latencies = new CopyOnWriteArrayList<>();
		client.addListener(new ClientListener() {

			@Override
			public void onSnail(Duration latency, Duration error) {
				latencies.add(latency);
			}

		});
		map(client).addListener((change) -> awaitQuietly(this.end));
		this.writer.put("/a", "1");
		// To be slow with one change, and nothing behind it, is not to be late.
		await().during(Duration.ofMillis(500)).until(latencies::isEmpty);
		this.writer.put("/a", "2");
		await().untilAsserted(() -> assertThat(latencies).singleElement()
			.satisfies((latency) -> assertThat(latency).isGreaterThan(Duration.ofMillis(200))));
		assertThat(client.state()).isEqualTo(CloneState.LIVE);
	}

	@Test
	void withConflationAListenerThatHangsHoldsNeitherTheStreamNorOtherListenersUp() throws Exception {
		CloneClient client = client(EventOverflow.CONFLATE, Duration.ofSeconds(30), SnailPolicy.REPORT);
		CloneMap<String> map = map(client);
		Set<String> others = ConcurrentHashMap.newKeySet();
		Map<String, String> heard = new ConcurrentHashMap<>();
		CountDownLatch hanging = new CountDownLatch(1);
		// Two threads: the keys of one of them go on.
		map.addListener((change) -> {
			if (change.key().equals("/hang")) {
				awaitQuietly(hanging);
			}
			else {
				others.add(change.key());
			}
			heard.merge(change.key(), change.value(), (before, now) -> {
				assertThat(change.previousValue()).isEqualTo(before);
				return now;
			});
		});
		this.writer.put("/hang", "v");
		for (int round = 0; round < 20; round++) {
			for (int i = 0; i < 100; i++) {
				this.writer.putAsync("/" + i, "v" + round);
			}
		}
		this.writer.put("/last", "v");
		await().untilAsserted(() -> assertThat(map.get("/last")).isEqualTo("v"));
		assertThat(client.state()).isEqualTo(CloneState.LIVE);
		await().untilAsserted(() -> assertThat(others).hasSizeGreaterThan(20));
		assertThat(client.report().eventsConflated()).isPositive();
		assertThat(client.report().workers()).extracting((worker) -> worker.queued()).contains(0);
		hanging.countDown();
		await().untilAsserted(() -> assertThat(heard).hasSize(102).isEqualTo(Map.copyOf(map)));
		assertThat(client.report().listenerErrors()).isZero();
	}

	@Test
	void aListenerThatThrowsOrIsRemovedWhileItRunsHarmsNobodyElse() throws Exception {
		CloneClient client = client(EventOverflow.BLOCK, Duration.ofSeconds(30), SnailPolicy.REPORT);
		CloneMap<String> map = map(client);
		List<String> removed = new CopyOnWriteArrayList<>();
		List<String> good = new CopyOnWriteArrayList<>();
		CountDownLatch running = new CountDownLatch(1);
		CountDownLatch closed = new CountDownLatch(1);
		map.addListener((change) -> {
			throw new AssertionError("on purpose");
		});
		Registration registration = map.addListener((change) -> {
			removed.add(change.value());
			running.countDown();
			awaitQuietly(closed);
		});
		map.addListener((change) -> good.add(change.value()));
		for (int i = 0; i < 5; i++) {
			this.writer.put("/a", "v" + i);
		}
		awaitQuietly(running);
		registration.close();
		closed.countDown();
		await().untilAsserted(() -> assertThat(good).containsExactly("v0", "v1", "v2", "v3", "v4"));
		assertThat(removed).containsExactly("v0");
		assertThat(client.report().listenerErrors()).isEqualTo(5);
		assertThat(client.state()).isEqualTo(CloneState.LIVE);
	}

	private CloneClient client(EventOverflow overflow, Duration maxLatency, SnailPolicy policy) throws Exception {
		ClientSettings defaults = ClientSettings.defaults();
		CloneClient client = new CloneClient(new ClientSettings("client" + this.toClose.size(), Subtrees.ALL,
				defaults.writeTimeout(), defaults.serverTimeout(), defaults.maxInFlight(), 2, 10, overflow,
				GapPolicy.RESYNC, maxLatency, policy), ValueCodecs.BASIC, ZmqClientSockets.factory(), Clock.system());
		this.toClose.add(client);
		start(client);
		return client;
	}

	private void start(CloneClient client) throws InterruptedException {
		client.start(List.of(new ServerEndpoint("127.0.0.1", this.server.port())));
		assertThat(client.awaitLive(Duration.ofSeconds(10))).isTrue();
	}

	private static CloneMap<String> map(CloneClient client) {
		return client.map("test", "", ValueCodec.STRING, null);
	}

	private static void awaitQuietly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
