package io.github.clonemap.binarystar;

/**
 * What a server tells its peer of itself, at each heartbeat and whenever it changes.
 *
 * @param serverId the id of the server, made anew at each start
 * @param number rises with each message of this server, so that an older one that comes
 * later is known as such
 * @param role what the server was configured to be
 * @param state what it is now
 * @param rank the epoch in which it became active, 0 if it never did: of two that are
 * active, the one with the higher rank took over from the other
 * @param sequence the last sequence that it has
 * @param hasCopy whether it has data that was complete at some moment
 * @param peerInSync the server that has everything that this one has committed, 0 for
 * none
 * @since 0.1.0
 */
public record PeerState(long serverId, long number, BinaryStarRole role, BinaryStarState state, int rank, long sequence,
		boolean hasCopy, long peerInSync) {

}
