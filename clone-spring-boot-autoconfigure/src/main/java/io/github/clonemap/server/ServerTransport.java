package io.github.clonemap.server;

import io.github.clonemap.protocol.Command;
import io.github.clonemap.protocol.FrameWriter;

/**
 * What a server needs of the network. Called by the server's agent only.
 *
 * @since 0.1.0
 */
public interface ServerTransport {

	/**
	 * Sends a reply. A peer that is gone, or that reads too slowly, does not get it.
	 * @param route the way to the peer
	 * @param command the command
	 * @param body the body, not to be changed afterwards
	 */
	void reply(Route route, Command command, byte[] body);

	/**
	 * Sends a reply that was written, to be written over afterwards.
	 * @param route the way to the peer
	 * @param command the command
	 * @param body has the body
	 */
	default void reply(Route route, Command command, FrameWriter body) {
		reply(route, command, body.toByteArray());
	}

	/**
	 * Whether a reply that may be large has room. One that has none waits where it comes
	 * from: it would take the room of others, or be lost.
	 * @param route the way to the peer
	 * @return whether there is room
	 */
	default boolean hasRoom(Route route) {
		return true;
	}

	/**
	 * Ends the connections of peers that have not read for long what they were sent.
	 * @param nowNanos the time now
	 * @param patienceNanos how long they may, unless others need the room
	 * @return how many there were
	 */
	default int endUnreadConnections(long nowNanos, long patienceNanos) {
		return 0;
	}

	/**
	 * Publishes a message to all that subscribed to a prefix of it. A subscriber that
	 * reads too slowly does not get it.
	 * @param frame the message, not to be changed afterwards
	 */
	void publish(byte[] frame);

	/**
	 * Publishes a message that was written, to be written over afterwards.
	 * @param frame has the message
	 */
	default void publish(FrameWriter frame) {
		publish(frame.toByteArray());
	}

	/**
	 * Tells the peer what this server is, on the connection of its own. Only for a server
	 * of a pair.
	 * @param frame the message, not to be changed afterwards
	 */
	default void publishState(byte[] frame) {
	}

	/**
	 * Sends a request to the peer, as a client would. Only for a server of a pair.
	 * @param command the command
	 * @param body the body, not to be changed afterwards
	 */
	default void sendToPeer(Command command, byte[] body) {
	}

	/**
	 * Whether clients of RFC 12 can reach this server.
	 * @return whether there is a door for them
	 */
	default boolean hasChpDoor() {
		return false;
	}

	/**
	 * Sends a message to a client of RFC 12, which must not miss any.
	 * @param route the way to the client
	 * @param frames the frames, not to be changed afterwards
	 * @return what became of it
	 */
	default Delivery sendChp(Route route, byte[][] frames) {
		return Delivery.GONE;
	}

	/**
	 * Publishes a message to all clients of RFC 12 that subscribed to a prefix of its
	 * first frame. A subscriber that reads too slowly does not get it.
	 * @param frames the frames, not to be changed afterwards
	 */
	default void publishChp(byte[][] frames) {
	}

	/**
	 * What became of a message.
	 */
	enum Delivery {

		/** It is on its way. */
		SENT,

		/** The peer reads too slowly: nothing was sent, to be tried again. */
		FULL,

		/** There is no such peer any more. */
		GONE

	}

	/**
	 * Who hears what comes from the network. Called by the server's agent only.
	 */
	interface Handler {

		/**
		 * A request came.
		 * @param route the way back
		 * @param command the frame with the command
		 * @param body has the body at its beginning; not to be kept, as the array is used
		 * again
		 * @param length how long the body is
		 */
		void onRequest(Route route, byte[] command, byte[] body, int length);

		/**
		 * A request came, in an array of its own.
		 * @param route the way back
		 * @param command the frame with the command
		 * @param body the body
		 */
		default void onRequest(Route route, byte[] command, byte[] body) {
			onRequest(route, command, body, body.length);
		}

		/**
		 * The connection of somebody who has sent requests is gone, and what waited for
		 * it.
		 * @param route what was the way back
		 */
		default void onDisconnected(Route route) {
		}

		/**
		 * A peer subscribed to a topic, perhaps not as the first one.
		 * @param topic the topic
		 */
		void onSubscribed(byte[] topic);

		/**
		 * Nobody subscribes to a topic any more.
		 * @param topic the topic
		 */
		void onUnsubscribed(byte[] topic);

		/**
		 * The peer told what it is, on the connection of its own.
		 * @param frame the message
		 */
		default void onPeerState(byte[] frame) {
		}

		/**
		 * The peer sent something on the connection that was made to it.
		 * @param command the frame with the command
		 * @param body the body
		 */
		default void onPeerReply(byte[] command, byte[] body) {
		}

		/**
		 * All connections are gone, and there are new sockets: nobody subscribes to
		 * anything any more.
		 */
		void onRenewed();

		/**
		 * A client of RFC 12 writes.
		 * @param frames the frames
		 */
		default void onChpWrite(byte[][] frames) {
		}

		/**
		 * Whether writes of clients of RFC 12, which are not sent again, would be taken
		 * now. If not, they are left where they are.
		 * @return whether they would
		 */
		default boolean takesChpWrites() {
			return true;
		}

		/**
		 * Something came that is not a request at all.
		 * @param reason what is wrong with it
		 * @param explanation the same, for people
		 */
		void onMalformed(MalformedReason reason, String explanation);

	}

}
