package io.github.clonemap.zeromq;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

import zmq.Command;
import zmq.IMailbox;

/**
 * The mailbox of JeroMQ's loop where that runs on the thread which uses the sockets: what
 * the thread tells itself needs no pipe to wake it up, which would take two system calls
 * for each command. What other threads have to say goes into JeroMQ's own mailbox.
 */
final class LoopMailbox implements IMailbox {

	private final Deque<Command> commands = new ArrayDeque<>();

	private final IMailbox mailbox;

	private final Thread thread;

	private final Consumer<RuntimeException> onFailure;

	/**
	 * Creates the mailbox.
	 * @param mailbox the one of JeroMQ
	 * @param thread the thread of the loop
	 * @param onFailure hears of commands that fail
	 */
	LoopMailbox(IMailbox mailbox, Thread thread, Consumer<RuntimeException> onFailure) {
		this.mailbox = mailbox;
		this.thread = thread;
		this.onFailure = onFailure;
	}

	@Override
	public void send(Command command) {
		if (Thread.currentThread() == this.thread) {
			this.commands.add(command);
		}
		else {
			this.mailbox.send(command);
		}
	}

	/**
	 * Whether the thread has told itself nothing that is not done yet.
	 */
	boolean isEmpty() {
		return this.commands.isEmpty();
	}

	/**
	 * Does what the thread has told itself.
	 */
	void process() {
		Command command;
		while ((command = this.commands.poll()) != null) {
			try {
				command.process();
			}
			catch (RuntimeException ex) {
				this.onFailure.accept(ex);
			}
		}
	}

	@Override
	public Command recv(long timeout) {
		return this.mailbox.recv(timeout);
	}

	@Override
	public void close() throws IOException {
		this.mailbox.close();
	}

}
