package io.github.clonemap.zeromq;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import io.github.clonemap.CloneEntry;
import io.github.clonemap.CloneMap;
import io.github.clonemap.ValueCodec;
import io.github.clonemap.agent.Clock;
import io.github.clonemap.binarystar.BinaryStarRole;
import io.github.clonemap.client.ClientSettings;
import io.github.clonemap.client.CloneClient;
import io.github.clonemap.client.ServerEndpoint;
import io.github.clonemap.client.ValueCodecs;
import io.github.clonemap.protocol.Subtrees;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A pair of servers in processes of their own, killed and stopped while three clients
 * write. {@code -Dclone.test.kills} tells how often.
 */
class PairProcessTests {

	private static final Logger logger = LoggerFactory.getLogger(PairProcessTests.class);

	private static final int WRITES_PER_SECOND = 500;

	private final List<AutoCloseable> toClose = new ArrayList<>();

	private final List<Writer> writers = new ArrayList<>();

	private PairServerProcess primary;

	private PairServerProcess backup;

	@AfterEach
	void close() throws Exception {
		for (int i = this.toClose.size() - 1; i >= 0; i--) {
			this.toClose.get(i).close();
		}
	}

	@Test
	void noAcknowledgedWriteIsLostOrAppliedTwiceHoweverOftenTheActiveServerIsKilled() throws Exception {
		start(Duration.ofMillis(100), Duration.ofMillis(600));
		List<Long> outages = new ArrayList<>();
		for (int i = Integer.getInteger("clone.test.kills", 20); i > 0; i--) {
			PairServerProcess active = awaitInSync();
			outages.add(outageOf(active::kill));
			active.start();
		}
		logger.warn("Longest write outages at kill -9, heartbeat 100 ms: {} ms", outages);
		checkAllWrites();
	}

	@Test
	void withDefaultHeartbeatsTheOutageAtAKillIsShort() throws Exception {
		start(Duration.ofMillis(500), ClientSettings.DEFAULT_SERVER_TIMEOUT);
		PairServerProcess active = awaitInSync();
		long outage = outageOf(active::kill);
		logger.warn("Longest write outage at kill -9, heartbeat 500 ms: {} ms", outage);
		assertThat(outage).isLessThan(4000);
		active.start();
		awaitInSync();
		checkAllWrites();
	}

	@Test
	void aServerThatStopsInOrderHandsOverAtOnce() throws Exception {
		start(Duration.ofMillis(500), ClientSettings.DEFAULT_SERVER_TIMEOUT);
		List<Long> outages = new ArrayList<>();
		for (int i = 0; i < 4; i++) {
			PairServerProcess active = awaitInSync();
			outages.add(outageOf(active::stopInOrder));
			active.start();
		}
		logger.warn("Longest write outages at a stop in order: {} ms", outages);
		assertThat(outages.stream().sorted().toList().get(1)).as("median of %s", outages).isLessThan(1000);
		checkAllWrites();
	}

	private void start(Duration heartbeat, Duration serverTimeout) throws Exception {
		PairServerProcess.Place first = PairServerProcess.Place.free();
		PairServerProcess.Place second = PairServerProcess.Place.free();
		this.primary = new PairServerProcess(BinaryStarRole.PRIMARY, first, second, heartbeat);
		this.backup = new PairServerProcess(BinaryStarRole.BACKUP, second, first, heartbeat);
		for (PairServerProcess server : List.of(this.primary, this.backup)) {
			this.toClose.add(server);
			server.start();
		}
		for (int i = 0; i < 3; i++) {
			Writer writer = new Writer("writer" + i, List.of(this.primary.endpoint(), this.backup.endpoint()),
					serverTimeout);
			this.toClose.add(writer);
			this.writers.add(writer);
		}
		awaitInSync();
	}

	/**
	 * Waits until nothing would be lost with the active server.
	 */
	private PairServerProcess awaitInSync() {
		await().atMost(Duration.ofSeconds(30))
			.pollInterval(Duration.ofMillis(10))
			.until(() -> this.primary.isInSync() && this.backup.isInSync()
					&& this.primary.isActive() != this.backup.isActive());
		long before = this.writers.get(0).acknowledged.size();
		await().until(() -> this.writers.get(0).acknowledged.size() > before + 20);
		return this.primary.isActive() ? this.primary : this.backup;
	}

