package io.github.clonemap;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

import io.github.clonemap.event.CloneConflictEvent;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link CloneConflict}.
 */
class CloneConflictTests {

	private final CloneWriter writer = new CloneWriter(CloneWriter.Kind.NATIVE, 7);

	@Test
	void textSaysWhatHappenedButNeverTheValue() {
		CloneConflict put = conflict("secret".getBytes(StandardCharsets.UTF_8));
		assertThat(put).hasToString("CloneConflict[key=/flags/a, put, sequence=42, writer=" + this.writer
				+ ", serverTime=2026-01-02T03:04:05Z]");
		assertThat(conflict(null).toString()).contains("/flags/a, removed, sequence=42");
	}

	@Test
	void textOfTheEventShowsNoValuesEither() {
		CloneConflict conflict = conflict("secret".getBytes(StandardCharsets.UTF_8));
		assertThat(new CloneConflictEvent(this, List.of(conflict, conflict)))
			.hasToString("CloneConflictEvent[2 writes]");
	}

	private CloneConflict conflict(byte[] value) {
		return new CloneConflict("/flags/a", value, 42, this.writer, Instant.parse("2026-01-02T03:04:05Z"));
	}

}
