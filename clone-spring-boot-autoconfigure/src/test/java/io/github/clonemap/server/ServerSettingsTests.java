package io.github.clonemap.server;

import io.github.clonemap.InvalidSettingException;
import java.time.Duration;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests of {@link ServerSettings}.
 */
class ServerSettingsTests {

	private static final Duration SECOND = Duration.ofSeconds(1);

	private static final Duration VERY_LONG = Duration.ofSeconds(Long.MAX_VALUE);

	@Test
	void theDefaultsCanWork() {
		assertThat(ServerSettings.defaults().maxEntries()).isEqualTo(ServerSettings.DEFAULT_MAX_ENTRIES);
	}

	@Test
	void anErrorTellsTheSettingItsRuleAndItsValue() {
		InvalidSettingException error = catchInvalid(Duration.ofMillis(9), SECOND, 1, 1, 1, 1);
		assertThat(error).hasMessage("heartbeat must be between 10 milliseconds and a minute, not PT0.009S");
		assertThat(error.getName()).isEqualTo("heartbeat");
		assertThat(error.getRule()).isEqualTo("between 10 milliseconds and a minute");
		assertThat(error.getValue()).isEqualTo(Duration.ofMillis(9));
	}

	@Test
	void eachSettingHasItsRule() {
		assertInvalid("heartbeat", Duration.ofSeconds(61), Duration.ofHours(1), 1, 1, 1, 1);
		assertInvalid("session-timeout", SECOND, Duration.ofMillis(1999), 1, 1, 1, 1);
		assertInvalid("session-timeout", SECOND, Duration.ofDays(1), 1, 1, 1, 1);
		assertInvalid("history", SECOND, SECOND.multipliedBy(2), -1, 1, 1, 1);
		assertInvalid("history", SECOND, SECOND.multipliedBy(2), (1 << 24) + 1, 1, 1, 1);
		assertInvalid("max-entries", SECOND, SECOND.multipliedBy(2), 0, 0, 1, 1);
		assertInvalid("max-value-size", SECOND, SECOND.multipliedBy(2), 0, 1, 0, 1);
		assertInvalid("max-value-size", SECOND, SECOND.multipliedBy(2), 0, 1, (16 << 20) + 1, 1);
		assertInvalid("max-key-length", SECOND, SECOND.multipliedBy(2), 0, 1, 1, 0);
		assertInvalid("max-key-length", SECOND, SECOND.multipliedBy(2), 0, 1, 1, 4097);
	}

	@Test
	void theSmallestAndLargestSettingsAreValid() {
		assertThat(new ServerSettings(Duration.ofMillis(10), Duration.ofMillis(20), 0, 1, 1, 1).history()).isZero();
		assertThat(new ServerSettings(Duration.ofMinutes(1), Duration.ofHours(23), 1 << 24, Integer.MAX_VALUE, 16 << 20,
				4096)
			.maxKeyLength()).isEqualTo(4096);
	}

	@Test
	void aHeartbeatThatIsTooLongForMillisecondsIsInvalidLikeAnyOther() {
		assertInvalid("heartbeat", VERY_LONG, VERY_LONG, 1, 1, 1, 1);
	}

	@Test
	void aSessionTimeoutThatIsTooLongForMillisecondsIsInvalidLikeAnyOther() {
		assertInvalid("session-timeout", SECOND, VERY_LONG, 1, 1, 1, 1);
	}

	private static void assertInvalid(String name, Duration heartbeat, Duration sessionTimeout, int history,
			int maxEntries, int maxValueSize, int maxKeyLength) {
		assertThat(catchInvalid(heartbeat, sessionTimeout, history, maxEntries, maxValueSize, maxKeyLength).getName())
			.isEqualTo(name);
	}

	private static InvalidSettingException catchInvalid(Duration heartbeat, Duration sessionTimeout, int history,
			int maxEntries, int maxValueSize, int maxKeyLength) {
		return assertThatExceptionOfType(InvalidSettingException.class).isThrownBy(
				() -> new ServerSettings(heartbeat, sessionTimeout, history, maxEntries, maxValueSize, maxKeyLength))
			.actual();
	}

}
