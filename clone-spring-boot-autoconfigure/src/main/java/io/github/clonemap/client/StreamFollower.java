package io.github.clonemap.client;

import java.util.Arrays;

import io.github.clonemap.agent.Clock;
import io.github.clonemap.protocol.FrameReader;
import io.github.clonemap.protocol.FrameWriter;
import io.github.clonemap.protocol.MalformedMessageException;
import io.github.clonemap.protocol.Message;
import io.github.clonemap.protocol.Reply.End;
import io.github.clonemap.protocol.Reply.Entries;
import io.github.clonemap.protocol.StreamBatch;
import io.github.clonemap.protocol.Update;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the replica up with the server, and says when it is.
 * <p>
 * Subscription and snapshot travel on different sockets, and a subscription takes effect
 * at a moment that its maker does not see: the race in the Guide's Clone. So the follower
 * first waits until it <em>hears</em> its stream (the server answers a new subscription
 * with a heartbeat on it), and only then asks for the data. The answer tells the sequence
 * at which it began, which cannot lie before what was heard; all later updates are in the
 * stream.
 * <p>
 * For the agent.
 */
final class StreamFollower {

	private static final Logger logger = LoggerFactory.getLogger(StreamFollower.class);

	private final StreamPosition position = new StreamPosition();

	private final FrameWriter writer = new FrameWriter(256);

	private final ReadReceipts receipts = new ReadReceipts();

	private final byte[] topic;

	private final Replica replica;

	private final ReplicaUpdater updater;

	private final ClientTransport transport;

	private final ClockOffset offset;

	private final Clock clock;

	private final long retryNanos;

	private final Events events;

	private State state = State.IDLE;

	private long serverId;

	private long heardServerId;

	private int syncId;

	private @Nullable Synchronization synchronization;

	private @Nullable End heldEnd;

	private long lastHeardNanos;

	private volatile long freshNanos;

	private volatile boolean everFresh;

	private volatile long updates;

	private volatile long gaps;

	private volatile long resumes;

	private volatile long snapshots;

	StreamFollower(Replica replica, ReplicaUpdater updater, ClientTransport transport, ClockOffset offset, Clock clock,
			ClientSettings settings, Events events) {
		this.replica = replica;
		this.topic = replica.subtrees().topic();
		this.updater = updater;
		this.transport = transport;
		this.offset = offset;
		this.clock = clock;
		this.retryNanos = settings.serverTimeout().toNanos() / 2;
		this.events = events;
	}

	/**
	 * A server has answered: follow its stream from now on.
	 */
	void begin(long serverId, long nowNanos) {
		this.serverId = serverId;
		this.lastHeardNanos = nowNanos;
		become(State.LISTENING, "a server has answered");
		if (this.heardServerId == serverId) {
			synchronize("the stream is heard already", nowNanos);
		}
	}

	/**
	 * The server is lost.
	 */
	void reset(String reason) {
		this.heardServerId = 0;
		this.synchronization = null;
		this.heldEnd = null;
		this.receipts.clear();
		become(State.IDLE, reason);
	}

	State state() {
		return this.state;
	}

	/**
	 * When the stream was last heard, or deliberately not listened to.
	 */
	long lastHeardNanos() {
		return this.lastHeardNanos;
	}

	/**
	 * The time, by our clock, at which the replica was known to be the server's state.
	 * Read by any thread.
	 */
	long freshNanos() {
		return this.freshNanos;
	}

	/**
	 * Whether the replica ever was the server's state. Read by any thread.
	 */
	boolean isEverFresh() {
		return this.everFresh;
	}

	long updates() {
		return this.updates;
	}

	long gaps() {
		return this.gaps;
	}

	long resumes() {
		return this.resumes;
	}

	long snapshots() {
		return this.snapshots;
	}

	/**
	 * Whether the stream may be read now: not while something has to be handed over
	 * before, and not beside a resume.
	 */
	boolean wantsStream() {
		if (this.updater.isHeldUp()) {
			return false;
		}
		return this.synchronization == null || !this.synchronization.holdsStream();
	}

	/**
	 * Whether work waits for room in a queue.
	 */
	boolean isHeldUp() {
		return this.updater.isHeldUp();
	}

