package io.github.clonemap.benchmark;

import java.util.List;
import java.util.concurrent.TimeUnit;

import org.HdrHistogram.Histogram;

/**
 * A writer in a closed loop: it sends the next update when the one before is
 * acknowledged. Answers {@code call} and a number of milliseconds with what it did
 * meanwhile.
 */
final class CallerRole extends Role {

	private final String[] keys = Values.keys(Load.USUAL_KEYS);

	private final Source source;

	private long calls;

	CallerRole(Subject subject, int port, List<Integer> readers) throws Exception {
		this.source = subject.write(port, readers);
		say("ready", port);
	}

	@Override
	void obey(String[] words) throws Exception {
		Histogram histogram = new Histogram(3);
		long start = System.nanoTime();
		long before = start;
		long end = start + TimeUnit.MILLISECONDS.toNanos(Long.parseLong(words[1]));
		while (before < end) {
			int index = (int) (this.calls++ % this.keys.length);
			this.source.putAndWait(this.keys[index], Values.of(index, this.calls, before, before));
			long now = System.nanoTime();
			histogram.recordValue(now - before);
			before = now;
		}
		say("call", histogram.getTotalCount() * 1e9 / (before - start), histogram.getValueAtPercentile(50),
				histogram.getValueAtPercentile(90), histogram.getValueAtPercentile(99), histogram.getMaxValue(),
				this.source.failed());
	}

	@Override
	public void close() throws Exception {
		this.source.close();
	}

}
