package io.github.clonemap.zeromq;

import io.github.clonemap.protocol.Command;
import io.github.clonemap.server.MalformedReason;
import io.github.clonemap.server.ServerTransport;
import org.jspecify.annotations.Nullable;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;
import org.zeromq.ZMQ.Socket;

/**
 * What a server of a pair has beside the sockets of every server: a PUB on which it tells
 * what it is, a SUB on which it hears that of its peer, and a DEALER for the replica
 * link.
 */
final class PeerSockets {

	/**
	 * A copy of the state may have one session with very many results in a frame.
	 */
	private static final long MAX_FRAME_BYTES = 256L << 20;

	private static final int DRAIN_LIMIT = 256;

	private final IoLoop io;

	private final Socket states;

	private final Socket peerStates;

	private final Socket link;

	PeerSockets(IoLoop io, PeerEndpoints endpoints) {
		this.io = io;
		String host = "tcp://" + endpoints.address();
		this.states = Sockets.create(io, SocketType.PUB, 1024, host);
		Sockets.bind(this.states, host, endpoints.port());
		this.peerStates = Sockets.create(io, SocketType.SUB, 1024, endpoints.peer());
		this.peerStates.setSndHWM(0);
		this.peerStates.subscribe(ZMQ.SUBSCRIPTION_ALL);
		this.link = Sockets.create(io, SocketType.DEALER, MAX_FRAME_BYTES, endpoints.peerServer().requests());
		// What is for a peer that is not there is of no use to the next one.
		this.link.setImmediate(true);
		this.peerStates.connect(endpoints.peer());
		this.link.connect(endpoints.peerServer().requests());
	}

	void publishState(byte[] frame) {
		this.states.send(frame, ZMQ.DONTWAIT);
	}

	void sendToPeer(Command command, byte[] body) {
		if (this.link.send(command.frame(), ZMQ.SNDMORE | ZMQ.DONTWAIT)) {
			this.link.send(body, ZMQ.DONTWAIT);
		}
	}

	/**
	 * Hands over what has come.
	 * @return whether there may be more
	 */
	boolean drain(ServerTransport.Handler handler) {
		// Not ||: each has its turn.
		return drainStates(handler) | drainLink(handler);
	}

	private boolean drainStates(ServerTransport.Handler handler) {
		for (int i = 0; i < DRAIN_LIMIT; i++) {
			byte[] frame = this.peerStates.recv(ZMQ.DONTWAIT);
			if (frame == null) {
				return false;
			}
			if (skipRest(this.peerStates) > 0) {
				handler.onMalformed(MalformedReason.FRAMES, "what a peer tells of itself has one frame");
			}
			else {
				handler.onPeerState(frame);
			}
		}
		return true;
	}

	private boolean drainLink(ServerTransport.Handler handler) {
		for (int i = 0; i < DRAIN_LIMIT; i++) {
			byte[] command = this.link.recv(ZMQ.DONTWAIT);
			if (command == null) {
				return false;
			}
			byte @Nullable [] body = this.link.hasReceiveMore() ? this.link.recv(ZMQ.DONTWAIT) : null;
			if (body == null || skipRest(this.link) > 0) {
				handler.onMalformed(MalformedReason.FRAMES, "what a peer sends has a command and a body");
			}
			else {
				handler.onPeerReply(command, body);
			}
		}
		return true;
	}

	void close() {
		Sockets.close(this.io, this.states, true);
		Sockets.close(this.io, this.peerStates, false);
		Sockets.close(this.io, this.link, true);
	}

	private static int skipRest(Socket socket) {
		int skipped = 0;
		while (socket.hasReceiveMore()) {
			socket.recv(ZMQ.DONTWAIT);
			skipped++;
		}
		return skipped;
	}

}
