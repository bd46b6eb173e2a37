package io.github.clonemap.protocol;

import java.util.Arrays;

import io.github.clonemap.protocol.Message.Bye;
import org.jspecify.annotations.Nullable;

/**
 * What a server publishes on a stream that it does not carry, so that who subscribed to
 * it need not guess: ZeroMQ tells a publisher what is subscribed to, but not by whom.
 *
 * <pre>
 * topic | 0 u8, where a batch has its version | body of a {@link Bye}
 * </pre>
 *
 * @since 0.1.0
 */
public final class StreamRefusal {

	private static final byte NO_VERSION = 0;

	private StreamRefusal() {
	}

	/**
	 * Makes the message.
	 * @param topic the topic, as it was subscribed to
	 * @param explanation why, for people
	 * @return the frame
	 */
	public static byte[] toFrame(byte[] topic, String explanation) {
		FrameWriter writer = new FrameWriter(topic.length + 64);
		writer.writeBytes(topic).writeByte(NO_VERSION);
		new Bye(Bye.Reason.REFUSED, explanation).write(writer);
		return writer.toByteArray();
	}

	/**
	 * Reads a message of the stream, if it is a refusal.
	 * @param frame has the message at its beginning
	 * @param length how long the message is
	 * @param topic the topic that the client subscribed to
	 * @return why, for people, or {@code null} if it is no refusal
	 * @throws MalformedMessageException if it begins as a refusal but is none
	 */
	public static @Nullable String explanation(byte[] frame, int length, byte[] topic)
			throws MalformedMessageException {
		if (length <= topic.length || frame[topic.length] != NO_VERSION
				|| !Arrays.equals(frame, 0, topic.length, topic, 0, topic.length)) {
			return null;
		}
		Message message = Message.read(Command.BYE, Arrays.copyOfRange(frame, topic.length + 1, length), Update::new);
		return (message instanceof Bye bye) ? bye.explanation() : null;
	}

}
