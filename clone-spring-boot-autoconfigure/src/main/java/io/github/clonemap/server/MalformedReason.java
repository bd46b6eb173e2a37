package io.github.clonemap.server;

/**
 * Why a server cannot use a message.
 *
 * @since 0.1.0
 */
public enum MalformedReason {

	/** It has not the frames that a message has. */
	FRAMES,

	/** Its command is none. */
	COMMAND,

	/** Its body does not fit its command. */
	BODY,

	/** It is a message, but none that a server takes. */
	NOT_A_REQUEST,

	/** It is a subscription to something that is no topic, or no subscription at all. */
	TOPIC,

	/** It asks for one more stream than the server has room for. */
	TOO_MANY_STREAMS,

	/** It asks for one more session than the server has room for. */
	TOO_MANY_SESSIONS,

	/** It asks for data while too many others are being answered. */
	TOO_MANY_TRANSFERS,

	/** It claims to have read what its connection was not sent. */
	CREDIT,

	/** Its sender has not read the replies: the connection was ended. */
	UNREAD,

	/** Its sender speaks another version. */
	VERSION,

	/** It tells of an epoch that nobody can have come to. */
	EPOCH,

	/** Its sender has no session, or not any more: that happens to good clients, too. */
	NO_SESSION,

	/** Writes before it are missing: that happens to good clients, too. */
	MISSING_WRITES;

	/**
	 * Whether good clients send such messages, too, so that there is nothing to warn of.
	 */
	boolean isOrdinary() {
		return this == NO_SESSION || this == MISSING_WRITES;
	}

}