	/**
	 * Begins what waited for room, and repeats what may have been lost.
	 */
	void onTick(long nowNanos) {
		if (!wantsStream()) {
			this.lastHeardNanos = nowNanos;
		}
		this.updater.onTick();
		tryToEnd();
		Synchronization synchronization = this.synchronization;
		if (synchronization != null && this.heldEnd == null
				&& nowNanos - synchronization.progressNanos() > this.retryNanos) {
			synchronize("no answer for a while", nowNanos);
		}
	}

	/**
	 * A message of the stream.
	 * @param frame has it at its beginning; the array is used again
	 * @param length how long it is
	 * @throws MalformedMessageException if it is none
	 */
	void onStream(byte[] frame, int length, long nowNanos) throws MalformedMessageException {
		if (!startsWithTopic(frame, length)) {
			throw new MalformedMessageException("stream of other subtrees");
		}
		FrameReader reader = new FrameReader(frame, this.topic.length, length, this.replica.entries());
		StreamBatch batch = StreamBatch.read(reader);
		if (this.state == State.IDLE) {
			// The stream is often heard before the answer to HELLO. All after this batch
			// will be heard, too; up to it the answer to SYNC will have everything.
			this.heardServerId = batch.serverId();
			this.position.begin(batch.committed());
			return;
		}
		if (batch.serverId() != this.serverId) {
			onOtherServer(batch);
			return;
		}
		this.lastHeardNanos = nowNanos;
		switch (this.state) {
			case LISTENING -> {
				this.position.begin(batch.before());
				synchronize("the stream is heard", nowNanos);
				keepForLater(batch, reader);
			}
			case SYNCING -> {
				if (this.position.isGapBefore(batch)) {
					onGap(batch, reader, "a gap in the stream while synchronizing", nowNanos);
				}
				else {
					keepForLater(batch, reader);
					tryToEnd();
				}
			}
			case FOLLOWING -> {
				if (this.position.isGapBefore(batch)) {
					onGap(batch, reader, "a gap in the stream", nowNanos);
				}
				else {
					apply(batch, reader, nowNanos);
				}
			}
			case IDLE -> throw new IllegalStateException("checked above");
		}
	}

	void onEntries(Entries entries, long nowNanos) {
		Synchronization synchronization = this.synchronization;
		this.receipts.onChunk(entries);
		if (synchronization != null && entries.syncId() == synchronization.request().syncId()
				&& !synchronization.onEntries(entries, nowNanos)) {
			synchronize("a chunk was lost", nowNanos);
		}
		if (this.receipts.isDue()) {
			send(this.receipts.take(this.synchronization));
		}
	}

	void onEnd(End end, long nowNanos) {
		Synchronization synchronization = this.synchronization;
		if (synchronization == null || end.syncId() != synchronization.request().syncId()) {
			return;
		}
		if (!this.receipts.isEmpty()) {
			send(this.receipts.take(synchronization));
		}
		if (!synchronization.onEnd(end)) {
			synchronize("the answer was broken off", nowNanos);
			return;
		}
		if (this.position.start() > end.sequence()) {
			synchronize("the stream began after the answer", nowNanos);
			return;
		}
		this.heldEnd = end;
		tryToEnd();
	}

	/**
	 * Ends the synchronization if nothing is missing any more. A snapshot lacks what was
	 * changed while the server walked over its entries: that is in the stream, which may
	 * be slower than the answer. And the views that a feed compares must not change under
	 * it.
	 */
	private void tryToEnd() {
		End end = this.heldEnd;
		Synchronization synchronization = this.synchronization;
		if (end == null || synchronization == null || this.updater.isComparing()
				|| end.until() > Math.max(end.sequence(), this.position.end())) {
			return;
		}
		this.heldEnd = null;
		this.synchronization = null;
		// The server's state of some moment after the request was sent.
		onFresh(synchronization.startNanos());
		this.position.advanceTo(end.sequence());
		if (end.resume()) {
			this.resumes++;
			this.updater.applyMissed(synchronization.missed(), end.sequence(), this.serverId);
		}
		else {
			this.snapshots++;
			this.updater.applySnapshot(synchronization.snapshot(end), this.position.end(), this.serverId);
		}
		become(State.FOLLOWING, end.resume() ? "what was missed is here" : "the snapshot is here");
		this.events.onVisible(this.replica.sequence());
	}

