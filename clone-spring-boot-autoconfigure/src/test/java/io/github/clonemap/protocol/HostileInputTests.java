package io.github.clonemap.protocol;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;

import com.sun.management.ThreadMXBean;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.fail;

/**
 * Whatever bytes come: they are a message whose bytes they are, or a
 * {@link MalformedMessageException}, and cost no more than their length.
 */
class HostileInputTests {

	private static final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	@Property(tries = 2000)
	void randomBytesAreAMessageOrMalformed(@ForAll Command command, @ForAll("bodies") byte[] body) {
		assertMessageOrMalformed(command, body);
	}

	@Property(tries = 600)
	void aMessageWithFlippedBitsIsAMessageOrMalformed(@ForAll("messages") Message message, @ForAll Random random) {
		byte[] bytes = Messages.bytes(message);
		for (int round = 0; round < 10; round++) {
			byte[] body = bytes.clone();
			for (int flips = 1 + random.nextInt(3); flips > 0; flips--) {
				body[random.nextInt(body.length)] ^= (byte) (1 << random.nextInt(8));
			}
			assertMessageOrMalformed(message.command(), body);
		}
	}

	@Property(tries = 600)
	void aMessageWithANumberPaintedOverIsAMessageOrMalformed(@ForAll("messages") Message message,
			@ForAll Random random) {
		byte[] bytes = Messages.bytes(message);
		byte[] paint = { 0, 1, 0x7F, (byte) 0x80, (byte) 0xFF };
		for (int round = 0; round < 10; round++) {
			byte[] body = bytes.clone();
			int from = random.nextInt(body.length);
			int to = Math.min(body.length, from + 1 + random.nextInt(8));
			Arrays.fill(body, from, to, paint[random.nextInt(paint.length)]);
			assertMessageOrMalformed(message.command(), body);
		}
	}

	@Property(tries = 500)
	void aMessageUnderTheWrongCommandIsAMessageOrMalformed(@ForAll("messages") Message message,
			@ForAll Command command) {
		assertMessageOrMalformed(command, Messages.bytes(message));
	}

	@Property(tries = 200)
	void aMessageThatIsCutOffAnywhereIsMalformed(@ForAll("messages") Message message) {
		byte[] bytes = Messages.bytes(message);
		for (int length = 0; length < bytes.length; length++) {
			assertMalformed(message.command(), Arrays.copyOf(bytes, length));
		}
	}

	/**
	 * An array of frames is used again: behind a frame lies what came before it.
	 */
	@Property(tries = 200)
	void whatLiesBehindAFrameIsNotRead(@ForAll("messages") Message message) throws Exception {
		byte[] bytes = Messages.bytes(message);
		for (int length = 0; length < bytes.length; length++) {
			assertMalformed(message.command(), new FrameReader(bytes, 0, length, KnownKeys.NONE));
		}
		byte[] array = Arrays.copyOf(bytes, bytes.length + 100);
		Message read = Messages.read(message.command(), new FrameReader(array, 0, bytes.length, KnownKeys.NONE));
		assertThat(Messages.bytes(read)).isEqualTo(bytes);
	}

	@Example
	void whatLiesBehindARefusalIsNotRead() throws Exception {
		byte[] topic = Subtrees.ALL.topic();
		byte[] frame = StreamRefusal.toFrame(topic, "full");
		assertThat(StreamRefusal.explanation(frame, frame.length, topic)).isEqualTo("full");
		assertThat(StreamRefusal.explanation(frame, topic.length, topic)).isNull();
		for (int length = topic.length + 1; length < frame.length; length++) {
			int cut = length;
			assertThatExceptionOfType(MalformedMessageException.class)
				.isThrownBy(() -> StreamRefusal.explanation(frame, cut, topic));
		}
		assertThat(StreamRefusal.explanation(Arrays.copyOf(frame, 100), frame.length, topic)).isEqualTo("full");
	}

	@Property(tries = 200)
	void aMessageWithBytesBehindItIsMalformed(@ForAll("messages") Message message, @ForAll byte behind) {
		byte[] bytes = Messages.bytes(message);
		byte[] body = Arrays.copyOf(bytes, bytes.length + 1);
		body[bytes.length] = behind;
		assertMalformed(message.command(), body);
	}

