package io.github.clonemap.zeromq;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import io.github.clonemap.CloneChange;
import io.github.clonemap.CloneChange.Kind;
import io.github.clonemap.CloneConditionFailedException;
import io.github.clonemap.CloneEntry;
import io.github.clonemap.CloneMap;
import io.github.clonemap.CloneState;
import io.github.clonemap.ValueCodec;
import io.github.clonemap.WriteOptions;
import io.github.clonemap.agent.Clock;
import io.github.clonemap.client.ClientSettings;
import io.github.clonemap.client.CloneClient;
import io.github.clonemap.client.ServerEndpoint;
import io.github.clonemap.client.ValueCodecs;
import io.github.clonemap.protocol.Subtrees;
import io.github.clonemap.server.CloneServer;
import io.github.clonemap.server.ServerBindException;
import io.github.clonemap.server.ServerSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * One server and its clients over real sockets.
 */
class CloneOverSocketsTests {

	private final List<AutoCloseable> toClose = new ArrayList<>();

	private CloneServer server;

	@BeforeEach
	void startServer() {
		this.server = server(0);
	}

	@AfterEach
	void close() throws Exception {
		for (int i = this.toClose.size() - 1; i >= 0; i--) {
			this.toClose.get(i).close();
		}
	}

	@Test
	void aWriteIsSeenByTheWriterAtOnceAndByOthersSoon() {
		CloneMap<String> first = map(client(""), "");
		CloneMap<String> second = map(client(""), "");
		assertThat(first.put("/a", "1")).isNull();
		assertThat(first.get("/a")).isEqualTo("1");
		assertThat(first.put("/a", "2")).isEqualTo("1");
		await().untilAsserted(() -> assertThat(second.get("/a")).isEqualTo("2"));
		assertThat(second.remove("/a")).isEqualTo("2");
		assertThat(second).isEmpty();
		await().untilAsserted(() -> assertThat(first).isEmpty());
	}

	@Test
	void anotherInstanceReadsAWriteAfterAwaitingItsSequence() throws Exception {
		CloneMap<String> first = map(client(""), "");
		CloneMap<String> second = map(client(""), "");
		for (int i = 0; i < 100; i++) {
			CloneEntry<String> entry = first.putAsync("/key", "" + i).get(5, TimeUnit.SECONDS);
			second.await(entry.sequence()).get(5, TimeUnit.SECONDS);
			assertThat(second.get("/key")).isEqualTo("" + i);
		}
	}

	@Test
	void aBarrierBringsAllThatTheServerHad() throws Exception {
		CloneMap<String> first = map(client("/a/"), "/a/");
		CloneMap<String> second = map(client("/b/", "/a/"), "/a/");
		for (int i = 0; i < 50; i++) {
			first.put("key", "" + i);
			second.barrier().get(5, TimeUnit.SECONDS);
			assertThat(second.get("key")).isEqualTo("" + i);
		}
	}

	@Test
	void conditionsAreDecidedByTheServer() throws Exception {
		CloneMap<String> map = map(client(""), "");
		CloneEntry<String> entry = map.putAsync("/k", "1", WriteOptions.none().ifAbsent()).get(5, TimeUnit.SECONDS);
		assertThatExceptionOfType(ExecutionException.class)
			.isThrownBy(() -> map.putAsync("/k", "2", WriteOptions.none().ifAbsent()).get(5, TimeUnit.SECONDS))
			.havingCause()
			.isInstanceOfSatisfying(CloneConditionFailedException.class,
					(ex) -> assertThat(ex.getCurrentSequence()).isEqualTo(entry.sequence()));
		assertThat(map.putAsync("/k", "3", WriteOptions.none().ifSequence(entry.sequence()))
			.get(5, TimeUnit.SECONDS)
			.sequence()).isGreaterThan(entry.sequence());
		assertThat(map.putIfAbsent("/k", "4")).isEqualTo("3");
		assertThat(map.replace("/k", "3", "5")).isTrue();
		assertThat(map.replace("/k", "3", "6")).isFalse();
		assertThat(map.compute("/k", (key, value) -> value + "!")).isEqualTo("5!");
		assertThat(map.merge("/n", "1", String::concat)).isEqualTo("1");
		assertThat(map.merge("/n", "1", String::concat)).isEqualTo("11");
		assertThat(map).hasSize(2);
	}

