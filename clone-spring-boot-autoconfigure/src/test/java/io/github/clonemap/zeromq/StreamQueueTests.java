package io.github.clonemap.zeromq;

import java.util.Arrays;

import io.github.clonemap.protocol.FrameReader;
import io.github.clonemap.protocol.FrameWriter;
import io.github.clonemap.protocol.StreamBatch;
import io.github.clonemap.protocol.Subtrees;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link StreamQueue}.
 */
class StreamQueueTests {

	@Test
	void theNumberOfMessagesBoundsTheBytes() {
		assertThat(StreamQueue.fillers(new byte[100])).isZero();
		assertThat(StreamQueue.fillers(new byte[33 << 10])).isZero();
		for (int size = 1000; size < 20_000_000; size = size * 3 / 2) {
			// Two full batches for each message at most.
			assertThat((1L + StreamQueue.fillers(new byte[size])) * 2 * (32 << 10)).isGreaterThanOrEqualTo(size);
		}
	}

	@Test
	void whatFollowsABatchIsAHeartbeatOfTheSameStream() throws Exception {
		byte[] topic = Subtrees.ALL.topic();
		FrameWriter writer = new FrameWriter(64).writeBytes(topic);
		new StreamBatch(1, 5, 6, 8, 1, 7, 9).write(writer);
		writer.writeBytes(new byte[100]);
		byte[] heartbeat = StreamQueue.heartbeatAfter(writer.toByteArray());
		assertThat(Arrays.copyOf(heartbeat, topic.length)).isEqualTo(topic);
		FrameReader reader = new FrameReader(heartbeat, topic.length);
		assertThat(StreamBatch.read(reader)).isEqualTo(new StreamBatch(1, 8, 8, 8, 0, 7, 9));
		assertThat(reader.remaining()).isZero();
	}

	@Test
	void whatIsNoBatchIsFollowedByNothing() {
		assertThat(StreamQueue.heartbeatAfter(new byte[10])).isNull();
		assertThat(StreamQueue.heartbeatAfter(new byte[] { 1, 2 })).isNull();
	}

}
