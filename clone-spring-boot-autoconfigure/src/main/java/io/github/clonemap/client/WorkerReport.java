package io.github.clonemap.client;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * How a thread is doing that tells listeners of changes.
 *
 * @param thread its name
 * @param queued how many changes wait for it
 * @param slowestListener the class and map of the listener that took longest for one
 * change, of late or right now; {@code null} if none was called
 * @param slowest how long that was
 * @since 0.1.0
 */
public record WorkerReport(String thread, int queued, @Nullable String slowestListener, Duration slowest) {

}
