package io.github.clonemap.server;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.github.clonemap.protocol.FrameWriter;
import io.github.clonemap.protocol.Subtrees;
import io.github.clonemap.protocol.Update;

/**
 * Sends each update to the streams whose subtrees have its key. An update is encoded
 * once, and finds its streams by the slashes in its key, so that its cost does not grow
 * with the number of streams that it does not concern.
 */
final class StreamPublisher {

	private final Map<Subtrees, UpdateStream> streams = new HashMap<>();

	private final Map<String, List<UpdateStream>> streamsByPath = new HashMap<>();

	private final List<UpdateStream> due = new ArrayList<>();

	private final ServerTransport transport;

	private final long serverId;

	private final int maxStreams;

	/** The update that is being published, as bytes. */
	private FrameWriter encoded = new FrameWriter(0);

	private int start;

	private int length;

	StreamPublisher(ServerTransport transport, long serverId, int maxStreams) {
		this.transport = transport;
		this.serverId = serverId;
		this.maxStreams = maxStreams;
	}

	int size() {
		return this.streams.size();
	}

	/**
	 * A client wants to hear a stream: it gets a heartbeat, and so learns that it does.
	 * @param subtrees what it holds
	 * @param committed the committed sequence
	 * @return whether there was room for one more stream
	 */
	boolean subscribe(Subtrees subtrees, long committed) {
		UpdateStream stream = this.streams.get(subtrees);
		if (stream == null) {
			if (this.streams.size() >= this.maxStreams) {
				return false;
			}
			stream = new UpdateStream(subtrees, this.serverId, committed);
			this.streams.put(subtrees, stream);
			for (String path : subtrees.paths()) {
				this.streamsByPath.computeIfAbsent(path, (key) -> new ArrayList<>()).add(stream);
			}
		}
		requestHeartbeat(stream);
		return true;
	}

	/**
	 * This server is active from now on: the streams begin anew.
	 * @param committed the sequence after which they begin
	 */
	void restart(long committed) {
		this.due.clear();
		for (UpdateStream stream : this.streams.values()) {
			stream.restart(committed);
			requestHeartbeat(stream);
		}
	}

	/**
	 * Nobody hears a stream any more.
	 * @param subtrees what it carried
	 */
	void unsubscribe(Subtrees subtrees) {
		UpdateStream stream = this.streams.remove(subtrees);
		if (stream == null) {
			return;
		}
		this.due.remove(stream);
		for (String path : subtrees.paths()) {
			List<UpdateStream> others = this.streamsByPath.get(path);
			if (others != null && others.remove(stream) && others.isEmpty()) {
				this.streamsByPath.remove(path);
			}
		}
	}

	/**
	 * Nobody hears any stream any more.
	 */
	void unsubscribeAll() {
		this.streams.clear();
		this.streamsByPath.clear();
		this.due.clear();
	}

	/**
	 * Adds an update to the streams that it concerns.
	 * @param update the update
	 * @param encoded has it as bytes
	 * @param start where they start
	 * @param length how many they are
	 * @param serverTimeMicros the server's clock
	 * @param nowNanos the time now
	 */
	void publish(Update update, FrameWriter encoded, int start, int length, long serverTimeMicros, long nowNanos) {
		if (this.streams.isEmpty()) {
			return;
		}
		this.encoded = encoded;
		this.start = start;
		this.length = length;
		String key = update.key();
		addToStreamsOf("", update, serverTimeMicros, nowNanos);
		if (key.charAt(0) == '/' && (this.streamsByPath.size() > 1 || !this.streamsByPath.containsKey(""))) {
			for (int slash = key.indexOf('/', 0); slash >= 0; slash = key.indexOf('/', slash + 1)) {
				addToStreamsOf(key.substring(0, slash + 1), update, serverTimeMicros, nowNanos);
			}
		}
	}

	/**
	 * Sends what has gathered.
	 * @param committed the committed sequence
	 * @param serverTimeMicros the server's clock
	 * @param nowNanos the time now
	 */
	void flush(long committed, long serverTimeMicros, long nowNanos) {
		for (int i = 0; i < this.due.size(); i++) {
			this.due.get(i).publish(this.transport, committed, serverTimeMicros, nowNanos);
		}
		this.due.clear();
	}

	/**
	 * Whether there is something to send.
	 * @return whether a flush would send something
	 */
	boolean isDue() {
		return !this.due.isEmpty();
	}

	/**
	 * Sees to it that no stream is silent for longer than a heartbeat.
	 * @param silentSinceNanos streams that sent nothing after this time are due
	 */
	void requestHeartbeats(long silentSinceNanos) {
		for (UpdateStream stream : this.streams.values()) {
			if (stream.lastSentNanos() - silentSinceNanos <= 0) {
				requestHeartbeat(stream);
			}
		}
	}

	/**
	 * Sees to it that the subscribers of a stream know how far the server is.
	 * @param subtrees what the stream carries
	 * @param committed the committed sequence
	 */
	void tell(Subtrees subtrees, long committed) {
		UpdateStream stream = this.streams.get(subtrees);
		if (stream != null && stream.committed() < committed) {
			requestHeartbeat(stream);
		}
	}

	private void requestHeartbeat(UpdateStream stream) {
		if (!stream.isDue()) {
			this.due.add(stream);
		}
		stream.requestHeartbeat();
	}

	private void addToStreamsOf(String path, Update update, long serverTimeMicros, long nowNanos) {
		List<UpdateStream> concerned = this.streamsByPath.get(path);
		if (concerned == null) {
			return;
		}
		for (int i = 0; i < concerned.size(); i++) {
			UpdateStream stream = concerned.get(i);
			if (!stream.isDue()) {
				this.due.add(stream);
			}
			stream.add(update, this.encoded, this.start, this.length);
			if (stream.isFull()) {
				this.due.remove(stream);
				stream.publish(this.transport, update.sequence(), serverTimeMicros, nowNanos);
			}
		}
	}

}
