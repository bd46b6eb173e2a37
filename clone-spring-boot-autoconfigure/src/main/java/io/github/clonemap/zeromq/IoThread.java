package io.github.clonemap.zeromq;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * The thread of an agent, as JeroMQ gets it to do input and output. JeroMQ starts its
 * threads as soon as it has them; this one starts when it has an agent, and only once.
 */
final class IoThread extends Thread {

	private @Nullable Runnable work;

	IoThread() {
		setDaemon(true);
	}

	/**
	 * Gives the thread what it is to do; it is still to be started.
	 */
	IoThread with(Runnable work) {
		this.work = work;
		return this;
	}

	@Override
	public void start() {
		if (this.work != null && getState() == State.NEW) {
			super.start();
		}
	}

	@Override
	public void run() {
		if (this.work != null) {
			this.work.run();
		}
	}

	/**
	 * Waits for a thread to end, if there is one, but not for longer than a time.
	 */
	static void awaitEnd(@Nullable Thread thread, long timeoutNanos) {
		// Not join(), which an interrupt of the calling thread would end.
		long deadline = System.nanoTime() + timeoutNanos;
		while (thread != null && thread.isAlive() && System.nanoTime() - deadline < 0) {
			LockSupport.parkNanos(thread, TimeUnit.MILLISECONDS.toNanos(1));
		}
	}

}
