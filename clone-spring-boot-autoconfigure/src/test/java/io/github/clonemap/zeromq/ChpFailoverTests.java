package io.github.clonemap.zeromq;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import io.github.clonemap.binarystar.BinaryStarRole;
import io.github.clonemap.zeromq.ChpClient.Message;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A pair of servers in processes of their own, and no clients but those of RFC 12: one
 * that writes to both servers, and one that follows the active one, while the active one
 * is killed.
 */
class ChpFailoverTests {

	private static final Duration HEARTBEAT = Duration.ofMillis(100);

	private static final String LAST = "/w/last";

	private final List<AutoCloseable> toClose = new ArrayList<>();

	/** The sequence of each write that was heard. */
	private final Map<String, Long> heard = new HashMap<>();

	private PairServerProcess primary;

	private PairServerProcess backup;

	private Writer writer;

	@BeforeEach
	void start() throws Exception {
		PairServerProcess.Place first = PairServerProcess.Place.free();
		PairServerProcess.Place second = PairServerProcess.Place.free();
		this.primary = new PairServerProcess(BinaryStarRole.PRIMARY, first, second, HEARTBEAT).withChp();
		this.backup = new PairServerProcess(BinaryStarRole.BACKUP, second, first, HEARTBEAT).withChp();
		for (PairServerProcess server : List.of(this.primary, this.backup)) {
			this.toClose.add(server);
			server.start();
		}
	}

	@AfterEach
	void close() throws Exception {
		for (int i = this.toClose.size() - 1; i >= 0; i--) {
			this.toClose.get(i).close();
		}
	}

	@Test
	void whatIsWrittenToBothServersIsAppliedOnceHoweverOftenTheActiveOneIsKilled() throws Exception {
		ask(this.primary).close();
		awaitInSync();
		this.writer = new Writer(this.primary.endpoint().port(), this.backup.endpoint().port());
		this.toClose.add(this.writer);
		await().until(() -> this.writer.listeners.get() == 2);
		this.writer.begin();
		PairServerProcess active = this.primary;
		long sequence = 0;
		for (int i = 1; i <= 4; i++) {
			PairServerProcess passive = (active == this.primary) ? this.backup : this.primary;
			ChpClient follower = ask(active);
			int before = this.writer.written.get();
			await().until(() -> this.writer.written.get() > before + 500);
			active.kill();
			sequence = follow(follower, sequence);
			follower.close();
			int whenKilled = this.writer.written.get();
			await().until(() -> this.writer.written.get() > whenKilled + 100);
			ask(passive).close();
			assertThat(passive.isActive() || awaitActive(passive)).isTrue();
			active.start();
			active = passive;
			awaitInSync();
			int listeners = 2 + i;
			await().until(() -> this.writer.listeners.get() == listeners);
		}
		ChpClient last = ask(active);
		// The last write must not be one that was published before the follower was
		// there.
		int whenThere = this.writer.written.get();
		await().until(() -> this.writer.written.get() > whenThere + 10);
		this.writer.finish();
		Message update = last.next();
		while (!update.uuidText().equals(this.writer.lastId)) {
			update = last.next();
		}
		Map<String, Message> entries = new HashMap<>();
		last.snapshot("/w/").forEach((message) -> entries.put(message.key(), message));
		for (int i = 1; i <= this.writer.written.get(); i++) {
			assertThat(entries).as("write %d of %d", i, this.writer.written.get()).containsKey("/w/" + i);
		}
		assertThat(entries.get(LAST).value()).isEqualTo("" + this.writer.written.get());
		entries.forEach((key, entry) -> {
			Long told = this.heard.get(key);
			if (told != null) {
				// One that was applied again would have another one.
				assertThat(entry.sequence()).as("sequence of %s", entry).isEqualTo(told);
			}
		});
		assertThat(this.heard).hasSizeGreaterThan(1000);
	}

	/**
	 * Hears what a server has published until it was killed.
	 */
	private long follow(ChpClient follower, long after) {
		long sequence = after;
		for (Message update = follower.poll(500); update != null; update = follower.poll(500)) {
			assertThat(update.sequence()).isGreaterThanOrEqualTo(sequence);
			sequence = update.sequence();
			if (!update.key().equals("HUGZ") && !update.key().equals(LAST)) {
				assertThat(this.heard.put(update.key(), sequence)).as("heard before: %s", update).isNull();
			}
		}
		return sequence;
	}

	/**
	 * What a client does that wants a snapshot of a server, active or not: it asks until
	 * it is answered, with a connection that has heard nothing else.
	 */
	private ChpClient ask(PairServerProcess server) {
		long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
		while (System.nanoTime() < end) {
			ChpClient client = new ChpClient("/w/", server.endpoint().port());
			client.ask("/w/");
			if (client.answer(500) != null) {
				client.close();
				ChpClient follower = new ChpClient("/w/", server.endpoint().port());
				follower.nextHeartbeat();
				return follower;
			}
			client.close();
		}
		throw new AssertionError("no answer");
	}

	private static boolean awaitActive(PairServerProcess server) {
		await().until(server::isActive);
		return true;
	}

	private void awaitInSync() {
		await().atMost(Duration.ofSeconds(30)).until(() -> this.primary.isInSync() && this.backup.isInSync());
	}

	/**
	 * Writes to both servers, each time a new key and one that is always the same.
	 */
	private static final class Writer implements AutoCloseable {

		private final AtomicInteger written = new AtomicInteger();

		private final AtomicInteger listeners = new AtomicInteger();

		private final Thread thread;

		private final int[] ports;

		private volatile boolean begun;

		private volatile boolean finished;

		private volatile boolean idle;

		private volatile String lastId = "";

		Writer(int... ports) {
			this.ports = ports;
			this.thread = new Thread(this::run, "writer");
			this.thread.start();
		}

		private void run() {
			try (ChpClient client = new ChpClient("/nothing/", this.ports)) {
				while (!this.finished) {
					this.listeners.addAndGet(client.newListeners());
					if (this.begun) {
						int number = this.written.get() + 1;
						client.set("/w/" + number, UUID.randomUUID().toString(), "", "" + number);
						this.lastId = UUID.randomUUID().toString();
						client.set(LAST, this.lastId, "", "" + number);
						this.written.set(number);
					}
					LockSupport.parkNanos(500_000);
				}
				this.idle = true;
				// What is on its way must not be lost with the socket.
				while (!this.thread.isInterrupted()) {
					LockSupport.parkNanos(10_000_000);
				}
			}
		}

		void begin() {
			this.begun = true;
		}

		void finish() {
			this.finished = true;
			await().until(() -> this.idle);
		}

		@Override
		public void close() throws InterruptedException {
			this.finished = true;
			this.thread.interrupt();
			this.thread.join();
		}

	}

}
