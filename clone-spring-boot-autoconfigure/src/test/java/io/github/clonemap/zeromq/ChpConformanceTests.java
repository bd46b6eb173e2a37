package io.github.clonemap.zeromq;

import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import io.github.clonemap.CloneChange;
import io.github.clonemap.CloneEntry;
import io.github.clonemap.CloneMap;
import io.github.clonemap.CloneWriter;
import io.github.clonemap.ValueCodec;
import io.github.clonemap.WriteOptions;
import io.github.clonemap.agent.Clock;
import io.github.clonemap.client.ClientSettings;
import io.github.clonemap.client.CloneClient;
import io.github.clonemap.client.ServerEndpoint;
import io.github.clonemap.client.ValueCodecs;
import io.github.clonemap.protocol.Subtrees;
import io.github.clonemap.server.CloneServer;
import io.github.clonemap.server.RejectReason;
import io.github.clonemap.server.ServerBindException;
import io.github.clonemap.server.ServerReport;
import io.github.clonemap.server.ServerSettings;
import io.github.clonemap.zeromq.ChpClient.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import zmq.Msg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

/**
 * What RFC 12 asks of a server, rule by rule, over real sockets and without our codec.
 */
class ChpConformanceTests {

	private static final int MAX_VALUE_SIZE = 1 << 16;

	private final List<AutoCloseable> toClose = new ArrayList<>();

	private CloneServer server;

	@AfterEach
	void close() throws Exception {
		for (int i = this.toClose.size() - 1; i >= 0; i--) {
			this.toClose.get(i).close();
		}
	}

	@Test
	void aSnapshotIsOneMessageForEachEntryAndThenItsEnd() throws Exception {
		start();
		CloneMap<String> map = nativeMap();
		long first = write(map, "/a/1", "one");
		long second = write(map, "plain", "two");
		List<Message> answer = client("").join().snapshot("");
		assertThat(answer).extracting(Message::key).containsExactly("/a/1", "plain", "KTHXBAI");
		assertThat(answer).extracting(Message::value).containsExactly("one", "two", "");
		assertThat(answer.subList(0, 2)).extracting(Message::sequence).containsExactly(first, second);
		assertThat(answer.get(2).sequence()).isGreaterThanOrEqualTo(second);
		assertThat(answer).allSatisfy((message) -> {
			assertThat(message.uuid()).isEmpty();
			assertThat(message.properties()).isEmpty();
		});
	}

	@ParameterizedTest
	@CsvSource({ "'',4", "/,3", "/a/,2", "/a/b/,1", "a/,1", "/none/,0" })
	void aSnapshotHasWhatItsSubtreeHasAndTellsTheSubtreeAtItsEnd(String subtree, int count) throws Exception {
		start();
		CloneMap<String> map = nativeMap();
		for (String key : List.of("/a/1", "/a/b/2", "/c", "a/3")) {
			write(map, key, key);
		}
		List<Message> answer = client("").join().snapshot(subtree);
		assertThat(answer.subList(0, answer.size() - 1)).hasSize(count)
			.allMatch((message) -> message.key().startsWith(subtree));
		assertThat(answer.get(count).value()).isEqualTo(subtree);
	}

	@Test
	void aRequestWithoutASubtreeAsksForEverything() throws Exception {
		start();
		write(nativeMap(), "/a", "1");
		ChpClient client = client("").join();
		client.askWith(ChpClient.bytes("ICANHAZ?"));
		assertThat(client.readSnapshot()).extracting(Message::key).containsExactly("/a", "KTHXBAI");
	}

