package io.github.clonemap.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import org.jspecify.annotations.Nullable;

/**
 * Frame 0 of a native request or reply: a word in ASCII, so that a capture of the network
 * can be read by people. Frame 1 is its body.
 *
 * @since 0.1.0
 */
public enum Command {

	/** A client opens or resumes its session. */
	HELLO,

	/** The server is active and knows the session. */
	WELCOME,

	/** The server is not active: ask the other one. */
	PASSIVE,

	/** A client asks for a snapshot, or for what it missed. */
	SYNC,

	/** A client allows more chunks of an answer to SYNC. */
	CREDIT,

	/** A chunk of an answer to SYNC. */
	ENTRIES,

	/** The end of an answer to SYNC. */
	END,

	/** A client's writes. */
	WRITE,

	/** The results of writes. */
	ACK,

	/** A client shows that it lives, and asks what time it is. */
	PING,

	/** The answer to PING. */
	PONG,

	/** The sender ends the session, and says why. */
	BYE,

	/** A server tells its peer what it is. */
	PEER,

	/** A passive server asks for all that it does not have. */
	FOLLOW,

	/** A part of all that the active server has. */
	COPY,

	/** What the active server has ordered. */
	LOG,

	/** A passive server tells how far it is. */
	COPIED,

	/** The active server stops, and its peer has everything. */
	HANDOVER;

	private static final Command[] VALUES = values();

	private final byte[] frame = name().getBytes(StandardCharsets.US_ASCII);

	/**
	 * The frame.
	 * @return its bytes, shared, not to be changed
	 */
	public byte[] frame() {
		return this.frame;
	}

	/**
	 * Finds the command of a frame.
	 * @param frame the frame
	 * @return the command, or {@code null} if there is no such command
	 */
	public static @Nullable Command of(byte[] frame) {
		for (Command command : VALUES) {
			if (Arrays.equals(command.frame, frame)) {
				return command;
			}
		}
		return null;
	}

}