	@Test
	void aTimeToLiveEndsOnAllClientsWithOneExpiredChange() {
		CloneMap<String> first = map(client(""), "");
		CloneMap<String> second = map(client(""), "");
		List<CloneChange<String>> changes = new CopyOnWriteArrayList<>();
		second.addListener(changes::add);
		first.putAsync("/short", "1", WriteOptions.none().ttl(Duration.ofMillis(100))).join();
		await().untilAsserted(
				() -> assertThat(changes).extracting(CloneChange::kind).containsExactly(Kind.CREATED, Kind.EXPIRED));
		assertThat(second).isEmpty();
		await().untilAsserted(() -> assertThat(first).isEmpty());
	}

	@Test
	void ephemeralEntriesEndWithTheApplication() {
		CloneClient owner = client("");
		CloneMap<String> first = map(owner, "");
		CloneMap<String> second = map(client(""), "");
		first.putAsync("/mine", "1", WriteOptions.none().ephemeral()).join();
		await().untilAsserted(() -> assertThat(second).containsKey("/mine"));
		owner.close();
		await().atMost(Duration.ofSeconds(2)).untilAsserted(() -> assertThat(second).doesNotContainKey("/mine"));
	}

	@Test
	void aClientHoldsOnlyItsSubtreesAndWritesEverywhere() {
		CloneMap<String> all = map(client(""), "");
		CloneClient part = client("/a/", "/b/", "/a/inner/");
		CloneMap<String> a = map(part, "/a/");
		CloneMap<String> held = map(part, "");
		held.put("/a/1", "1");
		held.put("/c/1", "2");
		all.put("/b/1", "3");
		await().untilAsserted(() -> assertThat(held).containsOnlyKeys("/a/1", "/b/1"));
		await().untilAsserted(() -> assertThat(all).containsOnlyKeys("/a/1", "/b/1", "/c/1"));
		assertThat(a).containsOnlyKeys("1");
		assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(() -> held.get("/c/1"))
			.withMessageContaining("does not hold");
		assertThat(held.putIfAbsent("/c/1", "x")).isEqualTo("2");
		assertThat(held.compute("/c/1", (key, value) -> value + value)).isEqualTo("22");
		assertThat(held.remove("/c/1")).isEqualTo("22");
	}

	@Test
	void aServerThatIsStartedAnewInTheSamePlaceIsNoticed() {
		CloneMap<String> map = map(client(""), "");
		map.put("/old", "1");
		long before = map.sequence();
		int port = this.server.port();
		this.server.stop();
		await().untilAsserted(() -> assertThat(map.state()).isEqualTo(CloneState.STALE));
		assertThat(map.get("/old")).isEqualTo("1");
		server(port);
		await().untilAsserted(() -> assertThat(map.state()).isEqualTo(CloneState.LIVE));
		assertThat(map).isEmpty();
		map.put("/new", "2");
		assertThat(map.sequence()).isGreaterThan(before);
	}

	@Test
	void nothingIsLostThatIsWrittenRightAfterAJoin() throws Exception {
		CloneMap<String> writer = map(client(""), "");
		int joins = Integer.getInteger("clone.test.joins", 200);
		for (int i = 0; i < joins; i++) {
			CloneClient joiner = client((i % 2 == 0) ? "" : "/a/");
			CloneEntry<String> entry = writer.putAsync("/a/key", "" + i).get(5, TimeUnit.SECONDS);
			CloneMap<String> map = map(joiner, "/a/");
			map.await(entry.sequence()).get(5, TimeUnit.SECONDS);
			assertThat(map.get("key")).as("join %d", i).isEqualTo("" + i);
			joiner.close();
		}
	}

