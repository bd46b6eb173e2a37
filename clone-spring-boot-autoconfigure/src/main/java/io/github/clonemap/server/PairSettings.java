package io.github.clonemap.server;

import java.time.Duration;

import io.github.clonemap.InvalidSettingException;
import io.github.clonemap.binarystar.BinaryStarRole;

/**
 * What a server of a pair can be told.
 *
 * @param role whether it is the primary or the backup
 * @param peerTimeout after how much silence the other server counts as lost
 * @param startAlone whether it may become active without having everything that its peer
 * had
 * @since 0.1.0
 */
public record PairSettings(BinaryStarRole role, Duration peerTimeout, boolean startAlone) {

	/**
	 * After how many heartbeats of silence the other server counts as lost by default.
	 */
	public static final int DEFAULT_PEER_TIMEOUT_HEARTBEATS = 4;

	/**
	 * Checks the settings.
	 */
	public PairSettings {
		InvalidSettingException.check(
				peerTimeout.compareTo(Duration.ofMillis(30)) >= 0 && peerTimeout.compareTo(Duration.ofMinutes(5)) <= 0,
				"bstar.peer-timeout", "between 30 milliseconds and 5 minutes", peerTimeout);
	}

}