	private void synchronize(String reason, long nowNanos) {
		become(State.SYNCING, reason);
		this.heldEnd = null;
		this.synchronization = new Synchronization(++this.syncId, this.replica, nowNanos);
		if (!this.receipts.isEmpty()) {
			// What was lost counts as unread until something after it is shown to be
			// read.
			send(this.receipts.take(this.synchronization));
		}
		send(this.synchronization.request());
	}

	/**
	 * Keeps what the stream brings before the answer is complete. Beside a resume the
	 * first batch alone comes here: what it has beyond the resume is asked for again if
	 * the chain shows that it is missing.
	 */
	private void keepForLater(StreamBatch batch, FrameReader reader) throws MalformedMessageException {
		Synchronization synchronization = this.synchronization;
		if (synchronization == null || synchronization.holdsStream()) {
			return;
		}
		for (int i = 0; i < batch.count(); i++) {
			synchronization.onHeard(Update.read(reader, ReplicaEntry::new));
		}
		this.position.advanceTo(batch.committed());
	}

	private void apply(StreamBatch batch, FrameReader reader, long nowNanos) throws MalformedMessageException {
		long unheardMicros = this.updater.apply(reader, batch.count(), this.position.end());
		this.updates += batch.count();
		this.position.advanceTo(batch.committed());
		this.replica.advanceTo(this.position.end());
		onFresh(nowNanos - this.offset.ageNanos(batch.serverTimeMicros(), this.clock.epochMicros()));
		this.events.onVisible(this.position.end());
		if (unheardMicros >= 0) {
			this.events.onApplied(unheardMicros);
		}
	}

	/**
	 * The stream goes on as that of another server. If it was being followed, nobody
	 * knows what is missing between the two.
	 */
	private void onOtherServer(StreamBatch batch) {
		if (this.state != State.LISTENING) {
			this.gaps++;
			if (!this.events.onGap(this.position.end(), batch.before())) {
				return;
			}
		}
		this.events.onOtherServer();
	}

	/**
	 * Something was lost before a batch: fetches it, if that is the policy.
	 */
	private void onGap(StreamBatch batch, FrameReader reader, String reason, long nowNanos)
			throws MalformedMessageException {
		this.gaps++;
		if (this.events.onGap(this.position.end(), batch.before())) {
			this.position.begin(batch.before());
			synchronize(reason, nowNanos);
			keepForLater(batch, reader);
		}
	}

	/**
	 * The replica is the server's state of some moment of the server's clock: not of now,
	 * if the message has waited in a queue.
	 */
	private void onFresh(long freshNanos) {
		if (!this.everFresh || freshNanos - this.freshNanos > 0) {
			this.freshNanos = freshNanos;
			this.everFresh = true;
		}
	}

	private boolean startsWithTopic(byte[] frame, int length) {
		return length >= this.topic.length
				&& Arrays.equals(frame, 0, this.topic.length, this.topic, 0, this.topic.length);
	}

	private void send(Message message) {
		this.transport.send(message.command(), message.toBytes(this.writer));
	}

	private void become(State next, String reason) {
		if (next != this.state) {
			logger.debug("{} -> {}: {}", this.state, next, reason);
			this.state = next;
			this.events.onStateChanged(reason);
		}
	}

	/**
	 * How a follower stands to its stream.
	 */
	enum State {

		/** There is no server. */
		IDLE,

		/** There is a server; its stream has not been heard yet. */
		LISTENING,

		/** The stream is heard; the answer to SYNC is on its way. */
		SYNCING,

		/** The replica is the server's state, and the stream keeps it so. */
		FOLLOWING

	}

	/**
	 * Who hears of a follower's progress.
	 */
	interface Events {

		void onStateChanged(String reason);

		/** Another server was started in the place of this one. */
		void onOtherServer();

		/**
		 * Updates were lost.
		 * @return whether to go on, and to fetch them
		 */
		boolean onGap(long applied, long before);

		void onVisible(long sequence);

		/**
		 * Updates were applied to which nobody listens, the oldest of them ordered at
		 * that time.
		 */
		void onApplied(long serverTimeMicros);

	}

}
