package io.github.clonemap.zeromq;

import io.github.clonemap.agent.HeapShare;
import io.github.clonemap.protocol.FrameReader;
import io.github.clonemap.protocol.FrameWriter;
import io.github.clonemap.protocol.MalformedMessageException;
import io.github.clonemap.protocol.StreamBatch;
import org.jspecify.annotations.Nullable;

/**
 * How much of a stream may wait for a subscriber that does not read. ZeroMQ counts
 * messages, but memory is bytes, and one batch may carry one large value. So a batch that
 * is as large as many is followed by as many heartbeats, which say nothing new: then
 * their number bounds the bytes.
 */
final class StreamQueue {

	/**
	 * What one message is reckoned with: a full batch.
	 */
	private static final int BATCH_BYTES = 32 << 10;

	/**
	 * How many messages may wait on each side of a connection before the subscriber
	 * misses some: 32 MB, or less of a small heap.
	 */
	static final int LIMIT = HeapShare.count(32, BATCH_BYTES, 32, 1000);

	/**
	 * How many bytes of requests a turn may take. What is published of them waits in the
	 * queues until the turn is over, and must find room there.
	 */
	static final int TURN_BYTES = LIMIT / 4 * BATCH_BYTES;

	private StreamQueue() {
	}

	/**
	 * How many heartbeats go with a message.
	 */
	static int fillers(byte[] message) {
		// One that is just full is not larger than what it is reckoned with.
		return Math.max(0, message.length - BATCH_BYTES) / BATCH_BYTES;
	}

	/**
	 * A heartbeat as it comes after a batch.
	 * @return the message, or {@code null} if this was no batch
	 */
	static byte @Nullable [] heartbeatAfter(byte[] message) {
		int topic = 0;
		while (topic < message.length && message[topic] != 0) {
			topic++;
		}
		try {
			StreamBatch batch = StreamBatch.read(new FrameReader(message, ++topic));
			FrameWriter writer = new FrameWriter(topic + StreamBatch.HEADER_BYTES);
			for (int i = 0; i < topic; i++) {
				writer.writeByte(message[i]);
			}
			new StreamBatch(batch.serverId(), batch.last(), batch.last(), batch.last(), 0, batch.serverTimeMicros(),
					batch.committed())
				.write(writer);
			return writer.toByteArray();
		}
		catch (MalformedMessageException ex) {
			return null;
		}
	}

}
