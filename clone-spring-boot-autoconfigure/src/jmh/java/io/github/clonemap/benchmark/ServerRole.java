package io.github.clonemap.benchmark;

/**
 * The middle: says {@code port}, and answers {@code mark}.
 */
final class ServerRole extends Role {

	private final Service service;

	ServerRole(Subject subject) {
		this.service = subject.serve();
		say("port", this.service.port());
	}

	@Override
	void obey(String[] words) {
		say("mark", Mark.now(this.service.updates()).toLine());
	}

	@Override
	public void close() throws Exception {
		this.service.close();
	}

}
