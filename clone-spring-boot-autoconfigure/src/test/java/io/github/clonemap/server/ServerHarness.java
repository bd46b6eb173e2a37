package io.github.clonemap.server;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

import io.github.clonemap.WriteOptions.Condition;
import io.github.clonemap.client.ManualClock;
import io.github.clonemap.protocol.Command;
import io.github.clonemap.protocol.FrameReader;
import io.github.clonemap.protocol.FrameWriter;
import io.github.clonemap.protocol.MalformedMessageException;
import io.github.clonemap.protocol.Message;
import io.github.clonemap.protocol.Message.Credit;
import io.github.clonemap.protocol.Message.Hello;
import io.github.clonemap.protocol.Message.Sync;
import io.github.clonemap.protocol.Message.Write;
import io.github.clonemap.protocol.Reply.Ack;
import io.github.clonemap.protocol.Reply.Entries;
import io.github.clonemap.protocol.Reply.Welcome;
import io.github.clonemap.protocol.StreamBatch;
import io.github.clonemap.protocol.StreamRefusal;
import io.github.clonemap.protocol.Subtrees;
import io.github.clonemap.protocol.Update;
import io.github.clonemap.protocol.WriteOperation;
import io.github.clonemap.protocol.WriteResult;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A server between a clock that is moved by hand and a network that only keeps what is
 * sent.
 */
final class ServerHarness implements ServerTransport {

	static final long SERVER_ID = 0x5E00_0000_0000_0001L;

	static final Duration HEARTBEAT = Duration.ofMillis(500);

	static final Duration SESSION_TIMEOUT = Duration.ofSeconds(10);

	final ManualClock clock = new ManualClock();

	final ServerAgent agent;

	private final List<Published> published = new ArrayList<>();

	final List<Subtrees> refused = new ArrayList<>();

	private final List<Reply> replies = new ArrayList<>();

	/** Those for which the network has no room. */
	final Set<Route> full = new HashSet<>();

	private int routes;

	ServerHarness() {
		this(settings(1000, 1000));
	}

	ServerHarness(ServerSettings settings) {
		this.agent = new ServerAgent(settings, this, this.clock, SERVER_ID, new Random(1));
	}

	static ServerSettings settings(int history, int maxEntries) {
		return new ServerSettings(HEARTBEAT, SESSION_TIMEOUT, history, maxEntries, 1 << 16, 255);
	}

	@Override
	public void reply(Route route, Command command, byte[] body) {
		try {
			this.replies.add(new Reply(route, Message.read(command, body, Update::new)));
		}
		catch (MalformedMessageException ex) {
			throw new AssertionError(ex);
		}
	}

	@Override
	public boolean hasRoom(Route route) {
		return !this.full.contains(route);
	}

	@Override
	public void publish(byte[] frame) {
		try {
			int topicLength = 1;
			while (frame[topicLength - 1] != 0) {
				topicLength++;
			}
			byte[] topic = Arrays.copyOf(frame, topicLength);
			if (StreamRefusal.explanation(frame, frame.length, topic) != null) {
				this.refused.add(Subtrees.fromTopic(topic));
				return;
			}
			FrameReader reader = new FrameReader(frame, topicLength);
			StreamBatch batch = StreamBatch.read(reader);
			List<Update> updates = new ArrayList<>();
			for (int i = 0; i < batch.count(); i++) {
				updates.add(Update.read(reader, Update::new));
			}
			reader.end("batch");
			this.published.add(new Published(Subtrees.fromTopic(Arrays.copyOf(frame, topicLength)), batch, updates));
		}
		catch (MalformedMessageException ex) {
			throw new AssertionError(ex);
		}
	}

	/**
	 * One turn, as the server's thread does it.
	 */
	void turn() {
		this.agent.onTick(this.clock.nanoTime());
		this.agent.flush();
	}

	/**
	 * Time goes by, with a turn whenever one is due.
	 */
	void run(Duration duration) {
		long end = this.clock.nanoTime() + duration.toNanos();
		while (true) {
			turn();
			long left = end - this.clock.nanoTime();
			if (left <= 0) {
				return;
			}
			this.clock.advance(Math.min(left, Math.max(0, this.agent.nextDeadlineNanos() - this.clock.nanoTime())));
		}
	}

	/**
	 * Turns until nothing more is due at this instant.
	 */
	void settle() {
		do {
			turn();
		}
		while (this.agent.nextDeadlineNanos() <= this.clock.nanoTime());
	}

	Client client(long id) {
		return new Client(id);
	}

	/**
	 * A client that has said HELLO.
	 */
	Client joined(long id) {
		Client client = client(id);
		client.hello();
		return client;
	}

	Route newRoute() {
		return new Route(ByteBuffer.allocate(4).putInt(++this.routes).array());
	}

	void subscribe(String... subtrees) {
		this.agent.onSubscribed(Subtrees.covering(List.of(subtrees)).topic());
	}

	void unsubscribe(String... subtrees) {
		this.agent.onUnsubscribed(Subtrees.covering(List.of(subtrees)).topic());
	}