	@Test
	void codeThatDependsOnAFutureMayWrite() throws Exception {
		CloneMap<String> map = map(client(""), "");
		map.putAsync("/a", "1").thenRun(() -> map.putAll(Map.of("/b", "2"))).get(4, TimeUnit.SECONDS);
		map.putAsync("/a", "1").thenRun(map::clear).get(4, TimeUnit.SECONDS);
		assertThat(map).isEmpty();
		List<CompletableFuture<?>> chains = new ArrayList<>();
		for (int i = 0; i < 20_000; i++) {
			String key = "/" + i % 100;
			chains.add(map.putAsync(key, "1")
				.thenCompose((entry) -> map.putAsync(key, "2"))
				.thenCompose((entry) -> map.putAsync(key, "3")));
		}
		for (CompletableFuture<?> chain : chains) {
			chain.get(20, TimeUnit.SECONDS);
		}
	}

	/**
	 * Full frames, whose arrays are used again.
	 */
	@Test
	void whatIsWrittenInGreatNumbersArrivesWhole() throws Exception {
		CloneClient reader = client("");
		CloneMap<String> read = map(reader, "");
		CloneClient writer = client("");
		CloneMap<String> written = map(writer, "");
		Map<String, String> expected = new HashMap<>();
		for (int i = 0; i < 50_000; i++) {
			String key = "/" + i % 1000;
			String value = i + "-".repeat(100) + i;
			written.putAsync(key, value);
			expected.put(key, value);
		}
		written.put("/last", "value");
		expected.put("/last", "value");
		read.await(written.sequence()).get(20, TimeUnit.SECONDS);
		assertThat(read).containsExactlyInAnyOrderEntriesOf(expected);
		assertThat(reader.report().malformed()).isZero();
		assertThat(reader.report().gaps()).isZero();
		assertThat(writer.report().malformed()).isZero();
		assertThat(this.server.report().malformed()).isEmpty();
	}

	@Test
	void aStopInTheMiddleOfAHandOverLosesNothingOfIt() throws Exception {
		CloneMap<String> writer = map(client(""), "");
		for (int i = 0; i < 1000; i++) {
			writer.putAsync("/" + i, "v");
		}
		writer.put("/last", "v");
		ClientSettings defaults = ClientSettings.defaults();
		CloneClient client = new CloneClient(
				new ClientSettings("slow", Subtrees.ALL, defaults.writeTimeout(), defaults.serverTimeout(), 10, 1, 10),
				ValueCodecs.BASIC, ZmqClientSockets.factory(), Clock.system());
		this.toClose.add(client);
		Set<String> told = ConcurrentHashMap.newKeySet();
		CountDownLatch slow = new CountDownLatch(1);
		map(client, "").addListener((change) -> {
			try {
				slow.await();
			}
			catch (InterruptedException ex) {
				throw new IllegalStateException(ex);
			}
			told.add(change.key());
		});
		List<ServerEndpoint> servers = List.of(new ServerEndpoint("127.0.0.1", this.server.port()));
		client.start(servers);
		client.awaitLive(Duration.ofSeconds(10));
		client.stop();
		slow.countDown();
		client.start(servers);
		await().untilAsserted(() -> assertThat(told).hasSize(1001));
	}

	@Test
	void callersThatWaitBesideAStopAreTold() throws Exception {
		CloneClient client = client("");
		CloneMap<String> map = map(client, "");
		List<CompletableFuture<Void>> waiting = new CopyOnWriteArrayList<>();
		Thread caller = new Thread(() -> {
			for (int i = 0; i < 2000; i++) {
				waiting.add(map.await(Long.MAX_VALUE));
			}
		});
		caller.start();
		client.stop();
		caller.join();
		await().untilAsserted(() -> assertThat(waiting).hasSize(2000).allMatch(CompletableFuture::isDone));
	}

