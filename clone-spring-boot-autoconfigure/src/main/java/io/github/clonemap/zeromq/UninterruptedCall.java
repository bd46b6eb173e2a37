package io.github.clonemap.zeromq;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Supplier;

/**
 * Does something with sockets on a thread of its own, which nobody interrupts. JeroMQ
 * takes an interrupt of the calling thread for itself: the call fails half-way, what it
 * has made so far stays behind, and the thread does not know any more that it was
 * interrupted.
 */
final class UninterruptedCall {

	private UninterruptedCall() {
	}

	/**
	 * Does it, and waits for it, also if the calling thread is interrupted: its flag
	 * stays set, or gets set.
	 */
	static <T> T of(String name, Supplier<T> work) {
		CompletableFuture<T> result = new CompletableFuture<>();
		Thread thread = new Thread(() -> {
			try {
				result.complete(work.get());
			}
			catch (Throwable ex) {
				result.completeExceptionally(ex);
			}
		}, name);
		thread.setDaemon(true);
		thread.start();
		try {
			// Unlike get(), join() does not end at an interrupt.
			return result.join();
		}
		catch (CompletionException ex) {
			if (ex.getCause() instanceof RuntimeException failure) {
				throw failure;
			}
			if (ex.getCause() instanceof Error error) {
				throw error;
			}
			throw ex;
		}
	}

}
