package io.github.clonemap.zeromq;

import io.github.clonemap.client.ServerEndpoint;

/**
 * Where the two servers of a pair find each other.
 *
 * @param address the address on which this server tells what it is
 * @param port the port for that
 * @param peer where the other server tells what it is, as {@code tcp://host:port}
 * @param peerServer where the other server takes requests
 * @since 0.1.0
 */
public record PeerEndpoints(String address, int port, String peer, ServerEndpoint peerServer) {

}
