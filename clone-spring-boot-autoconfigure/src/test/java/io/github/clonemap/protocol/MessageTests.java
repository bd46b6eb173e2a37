package io.github.clonemap.protocol;

import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Messages to bytes and back.
 */
class MessageTests {

	@Property(tries = 800)
	void everyMessageComesBackFromItsBytes(@ForAll("messages") Message message) throws Exception {
		Message read = Messages.read(message.command(), Messages.bytes(message));
		assertThat(read).usingRecursiveComparison().withStrictTypeChecking().isEqualTo(message);
	}

	@Property(tries = 200)
	void aWriterThatWasUsedBeforeWritesTheSameBytes(@ForAll("messages") Message before,
			@ForAll("messages") Message message) {
		FrameWriter writer = new FrameWriter(16);
		before.toBytes(writer);
		assertThat(message.toBytes(writer)).isEqualTo(Messages.bytes(message));
	}

	@Example
	void thereIsASampleOfEachCommand() {
		assertThat(Messages.samples()).extracting(Message::command).containsExactly(Command.values());
	}

	@Example
	void aNameThatIsTooLongIsMalformed() {
		Message.Hello hello = new Message.Hello(1, 42, "n".repeat(Message.Hello.MAX_NAME_LENGTH + 1), 0, 0, 1);
		assertThatExceptionOfType(MalformedMessageException.class)
			.isThrownBy(() -> Messages.read(Command.HELLO, Messages.bytes(hello)))
			.withMessageContaining("name");
	}

	@Example
	void aLabelThatCouldForgeALineOfALogIsMalformed() {
		for (String name : new String[] { "a\nb", "a\u0000", "\u001B[2J", "\u0085" }) {
			assertThatExceptionOfType(MalformedMessageException.class)
				.isThrownBy(() -> Messages.read(Command.HELLO, Messages.bytes(new Message.Hello(1, 42, name, 0, 0, 1))))
				.withMessageContaining("name");
			assertThatExceptionOfType(MalformedMessageException.class).isThrownBy(
					() -> Messages.read(Command.BYE, Messages.bytes(new Message.Bye(Message.Bye.Reason.REFUSED, name))))
				.withMessageContaining("explanation");
		}
	}

	@Example
	void anUnknownReasonToSayByeIsMalformed() {
		assertThatExceptionOfType(MalformedMessageException.class)
			.isThrownBy(() -> Messages.read(Command.BYE, new byte[] { 3, 0, 0 }))
			.withMessage("reason 3 is unknown");
	}

	@Example
	void aWelcomeWithATimeOfZeroIsMalformed() {
		byte[] body = Messages.bytes(Messages.samples().get(Command.WELCOME.ordinal()));
		int heartbeat = 1 + 3 * 8;
		body[heartbeat + 2] = 0;
		body[heartbeat + 3] = 0;
		assertThatExceptionOfType(MalformedMessageException.class)
			.isThrownBy(() -> Messages.read(Command.WELCOME, body))
			.withMessageContaining("WELCOME");
	}

	@Example
	void anEndThatLiesBeforeItsBeginningIsRefusedOnBothSides() {
		assertThatIllegalArgumentException().isThrownBy(() -> new Reply.End(1, 1, false, 18, 17));
		byte[] body = Messages.bytes(new Reply.End(1, 1, false, 18, 18));
		body[body.length - 1] = 17;
		assertThatExceptionOfType(MalformedMessageException.class).isThrownBy(() -> Messages.read(Command.END, body));
	}

	@Example
	void countersOfAWriteDoNotRunOver() {
		Message.Write write = new Message.Write(0, Long.MAX_VALUE,
				((Message.Write) Messages.samples().get(Command.WRITE.ordinal())).operations());
		assertThatExceptionOfType(MalformedMessageException.class)
			.isThrownBy(() -> Messages.read(Command.WRITE, Messages.bytes(write)))
			.withMessageContaining("first counter");
	}

	@Example
	void anErrorNamesTheField() {
		assertThatExceptionOfType(MalformedMessageException.class)
			.isThrownBy(() -> Messages.read(Command.PONG, new byte[8]))
			.withMessage("server time needs 8 bytes, the frame has 0 left");
	}

	@Provide
	Arbitrary<Message> messages() {
		return Messages.any();
	}

}
