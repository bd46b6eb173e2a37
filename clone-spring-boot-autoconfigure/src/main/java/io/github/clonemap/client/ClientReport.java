package io.github.clonemap.client;

import java.time.Duration;
import java.util.List;

import io.github.clonemap.CloneState;
import org.jspecify.annotations.Nullable;

/**
 * The numbers of a client at one moment.
 *
 * @param state how it stands to the server
 * @param clientId its id, made anew at each start
 * @param server the endpoint that it uses or tries, {@code null} if it is stopped
 * @param sequence the last sequence that was applied
 * @param staleness the age of the last proof of freshness
 * @param entries how many entries it holds
 * @param updates how many updates it has applied from the stream
 * @param writesPending how many writes wait for their acknowledgement
 * @param gaps how many gaps it has found in the stream
 * @param resumes how many synchronizations brought only what was missed
 * @param snapshots how many synchronizations brought a snapshot
 * @param failovers how many times it has turned to another connection
 * @param croaks how many updates were handed to the application too late
 * @param eventsQueued how many changes wait for their listeners
 * @param eventsConflated how many changes were not handed over, because a newer one of
 * the same key was there already
 * @param workers the threads that call the listeners of changes, none if it is stopped
 * @param listenerErrors how many times a listener threw something
 * @param undecodable how many values could not be decoded
 * @param malformed how many messages it could not understand
 * @param clockOffsetMicros how far the server's clock is ahead, by the best measurement
 * @param clockErrorMicros how wrong that may be
 * @since 0.1.0
 */
public record ClientReport(CloneState state, long clientId, @Nullable String server, long sequence, Duration staleness,
		long entries, long updates, int writesPending, long gaps, long resumes, long snapshots, long failovers,
		long croaks, int eventsQueued, long eventsConflated, List<WorkerReport> workers, long listenerErrors,
		long undecodable, long malformed, long clockOffsetMicros, long clockErrorMicros) {

}
