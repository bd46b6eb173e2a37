package io.github.clonemap;

/**
 * How a client stands to its server.
 *
 * @since 0.1.0
 */
public enum CloneState {

	/** No server has answered yet; there is no data. */
	CONNECTING,

	/**
	 * A server answers and the missing data is on its way; reads show what was here
	 * before, nothing at a first start.
	 */
	SYNCING,

	/** The data here is exactly the server's at {@link CloneMap#sequence()}. */
	LIVE,

	/**
	 * The connection is lost, or nothing has proved for {@code clone.server-timeout} that
	 * the data is fresh: the server is silent, or listeners hold the stream up. Reads
	 * show the last known data.
	 */
	STALE,

	/**
	 * Ended, by the application or for a reason that was logged. After a stop by
	 * {@code clone.snail.policy} or {@code clone.gap.policy} reads throw
	 * {@link CloneStoppedException}.
	 */
	STOPPED

}
