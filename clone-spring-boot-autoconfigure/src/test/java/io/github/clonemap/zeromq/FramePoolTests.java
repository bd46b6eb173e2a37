package io.github.clonemap.zeromq;

import java.util.ArrayList;
import java.util.List;

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

}
