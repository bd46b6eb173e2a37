package io.github.clonemap.protocol;

import java.util.Arrays;
import java.util.HexFormat;

import io.github.clonemap.CloneWriter;
import io.github.clonemap.store.AttachedEntry;

/**
 * What the fuzzer calls: the first byte chooses a decoder, the rest is its input. Every
 * input is a message whose bytes it is, or malformed.
 */
public final class DecoderFuzzer {

	private static final Command[] COMMANDS = Command.values();

	static final int BATCH = COMMANDS.length;

	static final int TOPIC = BATCH + 1;

	static final int REFUSAL = BATCH + 2;

	static final int COMMAND = BATCH + 3;

	static final int KEY = BATCH + 4;

	private DecoderFuzzer() {
	}

	public static void fuzzerTestOneInput(byte[] data) {
		if (data.length == 0) {
			return;
		}
		byte[] input = Arrays.copyOfRange(data, 1, data.length);
		int decoder = (data[0] & 0xFF) % (KEY + 1);
		try {
			byte[] output = decodeAndEncode(decoder, input);
			if (!Arrays.equals(input, output)) {
				throw new AssertionError(decoder + ": " + HexFormat.of().formatHex(input) + " became "
						+ HexFormat.of().formatHex(output));
			}
		}
		catch (MalformedMessageException ex) {
			if (ex.getMessage() == null || ex.getMessage().isBlank()) {
				throw new AssertionError("malformed without a reason");
			}
		}
	}

	private static byte[] decodeAndEncode(int decoder, byte[] input) throws MalformedMessageException {
		FrameWriter writer = new FrameWriter(64);
		if (decoder < COMMANDS.length) {
			return Message.read(COMMANDS[decoder], input, new Whole()).toBytes(writer);
		}
		if (decoder == BATCH) {
			FrameReader reader = new FrameReader(input);
			StreamBatch batch = StreamBatch.read(reader);
			batch.write(writer);
			for (int i = 0; i < batch.count(); i++) {
				Update.read(reader, Update::new).write(writer);
			}
			reader.end("batch");
			return writer.toByteArray();
		}
		if (decoder == TOPIC) {
			return Subtrees.fromTopic(input).topic();
		}
		if (decoder == REFUSAL) {
			byte[] topic = Subtrees.ALL.topic();
			String explanation = StreamRefusal.explanation(input, input.length, topic);
			return (explanation != null && input[topic.length + 1] == Message.Bye.Reason.REFUSED.ordinal())
					? StreamRefusal.toFrame(topic, explanation) : input;
		}
		if (decoder == COMMAND) {
			Command command = Command.of(input);
			return (command != null) ? command.frame() : input;
		}
		FrameReader reader = new FrameReader(input);
		String key = reader.readText("key");
		writer.writeText(key);
		reader.end("key");
		String problem = Keys.problem(key, 255);
		if (problem != null && problem.isBlank()) {
			throw new AssertionError("a bad key without a reason");
		}
		return writer.toByteArray();
	}

	/**
	 * Keeps what is attached.
	 */
	private static final class Whole implements Update.Factory<Update> {

		@Override
		public Update create(Update.Kind kind, String key, byte[] value, long sequence, long serverTimeMicros,
				CloneWriter.Kind writerKind, long writerId, long ttlMillis, boolean ephemeral) {
			return new Update(kind, key, value, sequence, serverTimeMicros, writerKind, writerId, ttlMillis, ephemeral);
		}

		@Override
		public Update createAttached(Update.Kind kind, String key, byte[] value, long sequence, long serverTimeMicros,
				CloneWriter.Kind writerKind, long writerId, long ttlMillis, boolean ephemeral, Attachment attachment) {
			return new AttachedEntry(kind, key, value, sequence, serverTimeMicros, writerKind, writerId, ttlMillis,
					ephemeral, attachment);
		}

	}

}
