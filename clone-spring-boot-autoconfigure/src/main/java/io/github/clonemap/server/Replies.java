package io.github.clonemap.server;

import io.github.clonemap.protocol.FrameWriter;
import io.github.clonemap.protocol.Message;

/**
 * The way back to whoever asked.
 * <p>
 * For the agent.
 */
final class Replies {

	private final FrameWriter writer = new FrameWriter(4096);

	private final ServerTransport transport;

	Replies(ServerTransport transport) {
		this.transport = transport;
	}

	/**
	 * Whether a message that may be large has room; one without a receiver has.
	 */
	boolean hasRoom(Route route) {
		return route == Route.NONE || this.transport.hasRoom(route);
	}

	/**
	 * Sends a message, unless its receiver has no connection any more.
	 */
	void send(Route route, Message message) {
		if (route != Route.NONE) {
			message.write(this.writer.clear());
			this.transport.reply(route, message.command(), this.writer);
		}
	}

}
