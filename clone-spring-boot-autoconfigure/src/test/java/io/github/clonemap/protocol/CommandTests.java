package io.github.clonemap.protocol;

import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of {@link Command}.
 */
class CommandTests {

	@ParameterizedTest
	@EnumSource
	void aCommandIsItsNameInAscii(Command command) {
		assertThat(command.frame()).isEqualTo(command.name().getBytes(StandardCharsets.US_ASCII));
		assertThat(Command.of(command.frame().clone())).isEqualTo(command);
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "hello", "HELLO ", "HELL", "ICANHAZ?" })
	void nothingElseIsACommand(String word) {
		assertThat(Command.of(word.getBytes(StandardCharsets.UTF_8))).isNull();
	}

	@Test
	void wordsStayAsTheyAreOnTheWire() {
		assertThat(Command.values()).extracting(Command::name)
			.containsExactly("HELLO", "WELCOME", "PASSIVE", "SYNC", "CREDIT", "ENTRIES", "END", "WRITE", "ACK", "PING",
					"PONG", "BYE", "PEER", "FOLLOW", "COPY", "LOG", "COPIED", "HANDOVER");
	}

}