	@Test
	void aChangeAfterAValueThatCannotBeDecodedIsHeard() {
		CloneClient client = client("");
		CloneMap<String> map = map(client, "");
		CloneMap<byte[]> raw = client.map("raw", "", ValueCodec.BYTES, null);
		List<CloneChange<String>> changes = new CopyOnWriteArrayList<>();
		map.addListener(changes::add);
		map.put("/k", "good");
		raw.put("/k", new byte[] { (byte) 0xFF });
		map.put("/k", "better");
		raw.put("/k", new byte[] { (byte) 0xFF });
		raw.remove("/k");
		await().untilAsserted(() -> assertThat(changes).extracting((change) -> change.kind() + " " + change.value())
			.containsExactly("CREATED good", "UPDATED better", "REMOVED null"));
		assertThat(client.report().undecodable()).isPositive();
	}

	@Test
	void aServerWhoseNameCannotBeResolvedIsOneOfSeveralThatFail() throws Exception {
		CloneClient client = new CloneClient(ClientSettings.defaults(), ValueCodecs.BASIC, ZmqClientSockets.factory(),
				Clock.system());
		this.toClose.add(client);
		client.start(List.of(new ServerEndpoint("no-such-host.invalid", 5556),
				new ServerEndpoint("127.0.0.1", this.server.port())));
		assertThat(client.awaitLive(Duration.ofSeconds(10))).isTrue();
		assertThat(client.report().failovers()).isOne();
	}

	@Test
	void aServerWhoseNameCannotBeResolvedIsTriedAgain() {
		CloneClient client = new CloneClient(ClientSettings.defaults(), ValueCodecs.BASIC, ZmqClientSockets.factory(),
				Clock.system());
		this.toClose.add(client);
		client.start(List.of(new ServerEndpoint("no-such-host.invalid", 5556)));
		await().untilAsserted(() -> assertThat(client.report().failovers()).isGreaterThan(2));
		assertThat(client.state()).isEqualTo(CloneState.CONNECTING);
	}

	@Test
	void whatCannotBeAKeyIsNotThereAndClearLeavesNothing() {
		CloneClient client = client("");
		CloneMap<String> map = map(client, "");
		CloneMap<byte[]> raw = client.map("raw", "", ValueCodec.BYTES, null);
		assertThat(map.remove("")).isNull();
		assertThat(map.remove("a\nb")).isNull();
		assertThat(map.get("a\nb")).isNull();
		raw.put("/undecodable", new byte[] { (byte) 0xFF });
		map.clear();
		assertThat(map.size()).isZero();
		assertThat(raw).isEmpty();
	}

	@Test
	void aPortInUseIsAnError() {
		assertThatExceptionOfType(ServerBindException.class).isThrownBy(() -> server(this.server.port()))
			.satisfies((ex) -> assertThat(ex.isInUse()).isTrue());
	}

	private CloneServer server(int port) {
		ServerSettings settings = ServerSettings.defaults();
		CloneServer server = new CloneServer(settings,
				ZmqServerSockets.factory("127.0.0.1", port, settings.maxValueSize()), Clock.system());
		this.toClose.add(server);
		server.start();
		return server;
	}

	private CloneClient client(String... subtrees) {
		ClientSettings defaults = ClientSettings.defaults();
		CloneClient client = new CloneClient(
				new ClientSettings("client" + this.toClose.size(), Subtrees.covering(List.of(subtrees)),
						defaults.writeTimeout(), defaults.serverTimeout(), defaults.maxInFlight(),
						defaults.eventThreads(), defaults.eventQueueCapacity()),
				ValueCodecs.BASIC, ZmqClientSockets.factory(), Clock.system());
		this.toClose.add(client);
		client.start(List.of(new ServerEndpoint("127.0.0.1", this.server.port())));
		try {
			assertThat(client.awaitLive(Duration.ofSeconds(10))).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
		return client;
	}

	private static CloneMap<String> map(CloneClient client, String subtree) {
		return client.map("test", subtree, ValueCodec.STRING, null);
	}

}
