package io.github.clonemap.client;

import java.util.concurrent.CountDownLatch;

import io.github.clonemap.ValueCodec;

/**
 * A change that counts down when it is told.
 *
 * @param told who waits for it
 */
record CountedChange(CountDownLatch told) implements Dispatcher.Delivery {

	private static final Listening<byte[]> LISTENING = new Listening<>(
			new EntryReader<>("all", "", ValueCodec.BYTES, () -> {
			}), (change) -> {
			});

	@Override
	public int weight() {
		return 300;
	}

	@Override
	public Listening<?> listening() {
		return LISTENING;
	}

	@Override
	public String key() {
		return "/key";
	}

	@Override
	public boolean isLive() {
		return true;
	}

	@Override
	public Dispatcher.Delivery conflatedWith(Dispatcher.Delivery newer) {
		return newer;
	}

	@Override
	public void run() {
		this.told.countDown();
	}

}
