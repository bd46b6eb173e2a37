package io.github.clonemap.protocol.chp;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import io.github.clonemap.protocol.Keys;
import io.github.clonemap.protocol.MalformedMessageException;

/**
 * ICANHAZ: a client of RFC 12 asks for a snapshot.
 *
 * <pre>
 * "ICANHAZ?" | subtree
 * </pre>
 *
 * @param subtree what it asks for: everything if empty, else a path that ends with a
 * slash
 * @since 0.1.0
 */
public record ChpRequest(String subtree) {

	private static final byte[] COMMAND = "ICANHAZ?".getBytes(StandardCharsets.US_ASCII);

	/**
	 * Whether a frame is the first one of such a request.
	 * @param frame the frame
	 * @return whether it is
	 */
	public static boolean isRequest(byte[] frame) {
		return Arrays.equals(COMMAND, frame);
	}

	/**
	 * Reads a request.
	 * @param frame the frame after the first one
	 * @return the request
	 * @throws MalformedMessageException if it is not a subtree
	 */
	public static ChpRequest read(byte[] frame) throws MalformedMessageException {
		if (frame.length > Keys.MAX_LENGTH) {
			throw new MalformedMessageException("subtree has " + frame.length + " bytes");
		}
		String subtree = Keys.decode(frame, 0, frame.length, "subtree");
		// Not every implementation begins its keys with a slash.
		if (!subtree.isEmpty() && !subtree.endsWith("/")) {
			throw new MalformedMessageException("subtree does not end with a slash");
		}
		return new ChpRequest(subtree);
	}

}