	@Example
	void aLengthOrCountThatTheFrameDoesNotHaveCostsNoMemory() {
		for (Message message : Messages.samples()) {
			byte[] bytes = Messages.bytes(message);
			for (int position = 0; position + 4 <= bytes.length; position++) {
				byte[] body = bytes.clone();
				Arrays.fill(body, position, position + 4, (byte) 0xFF);
				body[position] = 0x7F;
				assertMessageOrMalformed(message.command(), body);
				long allocated = allocatedByReading(message.command(), body);
				assertThat(allocated).as("%s with a huge number at %d", message.command(), position)
					.isLessThan(20_000 + 100L * body.length);
			}
		}
	}

	@Example
	void aCountOfTheSmallestThingsCostsAMultipleOfTheFrame() {
		byte[] zeros = new byte[1 << 20];
		// Operations of five bytes each are the smallest thing that is counted.
		FrameWriter writer = new FrameWriter(1 << 20).writeLong(0).writeLong(1).writeInt((zeros.length - 20) / 5);
		System.arraycopy(writer.toByteArray(), 0, zeros, 0, 20);
		assertMessageOrMalformed(Command.WRITE, zeros);
		assertThat(allocatedByReading(Command.WRITE, zeros)).isLessThan(100L * zeros.length);
	}

	@Property(tries = 600)
	void randomBytesAreAStreamBatchOrMalformed(@ForAll("bodies") byte[] body, @ForAll Random random) {
		byte[] header = Arrays.copyOf(body, StreamBatch.HEADER_BYTES + random.nextInt(40));
		header[0] = StreamBatch.VERSION;
		try {
			StreamBatch batch = StreamBatch.read(new FrameReader(header));
			FrameWriter writer = new FrameWriter(4);
			batch.write(writer);
			assertThat(writer.toByteArray()).isEqualTo(Arrays.copyOf(header, StreamBatch.HEADER_BYTES));
		}
		catch (MalformedMessageException ex) {
			assertThat(ex.getMessage()).isNotBlank();
		}
	}

	@Property(tries = 600)
	void randomBytesAreATopicOrMalformed(@ForAll("topics") byte[] topic) {
		try {
			assertThat(Subtrees.fromTopic(topic).topic()).isEqualTo(topic);
		}
		catch (MalformedMessageException ex) {
			assertThat(ex.getMessage()).isNotBlank();
		}
	}

	@Property(tries = 500)
	void aFrameIsACommandOnlyIfItIsExactlyItsWord(@ForAll("bodies") byte[] frame) {
		Command command = Command.of(frame);
		assertThat(command == null || Arrays.equals(command.frame(), frame)).isTrue();
	}

	private static void assertMessageOrMalformed(Command command, byte[] body) {
		Message message;
		try {
			message = Messages.read(command, body);
		}
		catch (MalformedMessageException ex) {
			assertThat(ex.getMessage()).isNotBlank();
			assertThat(ex.getStackTrace()).isEmpty();
			return;
		}
		catch (RuntimeException | Error ex) {
			throw new AssertionError(command + " " + HexFormat.of().formatHex(body), ex);
		}
		assertThat(message.command()).isEqualTo(command);
		assertThat(HexFormat.of().formatHex(Messages.bytes(message))).as("bytes of %s", message)
			.isEqualTo(HexFormat.of().formatHex(body));
	}

	private static void assertMalformed(Command command, byte[] body) {
		assertMalformed(command, new FrameReader(body));
	}

	private static void assertMalformed(Command command, FrameReader body) {
		try {
			Message message = Messages.read(command, body);
			fail("%s was read under %s", message, command);
		}
		catch (MalformedMessageException ex) {
			assertThat(ex.getMessage()).isNotBlank();
		}
	}

	private static long allocatedByReading(Command command, byte[] body) {
		long before = threads.getCurrentThreadAllocatedBytes();
		try {
			Messages.read(command, body);
		}
		catch (MalformedMessageException ex) {
			// What it costs is what counts.
		}
		return threads.getCurrentThreadAllocatedBytes() - before;
	}

	@Provide
	Arbitrary<Message> messages() {
		return Messages.any();
	}

	@Provide
	Arbitrary<byte[]> bodies() {
		Arbitrary<Byte> bytes = Arbitraries.frequencyOf(Tuple.of(2, Arbitraries.of((byte) 0, (byte) 1)),
				Tuple.of(1, Arbitraries.bytes()));
		return bytes.array(byte[].class).ofMaxSize(120);
	}

	@Provide
	Arbitrary<byte[]> topics() {
		return Arbitraries.of((byte) '/', (byte) 'a', (byte) '\n', (byte) 0, (byte) 0xC3, (byte) 0xA9)
			.array(byte[].class)
			.ofMaxSize(12);
	}

}