	@Test
	void whatIsNoRequestGetsNoAnswerAndIsCounted() throws Exception {
		start();
		ChpClient client = client("").join();
		byte[] command = ChpClient.bytes("ICANHAZ?");
		client.ask("/no-slash-at-the-end");
		client.askWith(command, new byte[] { (byte) 0xC3, '/' });
		client.askWith(command, new byte[0], new byte[0]);
		client.askWith(ChpClient.bytes("ICANHAZ"), new byte[0]);
		await().untilAsserted(() -> assertThat(malformed(this.server.report())).isEqualTo(4));
		assertThat(client.answer(50)).isNull();
		assertThat(client.snapshot("")).extracting(Message::key).containsExactly("KTHXBAI");
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 16, 36 })
	void anUpdateHasTheUuidAndThePropertiesThatTheClientSent(int uuidLength) throws Exception {
		start();
		ChpClient client = client("").join();
		byte[] uuid = new byte[uuidLength];
		new Random(7).nextBytes(uuid);
		byte[] properties = { 'a', '=', (byte) 0xFF, '\n', 't', 't', 'l', '=', '6', '0', '\n', 'b', '=', '\n' };
		client.setWith(ChpClient.bytes("/k"), ChpClient.bytes("whatever"), uuid, properties, ChpClient.bytes("v"));
		Message update = client.next();
		assertThat(update.key()).isEqualTo("/k");
		assertThat(update.uuid()).isEqualTo(uuid);
		assertThat(update.frames().get(3)).isEqualTo(properties);
		assertThat(update.value()).isEqualTo("v");
		Message entry = client.snapshot("").get(0);
		assertThat(entry.sequence()).isEqualTo(update.sequence());
		assertThat(entry.uuid()).isEmpty();
		assertThat(entry.frames().get(3)).isEqualTo(properties);
		assertThat(nativeMap().entry("/k")).satisfies((shown) -> {
			assertThat(shown.value()).isEqualTo("v");
			assertThat(shown.ttl()).isEqualTo(Duration.ofMinutes(1));
			assertThat(shown.sequence()).isEqualTo(update.sequence());
		});
	}

	@Test
	void aNativeMapHearsAWriterOfTheKindChpAndAChpClientHearsNativeWrites() throws Exception {
		start();
		CloneMap<String> map = nativeMap();
		Queue<CloneChange<String>> changes = new ConcurrentLinkedQueue<>();
		map.addListener(changes::add);
		ChpClient client = client("/shared/").join();
		client.set("/shared/k", "id", "", "chp");
		long first = client.next().sequence();
		await().untilAsserted(() -> assertThat(map.get("/shared/k")).isEqualTo("chp"));
		CloneEntry<String> entry = map.entry("/shared/k");
		assertThat(entry.writer()).isEqualTo(new CloneWriter(CloneWriter.Kind.CHP, 0));
		assertThat(entry.sequence()).isEqualTo(first);
		write(map, "/other", "not for this client");
		long second = write(map, "/shared/k", "native");
		Message update = client.next();
		assertThat(update.sequence()).isEqualTo(second).isGreaterThan(first);
		assertThat(update.key()).isEqualTo("/shared/k");
		assertThat(update.value()).isEqualTo("native");
		assertThat(update.uuid()).isEmpty();
		assertThat(update.properties()).isEmpty();
		await().untilAsserted(() -> assertThat(changes.stream().filter((one) -> one.key().equals("/shared/k")))
			.extracting(CloneChange::kind, (change) -> change.writer().kind())
			.containsExactly(tuple(CloneChange.Kind.CREATED, CloneWriter.Kind.CHP),
					tuple(CloneChange.Kind.UPDATED, CloneWriter.Kind.NATIVE)));
	}

	@Test
	void anEmptyValueRemovesTheKeyForEverybody() throws Exception {
		start();
		CloneMap<String> map = nativeMap();
		ChpClient client = client("/").join();
		client.set("/a", "1", "", "v");
		client.set("/a", "2", "x=y\n", "");
		// Nothing changes: nothing is published.
		client.set("/a", "3", "", "");
		client.set("/b", "4", "", "v");
		assertThat(List.of(client.next(), client.next(), client.next()))
			.extracting(Message::key, Message::uuidText, Message::properties, Message::value)
			.containsExactly(tuple("/a", "1", "", "v"), tuple("/a", "2", "x=y\n", ""), tuple("/b", "4", "", "v"));
		await().untilAsserted(() -> assertThat(map).containsOnlyKeys("/b"));
		map.remove("/b");
		assertThat(client.next()).extracting(Message::key, Message::value).containsExactly("/b", "");
		assertThat(client.snapshot("")).extracting(Message::key).containsExactly("KTHXBAI");
	}

	@ParameterizedTest
	@ValueSource(strings = { "ttl=1", "ttl=0.3", "ttl=1.0" })
	void anEntryEndsAfterItsSecondsForEverybody(String ttl) throws Exception {
		start();
		CloneMap<String> map = nativeMap();
		ChpClient client = client("/").join();
		long start = System.nanoTime();
		client.set("/k", "id", ttl + "\n", "v");
		Message update = client.next();
		assertThat(update.properties()).isEqualTo(ttl + "\n");
		await().untilAsserted(() -> assertThat(map.get("/k")).isEqualTo("v"));
		Message end = client.next();
		double seconds = Double.parseDouble(ttl.substring(4));
		assertThat((System.nanoTime() - start) / 1e9).isBetween(seconds, seconds + 5);
		assertThat(end.key()).isEqualTo("/k");
		assertThat(end.value()).isEmpty();
		assertThat(end.sequence()).isGreaterThan(update.sequence());
		await().untilAsserted(() -> assertThat(map).isEmpty());
		await().untilAsserted(() -> assertThat(this.server.report().expired()).isOne());
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "ttl=0\n", "ttl=\n", "ttl=0.0\n" })
	void withoutATimeToLiveAnEntryStays(String properties) throws Exception {
		start();
		ChpClient client = client("/").join();
		client.set("/k", "", properties, "v");
		client.next();
		assertThat(nativeMap().entry("/k").ttl()).isNull();
	}

	@Test
	void aNativeTimeToLiveIsToldInSeconds() throws Exception {
		start();
		CloneMap<String> map = nativeMap();
		ChpClient client = client("/").join();
		map.putAsync("/k", "v", WriteOptions.none().ttl(Duration.ofMillis(59_001))).get(5, TimeUnit.SECONDS);
		assertThat(client.next().properties()).isEqualTo("ttl=60\n");
		assertThat(client.snapshot("").get(0).properties()).isEqualTo("ttl=60\n");
	}

	@Test
	void aHeartbeatComesOnceInEachIntervalWithTheCurrentSequence() throws Exception {
		start(Duration.ofMillis(100));
		ChpClient client = client("/").join();
		long last = write(nativeMap(), "/k", "v");
		client.next();
		Message heartbeat = client.nextHeartbeat();
		assertThat(heartbeat.frames().subList(2, 5)).allMatch((frame) -> frame.length == 0);
		assertThat(heartbeat.sequence()).isEqualTo(last);
		long start = System.nanoTime();
		for (int i = 0; i < 10; i++) {
			client.nextHeartbeat();
		}
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(800),
				Duration.ofMillis(3000));
	}

	@Test
	void aHeartbeatComesAtLeastOnceASecondWhateverTheIntervalIs() throws Exception {
		start(Duration.ofSeconds(4));
		ChpClient client = client("/");
		client.nextHeartbeat();
		long start = System.nanoTime();
		client.nextHeartbeat();
		client.nextHeartbeat();
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(1700),
				Duration.ofMillis(3500));
	}

	@Test
	void whatCannotBeUnderstoodIsCountedAndChangesNothing() throws Exception {
		start();
		ChpClient client = client("").join();
		byte[] none = {};
		byte[] value = { 'v' };
		client.setWith(new byte[] { (byte) 0xFF }, none, none, none, value);
		client.setWith(ChpClient.bytes("/k"), none, none, none);
		client.setWith(ChpClient.bytes("/k"), none, none, none, value, none);
		client.setWith(ChpClient.bytes("/k"), none, none, ChpClient.bytes("ttl=soon\n"), value);
		client.setWith(ChpClient.bytes("/k"), none, new byte[256], none, value);
		client.setWith(ChpClient.bytes("/k"), none, none, new byte[4097], value);
		client.set("/last", "", "", "v");
		assertThat(client.next().key()).isEqualTo("/last");
		await().untilAsserted(() -> assertThat(malformed(this.server.report())).isEqualTo(6));
		assertThat(client.snapshot("")).extracting(Message::key).containsExactly("/last", "KTHXBAI");
	}

	@Test
	void whatIsRefusedIsCountedByItsReason() throws Exception {
		start();
		ChpClient client = client("").join();
		for (String key : List.of("HUGZ", "KTHXBAI", "", "a\nb", "x".repeat(256))) {
			client.set(key, "", "", "v");
		}
		client.set("/large", "", "", "x".repeat(MAX_VALUE_SIZE + 1));
		for (int i = 0; i < 11; i++) {
			client.set("/many/" + i, "", "", "v");
		}
		for (int i = 0; i < 10; i++) {
			assertThat(client.next().key()).isEqualTo("/many/" + i);
		}
		await().untilAsserted(() -> assertThat(this.server.report().rejected()).isEqualTo(
				Map.of(RejectReason.BAD_KEY, 5L, RejectReason.VALUE_TOO_LARGE, 1L, RejectReason.TOO_MANY_ENTRIES, 1L)));
		assertThat(malformed(this.server.report())).isZero();
	}

	@Test
	void nativeAndOtherClientsShareOneOrder() throws Exception {
		start(ServerSettings.DEFAULT_HEARTBEAT, 1000);
		CloneMap<String> map = nativeMap("/order/");
		ChpClient follower = client("/order/").join();
		ChpClient writer = client("/order/").join();
		Thread other = new Thread(() -> {
			for (int i = 0; i < 5000; i++) {
				map.putAsync("k" + i % 7, "native" + i);
			}
		});
		other.start();
		for (int i = 0; i < 5000; i++) {
			writer.set("/order/k" + i % 7, "", "", "chp" + i);
		}
		other.join();
		Map<String, String> followed = new TreeMap<>();
		long last = 0;
		int natives = 0;
		for (int i = 0; i < 10_000; i++) {
			Message update = follower.next();
			assertThat(update.sequence()).isGreaterThan(last);
			last = update.sequence();
			followed.put(update.key().substring("/order/".length()), update.value());
			natives += update.value().startsWith("native") ? 1 : 0;
		}
		assertThat(natives).isEqualTo(5000);
		long end = last;
		await().untilAsserted(() -> assertThat(map.sequence()).isGreaterThanOrEqualTo(end));
		assertThat(new TreeMap<>(map)).isEqualTo(followed);
	}

	@Test
	void whoSubscribesHearsAHeartbeatAndThenAsksMissesNothing() throws Exception {
		start(Duration.ofMillis(50), 100_000);
		CloneMap<String> map = nativeMap();
		AtomicBoolean running = new AtomicBoolean(true);
		Thread writer = new Thread(() -> {
			Random random = new Random(3);
			for (int i = 0; running.get(); i++) {
				String key = "/k" + random.nextInt(500);
				if (random.nextInt(4) == 0) {
					map.removeAsync(key);
				}
				else {
					map.putAsync(key, "" + i);
				}
				LockSupport.parkNanos(20_000);
			}
		});
		writer.start();
		List<Follower> followers = new ArrayList<>();
		for (int i = 0; i < 10; i++) {
			Follower follower = new Follower(client("/"));
			follower.client.nextHeartbeat();
			follower.begin();
			followers.add(follower);
		}
		running.set(false);
		writer.join();
		map.put("/last", "last");
		for (Follower follower : followers) {
			follower.followUntil("/last");
			assertThat(follower.copy).isEqualTo(new HashMap<>(map));
			assertThat(follower.applied).as("updates beside its snapshot").isPositive();
		}
	}

	@Test
	void aMillionEntriesGoToASlowReaderWithoutLossWhileTheServerWorks() throws Exception {
		int count = 1_000_000;
		start(ServerSettings.DEFAULT_HEARTBEAT, count + 10);
		fill(count);
		CloneMap<String> other = nativeMap("/other/");
		AtomicLong slowestNanos = new AtomicLong();
		AtomicLong writes = new AtomicLong();
		AtomicBoolean running = new AtomicBoolean(true);
		Thread writer = new Thread(() -> {
			while (running.get()) {
				long start = System.nanoTime();
				other.put("k", "" + writes.incrementAndGet());
				slowestNanos.accumulateAndGet(System.nanoTime() - start, Math::max);
			}
		});
		ChpClient slow = client("/many/").join();
		slow.ask("/many/");
		writer.start();
		boolean[] seen = new boolean[count];
		long sequence = 0;
		for (int i = 0; i < count; i++) {
			if (i % 100_000 == 0) {
				// It reads nothing until the server has done other work.
				long before = writes.get();
				await().atMost(Duration.ofSeconds(20)).until(() -> writes.get() > before + 200);
			}
			Message entry = slow.answer(10_000);
			assertThat(entry).as("message %d", i).isNotNull();
			assertThat(entry.sequence()).isGreaterThan(sequence);
			sequence = entry.sequence();
			int number = Integer.parseInt(entry.key().substring("/many/".length()));
			assertThat(seen[number]).isFalse();
			seen[number] = true;
		}
		assertThat(slow.answer(10_000).key()).isEqualTo("KTHXBAI");
		running.set(false);
		writer.join();
		assertThat(Duration.ofNanos(slowestNanos.get())).as("slowest write").isLessThan(Duration.ofSeconds(2));
	}

	@Test
	void clientsThatAskAndVanishTakeNobodysPlace() throws Exception {
		int count = 100_000;
		start(ServerSettings.DEFAULT_HEARTBEAT, count + 10);
		fill(count);
		// More than are answered at a time, each of them with more to read than fits.
		for (int i = 0; i < 20; i++) {
			ChpClient client = new ChpClient("/many/", this.server.port());
			client.ask("");
			assertThat(client.answer(10_000)).isNotNull();
			client.close();
		}
		ChpClient last = client("/many/").join();
		assertThat(last.snapshot("/many/")).hasSize(count + 1);
	}

	@Test
	void aRequestThatIsRepeatedWhileItsAnswerIsUnderWayIsAnsweredOnce() throws Exception {
		int count = 100_000;
		start(ServerSettings.DEFAULT_HEARTBEAT, count + 10);
		fill(count);
		ChpClient client = client("/many/").join();
		client.ask("/many/");
		client.ask("/many/");
		assertThat(client.readSnapshot()).hasSize(count + 1);
		assertThat(client.answer(200)).isNull();
		assertThat(client.snapshot("/many/")).hasSize(count + 1);
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 2, 3 })
	void eachOfTheFourPortsThatIsInUseIsNamed(int offset) throws Exception {
		int port = PairServerProcess.Place.free().port();
		try (ServerSocket taken = new ServerSocket(port + offset, 1, InetAddress.getLoopbackAddress())) {
			assertThatExceptionOfType(ServerBindException.class)
				.isThrownBy(() -> server(port, ServerSettings.defaults(), true))
				.satisfies((ex) -> {
					assertThat(ex.isInUse()).isTrue();
					assertThat(ex.getEndpoint()).isEqualTo("tcp://127.0.0.1:" + taken.getLocalPort());
				});
		}
		// Nothing of the attempt is left.
		server(port, ServerSettings.defaults(), true);
	}

	@Test
	void withoutADoorNobodyIsLetIn() throws Exception {
		this.server = server(0, ServerSettings.defaults(), false);
		int port = this.server.port();
		for (int offset : new int[] { 1, 2 }) {
			assertThatExceptionOfType(ConnectException.class)
				.isThrownBy(() -> new Socket(InetAddress.getLoopbackAddress(), port + offset).close());
		}
		ChpClient client = client("");
		client.ask("");
		await().untilAsserted(() -> assertThat(malformed(this.server.report())).isOne());
		assertThat(client.answer(50)).isNull();
	}

	private void fill(int count) throws Exception {
		// Outside of what the client holds: this process does not keep it twice.
		CloneMap<String> many = nativeClient("/nothing/").map("all", "", ValueCodec.STRING, null);
		Semaphore room = new Semaphore(4096);
		Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
		for (int i = 0; i < count; i++) {
			room.acquire();
			many.putAsync("/many/" + i, "some value " + i).whenComplete((entry, failure) -> {
				room.release();
				if (failure != null) {
					failures.add(failure);
				}
			});
		}
		room.acquire(4096);
		assertThat(failures).isEmpty();
	}

	private long write(CloneMap<String> map, String key, String value) throws Exception {
		return map.putAsync(key, value).get(5, TimeUnit.SECONDS).sequence();
	}

	@Test
	void whatTheEntriesMayWeighIsLimitedForItToo() throws Exception {
		this.server = server(0, new ServerSettings(Duration.ofMillis(100), Duration.ofSeconds(10), 1000, 10,
				MAX_VALUE_SIZE, 255, 3 * ServerSettings.ENTRY_BYTES), true);
		ChpClient client = client("").join();
		client.set("/a", "", "", "v");
		client.set("/b", "", "", "v");
		client.set("/c", "", "", "x".repeat(ServerSettings.ENTRY_BYTES));
		client.set("/a", "", "x=" + "y".repeat(ServerSettings.ENTRY_BYTES) + "\n", "v");
		client.set("/a", "", "", "");
		client.set("/c", "", "", "v");
		assertThat(List.of(client.next(), client.next(), client.next(), client.next())).extracting(Message::key)
			.containsExactly("/a", "/b", "/a", "/c");
		await().untilAsserted(
				() -> assertThat(this.server.report().rejected()).isEqualTo(Map.of(RejectReason.TOO_MANY_BYTES, 2L)));
	}

	@Test
	void theDoorIsThereAgainWhenTheThreadBehindItHasDied() throws Exception {
		ServerSettings settings = new ServerSettings(Duration.ofMillis(100), Duration.ofSeconds(10), 1000, 10,
				MAX_VALUE_SIZE, 255);
		this.server = new CloneServer(settings, () -> ZmqServerSockets.openWithChp("127.0.0.1", 0, 1 << 20,
				Duration.ofSeconds(1), (socket) -> socket.setMsgAllocator((size) -> {
					if (size == 4711) {
						throw new AssertionError("played by the test");
					}
					return new Msg(size);
				})), Clock.system());
		this.toClose.add(this.server);
		this.server.start();
		ChpClient client = client("").join();
		client.set("/before", "", "", "v");
		assertThat(client.next().key()).isEqualTo("/before");
		client.askWith(new byte[4711]);
		await().atMost(Duration.ofSeconds(15)).until(() -> this.server.renewals() == 1);
		await().atMost(Duration.ofSeconds(10)).until(() -> {
			client.set("/after", "", "", "v");
			Message heard = client.poll(100);
			return heard != null && heard.key().equals("/after");
		});
		assertThat(client.snapshot("")).extracting(Message::key).containsExactly("/before", "/after", "KTHXBAI");
		assertThat(this.server.trouble()).isNull();
	}

	private void start() {
		start(ServerSettings.DEFAULT_HEARTBEAT);
	}

	private void start(Duration heartbeat) {
		start(heartbeat, 10);
	}

	private void start(Duration heartbeat, int maxEntries) {
		this.server = server(0,
				new ServerSettings(heartbeat, Duration.ofSeconds(10), 1000, maxEntries, MAX_VALUE_SIZE, 255), true);
	}

	private CloneServer server(int port, ServerSettings settings, boolean chp) {
		CloneServer server = new CloneServer(settings,
				ZmqServerSockets.factory("127.0.0.1", port, settings.maxValueSize(), null, chp), Clock.system());
		this.toClose.add(server);
		server.start();
		return server;
	}

	private ChpClient client(String subtree) {
		ChpClient client = new ChpClient(subtree, this.server.port());
		this.toClose.add(client);
		return client;
	}

	private CloneMap<String> nativeMap() throws Exception {
		return nativeMap("");
	}

	/**
	 * A map of an application that uses this library.
	 */
	private CloneMap<String> nativeMap(String subtree) throws Exception {
		return nativeClient(subtree).map("test", subtree, ValueCodec.STRING, null);
	}

	private CloneClient nativeClient(String subtree) throws Exception {
		ClientSettings defaults = ClientSettings.defaults();
		CloneClient client = new CloneClient(new ClientSettings("native", Subtrees.covering(List.of(subtree)),
				defaults.writeTimeout(), defaults.serverTimeout(), defaults.maxInFlight(), defaults.eventThreads(),
				defaults.eventQueueCapacity()), ValueCodecs.BASIC, ZmqClientSockets.factory(), Clock.system());
		this.toClose.add(client);
		client.start(List.of(new ServerEndpoint("127.0.0.1", this.server.port())));
		assertThat(client.awaitLive(Duration.ofSeconds(10))).isTrue();
		return client;
	}

	private static long malformed(ServerReport report) {
		return report.malformed().values().stream().mapToLong(Long::longValue).sum();
	}

	/**
	 * What a client does with what it hears.
	 */
	private static final class Follower {

		private final Map<String, String> copy = new HashMap<>();

		private final ChpClient client;

		private long sequence;

		private int applied;

		Follower(ChpClient client) {
			this.client = client;
		}

		void begin() {
			List<Message> answer = this.client.snapshot("/");
			answer.subList(0, answer.size() - 1).forEach((entry) -> this.copy.put(entry.key(), entry.value()));
			this.sequence = answer.get(answer.size() - 1).sequence();
		}

		void followUntil(String lastKey) {
			while (!this.copy.containsKey(lastKey)) {
				Message update = this.client.next();
				if (update.sequence() <= this.sequence) {
					continue;
				}
				this.sequence = update.sequence();
				this.applied++;
				if (update.value().isEmpty()) {
					this.copy.remove(update.key());
				}
				else {
					this.copy.put(update.key(), update.value());
				}
			}
		}

	}

}
