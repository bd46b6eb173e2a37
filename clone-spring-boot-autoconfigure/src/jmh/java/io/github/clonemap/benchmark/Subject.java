package io.github.clonemap.benchmark;

import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * What is measured, and what it is measured beside.
 */
enum Subject {

	/** Clone. Where latency is measured a listener tells that an update is there. */
	CLONE(Kind.CLONE),

	/** Clone without a listener: an update is there when it can be read from the map. */
	CLONE_MAP(Kind.CLONE) {

		@Override
		Sink read(int port, int count, Load load, Sink.@Nullable Seen seen) throws Exception {
			return CloneSubject.readWithoutListener(port, load, seen);
		}

	},

	/** Clone, with the server in the writer's process. */
	CLONE_HOSTED(Kind.CLONE) {

		@Override
		boolean isHostedByWriter() {
			return true;
		}

	},

	/** Clone, with a pair of servers in sync, each in a process of its own. */
	CLONE_PAIR(Kind.CLONE) {

		@Override
		Service serve() {
			return CloneSubject.servePair();
		}

	},

	/** Clone, with bare sockets that hear its stream in place of clients. */
	CLONE_STREAM(Kind.CLONE) {

		@Override
		Sink read(int port, int count, Load load, Sink.@Nullable Seen seen) throws Exception {
			return StreamSink.ofClone(port, count);
		}

	},

	/** A hub such as one writes in an afternoon: five frames, no safety. */
	HUB(Kind.HUB),

	/** The same hub, with bare sockets in place of readers that keep what they hear. */
	HUB_STREAM(Kind.HUB) {

		@Override
		Sink read(int port, int count, Load load, Sink.@Nullable Seen seen) throws Exception {
			return StreamSink.ofHub(port, count);
		}

	},

	/** TCP from the writer to each reader, nothing in between. */
	TCP(Kind.TCP);

	private final Kind kind;

	Subject(Kind kind) {
		this.kind = kind;
	}

	/**
	 * Starts what stands in the middle.
	 */
	Service serve() {
		return switch (this.kind) {
			case CLONE -> CloneSubject.serve();
			case HUB -> HubSubject.serve();
			case TCP -> throw new UnsupportedOperationException("There is nothing in the middle");
		};
	}

	/**
	 * Whether what stands in the middle has a process of its own.
	 */
	boolean hasServer() {
		return this.kind != Kind.TCP && !isHostedByWriter();
	}

	/**
	 * Whether what stands in the middle runs in the writer's process.
	 */
	boolean isHostedByWriter() {
		return false;
	}

	/**
	 * Connects a writer.
	 * @param port where the service listens
	 * @param readers where readers listen
	 */
	Source write(int port, List<Integer> readers) throws Exception {
		return switch (this.kind) {
			case CLONE -> CloneSubject.write(port);
			case HUB -> HubSubject.write(port);
			case TCP -> TcpSubject.write(readers);
		};
	}

	/**
	 * Connects readers; they are ready when this returns.
	 * @param port where the service listens
	 * @param count how many readers
	 * @param load what will come
	 * @param seen hears of updates, {@code null} where nobody measures latency
	 */
	Sink read(int port, int count, Load load, Sink.@Nullable Seen seen) throws Exception {
		return switch (this.kind) {
			case CLONE -> CloneSubject.read(port, count, seen);
			case HUB -> HubSubject.read(port, count, seen);
			case TCP -> TcpSubject.read(seen);
		};
	}

	/**
	 * Its name in results.
	 */
	String label() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	/**
	 * What the middle is.
	 */
	private enum Kind {

		/** A server of ours. */
		CLONE,

		/** The plain hub. */
		HUB,

		/** Nothing. */
		TCP

	}

}
