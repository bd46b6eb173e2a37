package io.github.clonemap.zeromq;

import java.util.ArrayList;
import java.util.List;

import io.github.clonemap.protocol.FrameWriter;
import org.junit.jupiter.api.Test;
import zmq.Msg;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link FramePool}.
 */
class FramePoolTests {

	private final FramePool pool = new FramePool();

	@Test
	void theArrayOfAFrameThatWasReadIsThatOfTheNextOne() {
		Msg first = this.pool.allocate(30_000);
		this.pool.giveBack(first);
		Msg second = this.pool.allocate(20_000);
		assertThat(array(second)).isSameAs(array(first));
		assertThat(array(this.pool.allocate(20_000))).isNotSameAs(array(first));
	}

	@Test
	void aFrameHasItsOwnSizeWhateverItsArrayHas() {
		for (int size : new int[] { 0, 1, FramePool.MIN_BYTES, 30_000, FramePool.ARRAY_BYTES, 100_000 }) {
			Msg frame = this.pool.allocate(size);
			assertThat(frame.size()).isEqualTo(size);
			assertThat(frame.data()).hasSize(size);
			// JeroMQ reads into it up to its limit, and sends it up to its capacity.
			assertThat(frame.buf().remaining()).isEqualTo(size);
			assertThat(frame.buf().capacity()).isEqualTo(size);
			this.pool.giveBack(frame);
		}
	}

	@Test
	void onlyFramesOfAboutTheSizeOfABatchShareArrays() {
		for (int size : new int[] { 0, FramePool.MIN_BYTES - 1, FramePool.ARRAY_BYTES + 1 }) {
			Msg first = this.pool.allocate(size);
			this.pool.giveBack(first);
			assertThat(array(this.pool.allocate(size))).isNotSameAs(array(first)).hasSize(size);
		}
	}

	@Test
	void anArrayFromElsewhereIsNotTaken() {
		Msg own = new Msg(30_000);
		this.pool.giveBack(own);
		assertThat(array(this.pool.allocate(30_000))).isNotSameAs(array(own)).hasSize(FramePool.ARRAY_BYTES);
	}

	@Test
	void whoKeepsWhatWasGivenBackReadsNonsenseInTests() {
		Msg frame = this.pool.allocate(30_000).put(new byte[] { 7, 7, 7 });
		byte[] kept = array(frame);
		assertThat(kept).startsWith(7, 7, 7);
		this.pool.giveBack(frame);
		assertThat(kept).containsOnly(0xEE);
	}

	@Test
	void whatWasSentKeepsItsArrayUntilAllIsSent() {
		Msg first = new Msg(this.pool.copyOf(written(30_000, 1)));
		Msg second = new Msg(this.pool.copyOf(written(20_000, 2)));
		assertThat(first.data()).hasSize(30_000).containsOnly(1);
		assertThat(second.data()).hasSize(20_000).containsOnly(2);
		this.pool.onAllSent();
		assertThat(List.of(this.pool.copyOf(written(10_000, 3)).array(), this.pool.copyOf(written(10_000, 4)).array()))
			.containsExactlyInAnyOrder(array(first), array(second));
	}

	@Test
	void aWriterMayBeUsedAgainAtOnce() {
		for (int size : new int[] { 100, 30_000, 100_000 }) {
			FrameWriter writer = written(size, 1);
			Msg frame = new Msg(this.pool.copyOf(writer));
			writer.clear();
			for (int i = 0; i < size; i++) {
				writer.writeByte(2);
			}
			assertThat(frame.data()).hasSize(size).containsOnly(1);
		}
	}

	@Test
	void whereManyWaitForTheNetworkEachHasNoMoreThanItNeeds() {
		for (int i = 0; i < FramePool.CAPACITY; i++) {
			assertThat(this.pool.copyOf(written(30_000, 1)).array()).hasSize(FramePool.ARRAY_BYTES);
		}
		assertThat(this.pool.copyOf(written(30_000, 1)).array()).hasSize(30_000);
		this.pool.onAllSent();
		assertThat(this.pool.copyOf(written(30_000, 1)).array()).hasSize(FramePool.ARRAY_BYTES);
	}

	@Test
	void keepsABoundedNumberOfArrays() {
		List<Msg> frames = new ArrayList<>();
		for (int i = 0; i < 2 * FramePool.CAPACITY; i++) {
			frames.add(this.pool.allocate(30_000));
		}
		frames.forEach(this.pool::giveBack);
		List<byte[]> before = frames.stream().map(FramePoolTests::array).toList();
		int usedAgain = 0;
		for (int i = 0; i < 2 * FramePool.CAPACITY; i++) {
			byte[] array = array(this.pool.allocate(30_000));
			usedAgain += before.stream().anyMatch((other) -> other == array) ? 1 : 0;
		}
		assertThat(usedAgain).isEqualTo(FramePool.CAPACITY);
	}

	private static byte[] array(Msg frame) {
		return frame.buf().array();
	}

	private static FrameWriter written(int size, int value) {
		FrameWriter writer = new FrameWriter(size);
		for (int i = 0; i < size; i++) {
			writer.writeByte(value);
		}
		return writer;
	}

}
