package io.github.clonemap.client;

import io.github.clonemap.protocol.Command;

/**
 * What a client needs of the network. Called by the client's agent only.
 *
 * @since 0.1.0
 */
public interface ClientTransport {

	/**
	 * Turns to a server, and forgets the one before: nothing of it arrives any more.
	 * @param server where it listens
	 * @param topic what to subscribe to
	 * @throws ServerUnreachableException if it cannot even be tried
	 */
	void connect(ServerEndpoint server, byte[] topic) throws ServerUnreachableException;

	/**
	 * Forgets the server: nothing of it arrives any more.
	 */
	void disconnect();

	/**
	 * Sends a request. While there is no connection it waits for one, or is lost.
	 * @param command the command
	 * @param body the body, not to be changed afterwards
	 */
	void send(Command command, byte[] body);

	/**
	 * Who hears what comes from the network. Called by the client's agent only.
	 */
	interface Handler {

		/**
		 * A reply came.
		 * @param command the frame with the command
		 * @param body has the body at its beginning; not to be kept, as the array is used
		 * again
		 * @param length how long the body is
		 */
		void onReply(byte[] command, byte[] body, int length);

		/**
		 * A message of the stream came.
		 * @param frame has the message, with its topic, at its beginning; not to be kept,
		 * as the array is used again
		 * @param length how long the message is
		 */
		void onStream(byte[] frame, int length);

		/**
		 * Nobody listens at the server's end, or the connection to it broke.
		 */
		void onRefused();

		/**
		 * Whether messages of the stream may come now. While not, they wait, in order.
		 * @return whether the client takes them
		 */
		boolean wantsStream();

		/**
		 * Something came that is not a message at all.
		 * @param reason what is wrong with it
		 */
		void onMalformed(String reason);

	}

}
