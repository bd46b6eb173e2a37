package io.github.clonemap.benchmark;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import java.util.zip.DataFormatException;

import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * One or several readers: says {@code ready} with its port, how long it took, and the
 * heap that was used before; answers {@code mark} and {@code latencies}, the latter with
 * what was recorded since it was asked last; after {@code finish} it waits for the last
 * update and says what it has {@code read}.
 */
final class ReaderRole extends Role {

	private final Recorder sinceIntended = new Recorder(3);

	private final Recorder sinceSent = new Recorder(3);

	private final Load load;

	private final Sink sink;

	ReaderRole(Subject subject, int port, Load load, int count) throws Exception {
		this.load = load;
		long heap = usedHeap();
		long start = System.nanoTime();
		this.sink = subject.read(port, count, load, load.isPaced() ? this::onUpdate : null);
		say("ready", this.sink.port(), System.nanoTime() - start, heap, this.sink.maps().get(0).size());
	}

	private void onUpdate(byte[] value) {
		long intended = Values.intendedNanos(value);
		if (intended != 0) {
			long now = System.nanoTime();
			this.sinceIntended.recordValue(Math.max(0, now - intended));
			this.sinceSent.recordValue(Math.max(0, now - Values.sentNanos(value)));
		}
	}

	@Override
	void obey(String[] words) throws Exception {
		switch (words[0]) {
			case "mark" -> say("mark", Mark.now(this.sink.updates()).toLine());
			case "latencies" -> say("latencies", encode(this.sinceIntended.getIntervalHistogram()),
					encode(this.sinceSent.getIntervalHistogram()));
			case "finish" -> finish();
			default -> throw new IllegalArgumentException(words[0]);
		}
	}

	/**
	 * All readers must have the same.
	 */
	private void finish() throws Exception {
		this.sink.awaitEnd();
		long checksum = Values.checksum(this.sink.maps().get(0), this.load.keys());
		for (Map<String, byte[]> map : this.sink.maps()) {
			checksum = (Values.checksum(map, this.load.keys()) == checksum) ? checksum : -1;
		}
		say("finish", checksum, this.sink.lost());
	}

	private static String encode(Histogram histogram) {
		ByteBuffer buffer = ByteBuffer.allocate(histogram.getNeededByteBufferCapacity());
		int length = histogram.encodeIntoCompressedByteBuffer(buffer);
		return Base64.getEncoder().encodeToString(Arrays.copyOf(buffer.array(), length));
	}

	static Histogram decode(String text) throws DataFormatException {
		return Histogram.decodeFromCompressedByteBuffer(ByteBuffer.wrap(Base64.getDecoder().decode(text)), 0);
	}

	@Override
	public void close() throws Exception {
		this.sink.close();
	}

}
