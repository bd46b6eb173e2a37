package io.github.clonemap.server;

import java.util.Map;

/**
 * The numbers of a server at one moment.
 *
 * @param role what it is now
 * @param serverId made anew at each start
 * @param epoch the epoch in which it orders updates
 * @param sequence its committed sequence
 * @param entries how many entries it has
 * @param bytes about how many bytes its keys and values have
 * @param sessions how many sessions it has
 * @param subscriptions how many streams it publishes
 * @param updates how many updates it has ordered since its start
 * @param snapshots how many snapshots it has sent since its start
 * @param resumes how many times it has sent what was missed instead of a snapshot
 * @param expired how many entries have ended by their lifetime or session
 * @param rejected how many writes it has refused, by reason
 * @param malformed how many messages it could not use, by reason
 * @param paired whether it is one of a pair
 * @param inSync whether each of the two has everything that anybody was promised
 * @param replicaLag how many updates the passive server does not have yet; -1 if nobody
 * knows, or if this is not the active server of a pair
 * @param conflicts how many of its writes were given up for its peer's since its start
 * @since 0.1.0
 */
public record ServerReport(ServerRole role, long serverId, int epoch, long sequence, int entries, long bytes,
		int sessions, int subscriptions, long updates, long snapshots, long resumes, long expired,
		Map<RejectReason, Long> rejected, Map<MalformedReason, Long> malformed, boolean paired, boolean inSync,
		long replicaLag, long conflicts) {

}
