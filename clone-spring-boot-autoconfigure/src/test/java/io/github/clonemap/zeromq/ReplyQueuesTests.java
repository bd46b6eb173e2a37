package io.github.clonemap.zeromq;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

import io.github.clonemap.server.Route;
import org.junit.jupiter.api.Test;
import zmq.Msg;

import static org.assertj.core.api.Assertions.assertThat;

class ReplyQueuesTests {

	private static final int CHUNK = 64 << 10;

	private final ReplyQueues queues = new ReplyQueues();

	@Test
	void whoDoesNotReadHasItsBound() {
		Route deaf = route(1);
		int bytes = fill(deaf).size() * CHUNK;
		assertThat(bytes).isGreaterThanOrEqualTo((int) ReplyQueues.MAX_BYTES_EACH - CHUNK)
			.isLessThanOrEqualTo((int) ReplyQueues.MAX_BYTES_EACH);
		assertThat(this.queues.hasRoom(route(2))).isTrue();
		// What is small has room of its own, but not without end either.
		int small = 0;
		for (; this.queues.takes(deaf); small++) {
			this.queues.count(deaf, ByteBuffer.wrap(new byte[0]), 100);
		}
		assertThat(small * 100L).isBetween(1L, 2 * ReplyQueues.MAX_BYTES_EACH);
	}

	@Test
	void manyThatDoNotReadHaveABoundTogetherAndWhoReadsIsServed() {
		long chunks = 0;
		for (int i = 0; i < 1000; i++) {
			chunks += fill(route(i)).size();
		}
		assertThat(chunks * CHUNK).isLessThanOrEqualTo(ReplyQueues.MAX_BYTES + CHUNK);
		assertThat(this.queues.isShort()).isTrue();
		// Each had less than the one before it.
		Route reader = route(5000);
		assertThat(this.queues.takes(reader)).isTrue();
		for (int i = 0; i < 100_000; i++) {
			if (this.queues.takes(reader)) {
				this.queues.count(reader, ByteBuffer.wrap(new byte[0]), 100).buf();
			}
		}
		assertThat(this.queues.takes(reader)).isTrue();
	}

	@Test
	void whatIsTakenOutMakesRoomWhenTheNextOneIs() {
		Route route = route(1);
		List<Msg> messages = fill(route);
		assertThat(this.queues.hasRoom(route)).isFalse();
		messages.get(0).buf();
		assertThat(this.queues.hasRoom(route)).isFalse();
		messages.get(1).buf();
		messages.get(1).buf();
		assertThat(this.queues.hasRoom(route)).isTrue();
		this.queues.count(route, ByteBuffer.wrap(new byte[CHUNK]), CHUNK);
		assertThat(this.queues.hasRoom(route)).isFalse();
		this.queues.onAllWritten();
		assertThat(this.queues.hasRoom(route)).isTrue();
	}

	@Test
	void whatWaitsForAConnectionThatIsGoneIsForgotten() {
		List<List<Msg>> messages = new ArrayList<>();
		for (int i = 0; i < 100; i++) {
			messages.add(fill(route(i)));
		}
		for (int i = 0; i < 100; i++) {
			this.queues.forget(route(i));
			messages.get(i).forEach(Msg::buf);
		}
		assertThat(this.queues.isShort()).isFalse();
		assertThat(fill(route(1))).hasSameSizeAs(messages.get(0));
	}

	private List<Msg> fill(Route route) {
		List<Msg> messages = new ArrayList<>();
		while (this.queues.hasRoom(route)) {
			messages.add(this.queues.count(route, ByteBuffer.wrap(new byte[CHUNK]), CHUNK));
		}
		return messages;
	}

	private static Route route(int number) {
		return new Route(ByteBuffer.allocate(4).putInt(number).array());
	}

}