	/**
	 * Takes what was published on one stream.
	 */
	List<Published> published(String... subtrees) {
		Subtrees stream = Subtrees.covering(List.of(subtrees));
		List<Published> taken = this.published.stream().filter((one) -> one.subtrees().equals(stream)).toList();
		this.published.removeAll(taken);
		return taken;
	}

	/**
	 * Takes the updates that were published on one stream.
	 */
	List<Update> updates(String... subtrees) {
		return published(subtrees).stream().flatMap((one) -> one.updates().stream()).toList();
	}

	static WriteOperation put(String key, String value) {
		return put(key, value, Condition.NONE, 0);
	}

	static WriteOperation put(String key, String value, Condition condition, long sequence) {
		return new WriteOperation(WriteOperation.Kind.PUT, key, value.getBytes(), condition, sequence, 0, false, true);
	}

	static WriteOperation put(String key, int size) {
		return new WriteOperation(WriteOperation.Kind.PUT, key, new byte[size], Condition.NONE, 0, 0, false, false);
	}

	static WriteOperation putFor(String key, String value, Duration ttl) {
		return new WriteOperation(WriteOperation.Kind.PUT, key, value.getBytes(), Condition.NONE, 0, ttl.toMillis(),
				false, false);
	}

	static WriteOperation putEphemeral(String key, String value) {
		return new WriteOperation(WriteOperation.Kind.PUT, key, value.getBytes(), Condition.NONE, 0, 0, true, false);
	}

	static WriteOperation remove(String key) {
		return new WriteOperation(WriteOperation.Kind.REMOVE, key, null, Condition.NONE, 0, 0, false, true);
	}

	static WriteOperation get(String key) {
		return new WriteOperation(WriteOperation.Kind.GET, key, null, Condition.NONE, 0, 0, false, true);
	}

	/**
	 * A message that was sent to a route.
	 */
	private record Reply(Route route, Message message) {

	}

	/**
	 * A batch that was published.
	 */
	record Published(Subtrees subtrees, StreamBatch batch, List<Update> updates) {

	}

	/**
	 * A client, played by the test.
	 */
	final class Client {

		private final long id;

		private Route route = newRoute();

		private long counter;

		private int syncId;

		private long proof;

		private Client(long id) {
			this.id = id;
		}

		long id() {
			return this.id;
		}

		Route route() {
			return this.route;
		}

		void reconnect() {
			reconnect(newRoute());
		}

		void reconnect(Route route) {
			this.route = route;
		}

		void say(Message message) {
			ServerHarness.this.agent.onRequest(this.route, message.command().frame(),
					message.toBytes(new FrameWriter(64)));
		}

		void sayHello(long lastSequence, long lastServerId) {
			say(new Hello(Message.VERSION, this.id, "client" + this.id, lastSequence, lastServerId, this.counter + 1));
			turn();
		}

		Welcome hello() {
			sayHello(0, 0);
			return only(Welcome.class);
		}

		/**
		 * Writes, and takes the results of a turn.
		 */
		List<WriteResult> write(WriteOperation... operations) {
			long first = this.counter + 1;
			this.counter += operations.length;
			return writeAs(first, operations);
		}

		WriteResult writeOne(WriteOperation operation) {
			List<WriteResult> results = write(operation);
			assertThat(results).hasSize(1);
			return results.get(0);
		}

		List<WriteResult> writeAs(long firstCounter, WriteOperation... operations) {
			say(new Write(firstCounter - 1, firstCounter, List.of(operations)));
			turn();
			return take(Ack.class).stream().flatMap((ack) -> ack.results().stream()).toList();
		}

		/**
		 * Asks for data.
		 * @return the number of the request
		 */
		int sync(String subtree, long fromSequence, int credit) {
			say(new Sync(++this.syncId, Subtrees.covering(List.of(subtree)), fromSequence,
					(fromSequence != 0) ? SERVER_ID : 0, credit));
			return this.syncId;
		}

		/**
		 * Allows more, and shows that it has read all that it was sent.
		 */
		void credit(int syncId, int chunks) {
			take(Entries.class);
			say(new Credit(syncId, chunks, this.proof));
		}

		/**
		 * The proof of the last chunk that was taken.
		 */
		long proof() {
			return this.proof;
		}

		/**
		 * The entries of all chunks that came.
		 */
		List<Update> takeEntries() {
			return take(Entries.class).stream().<Update>flatMap((chunk) -> chunk.updates().stream()).toList();
		}

		/**
		 * Takes the messages of one type that came.
		 */
		<T extends Message> List<T> take(Class<T> type) {
			List<Reply> taken = ServerHarness.this.replies.stream()
				.filter((reply) -> reply.route().equals(this.route) && type.isInstance(reply.message()))
				.toList();
			ServerHarness.this.replies.removeAll(taken);
			for (Reply reply : taken) {
				if (reply.message() instanceof Entries entries) {
					this.proof = entries.proof();
				}
			}
			return taken.stream().map((reply) -> type.cast(reply.message())).toList();
		}

		<T extends Message> T only(Class<T> type) {
			List<T> messages = take(type);
			assertThat(messages).as("messages of the type " + type.getSimpleName()).hasSize(1);
			return messages.get(0);
		}

	}

}