	private long outageOf(Step failure) throws Exception {
		this.writers.forEach((writer) -> writer.longestPause.set(0));
		failure.run();
		PairServerProcess other = this.primary.isInSync() || this.primary.isActive() ? this.primary : this.backup;
		long[] before = this.writers.stream().mapToLong((writer) -> writer.acknowledged.size()).toArray();
		await().atMost(Duration.ofSeconds(30)).pollInterval(Duration.ofMillis(5)).until(() -> {
			for (int i = 0; i < before.length; i++) {
				if (this.writers.get(i).acknowledged.size() < before[i] + 50) {
					return false;
				}
			}
			return other.isActive();
		});
		return TimeUnit.NANOSECONDS
			.toMillis(this.writers.stream().mapToLong((writer) -> writer.longestPause.get()).max().orElseThrow());
	}

	/**
	 * Every acknowledged write is at every client, with the sequence that its writer was
	 * told: one that was applied twice would have another one.
	 */
	private void checkAllWrites() throws Exception {
		awaitInSync();
		for (Writer writer : this.writers) {
			writer.finish();
			assertThat(writer.failures).isEmpty();
			assertThat(writer.acknowledged).hasSizeGreaterThan(100);
		}
		for (Writer reader : this.writers) {
			reader.map.barrier().get(10, TimeUnit.SECONDS);
			for (Writer writer : this.writers) {
				writer.acknowledged.forEach((key, sequence) -> {
					CloneEntry<String> entry = reader.map.entry(key);
					assertThat(entry).as(key).isNotNull();
					assertThat(entry.sequence()).as(key).isEqualTo(sequence);
				});
			}
			assertThat(reader.map)
				.hasSize(this.writers.stream().mapToInt((writer) -> writer.acknowledged.size()).sum());
		}
	}

	private interface Step {

		void run() throws Exception;

	}

	/**
	 * A client that writes at a steady rate.
	 */
	private static final class Writer implements AutoCloseable {

		private final Map<String, Long> acknowledged = new ConcurrentHashMap<>();

		private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

		private final AtomicLong longestPause = new AtomicLong();

		private final AtomicLong lastNanos = new AtomicLong();

		private final String name;

		private final CloneClient client;

		private final CloneMap<String> map;

		private final Thread thread;

		private volatile boolean running = true;

		private long written;

		Writer(String name, List<ServerEndpoint> servers, Duration serverTimeout) throws Exception {
			this.name = name;
			this.client = new CloneClient(
					new ClientSettings(name, Subtrees.ALL, Duration.ofSeconds(20), serverTimeout, 8192, 1, 8192),
					ValueCodecs.BASIC, ZmqClientSockets.factory(), Clock.system());
			this.client.start(servers);
			this.map = this.client.map("all", "", ValueCodec.STRING, null);
			assertThat(this.client.awaitLive(Duration.ofSeconds(20))).isTrue();
			this.thread = new Thread(this::write, name);
			this.thread.start();
		}

		private void write() {
			long next = System.nanoTime();
			while (this.running) {
				String key = "/" + this.name + "/" + this.written++;
				this.map.putAsync(key, key).whenComplete((entry, failure) -> onWritten(key, entry, failure));
				next += 1_000_000_000L / WRITES_PER_SECOND;
				LockSupport.parkNanos(next - System.nanoTime());
			}
		}

		private void onWritten(String key, CloneEntry<String> entry, Throwable failure) {
			if (failure != null) {
				this.failures.add(failure);
				return;
			}
			this.acknowledged.put(key, entry.sequence());
			long now = System.nanoTime();
			long last = this.lastNanos.getAndSet(now);
			if (last != 0) {
				this.longestPause.accumulateAndGet(now - last, Math::max);
			}
		}

		void finish() throws InterruptedException {
			this.running = false;
			this.thread.join();
			await().atMost(Duration.ofSeconds(20))
				.until(() -> this.acknowledged.size() + this.failures.size() == this.written);
		}

		@Override
		public void close() throws Exception {
			this.running = false;
			this.thread.join();
			this.client.close();
		}

	}

}
