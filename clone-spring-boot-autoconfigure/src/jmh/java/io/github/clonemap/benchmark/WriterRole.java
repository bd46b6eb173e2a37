package io.github.clonemap.benchmark;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * A writer: says {@code port} if it hosts the middle; after {@code go} with the ports of
 * the readers it writes every key once, says {@code filled}, and goes on until
 * {@code stop}, which it answers with what it has written.
 * <p>
 * Where writes are paced, each carries the time at which it was meant to be sent: a
 * writer that is held up sends late, and what it holds up counts as latency.
 */
final class WriterRole extends Role {

	/**
	 * A sleep comes back so much too late; what is left is spent yielding.
	 */
	private static final long SLEEP_ERROR_NANOS = 60_000;

	private final Histogram lateness = new Histogram(3);

	private final Subject subject;

	private final @Nullable Service hosted;

	private final int port;

	private final Load load;

	private final String[] keys;

	/** What the readers must have at the end. */
	private final byte[][] last;

	private volatile boolean stopping;

	private volatile long written;

	private @Nullable Source source;

	private @Nullable Thread thread;

	WriterRole(Subject subject, int port, Load load) {
		this.subject = subject;
		this.hosted = subject.isHostedByWriter() ? subject.serve() : null;
		this.port = (this.hosted != null) ? this.hosted.port() : port;
		this.load = load;
		this.keys = Values.keys(load.keys());
		this.last = new byte[load.keys()][];
		say("port", this.port);
	}

	@Override
	void obey(String[] words) throws Exception {
		switch (words[0]) {
			case "go" -> go(words);
			case "mark" -> say("mark", Mark.now(this.written).toLine());
			case "stop" -> stop();
			default -> throw new IllegalArgumentException(words[0]);
		}
	}

	private void go(String[] words) throws Exception {
		List<Integer> readers = new ArrayList<>();
		for (String port : Arrays.asList(words).subList(1, words.length)) {
			readers.add(Integer.valueOf(port));
		}
		Source source = this.subject.write(this.port, readers);
		this.source = source;
		this.thread = new Thread(() -> write(source), "writer");
		this.thread.start();
	}

	private void write(Source source) {
		try {
			for (int i = 0; i < this.keys.length; i++) {
				put(source, i, Values.of(i, 0));
			}
			source.flush();
			say("filled", this.keys.length);
			if (this.load.active() > 0) {
				writeAgain(source);
			}
			source.putAndWait(Values.END_KEY, Values.of(0, 0));
		}
		catch (Exception ex) {
			// The last line that is expected never comes.
			throw new IllegalStateException(ex);
		}
	}

	private void writeAgain(Source source) throws Exception {
		long start = System.nanoTime();
		int active = this.load.active();
		for (long i = 0; !this.stopping; i++) {
			int index = (int) (i % active);
			if (this.load.isPaced()) {
				long intended = start + i * 1_000_000_000 / this.load.rate();
				waitUntil(intended, source);
				long now = System.nanoTime();
				this.lateness.recordValue(Math.max(0, now - intended));
				put(source, index, Values.of(index, i, intended, now));
			}
			else {
				put(source, index, Values.of(index, i));
			}
		}
	}

	private void waitUntil(long nanos, Source source) throws Exception {
		long left = nanos - System.nanoTime();
		if (left > 0) {
			source.flush();
		}
		while (left > 0) {
			if (left > SLEEP_ERROR_NANOS) {
				LockSupport.parkNanos(left - SLEEP_ERROR_NANOS);
			}
			else {
				Thread.onSpinWait();
			}
			left = nanos - System.nanoTime();
		}
	}

	private void put(Source source, int index, byte[] value) throws Exception {
		source.put(this.keys[index], value);
		this.last[index] = value;
		this.written = this.written + 1;
	}

	private void stop() throws InterruptedException {
		Source source = this.source;
		Thread thread = this.thread;
		if (source == null || thread == null) {
			throw new IllegalStateException("not started");
		}
		this.stopping = true;
		thread.join();
		say("stop", this.written, Values.checksum(this.last), source.failed(), this.lateness.getValueAtPercentile(50),
				this.lateness.getValueAtPercentile(99));
	}

	@Override
	public void close() throws Exception {
		if (this.source != null) {
			this.source.close();
		}
		if (this.hosted != null) {
			this.hosted.close();
		}
	}

}
