package io.github.clonemap.client;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import java.util.function.Predicate;

import io.github.clonemap.protocol.Command;
import io.github.clonemap.server.Route;
import io.github.clonemap.server.ServerTransport;

/**
 * A network in memory that can be broken in seeded ways: messages are dropped, delayed,
 * sent twice, or cut off in one direction. As with ZeroMQ, each of the channels between
 * two peers (requests, replies, subscriptions, stream) keeps its own order, and none of
 * them knows of the others.
 */
final class LocalNetwork {

	private static final int STREAM_LIMIT = 64;

	private final List<Link> links = new ArrayList<>();

	private final Map<Route, Link> linksByRoute = new LinkedHashMap<>();

	private final Random random;

	private final ManualClock clock;

	private final Consumer<byte[]> tap;

	private ServerTransport.Handler server;

	private int routes;

	int dropPercent;

	int duplicatePercent;

	long maxDelayNanos;

	LocalNetwork(Random random, ManualClock clock, Consumer<byte[]> tap) {
		this.random = random;
		this.clock = clock;
		this.tap = tap;
	}

	/**
	 * The server is up: connections that were there find it, with new routes.
	 */
	void serverStarted(ServerTransport.Handler server) {
		this.server = server;
		this.linksByRoute.clear();
		this.links.forEach(Link::reconnect);
	}

	/**
	 * The server is gone, and with it what was under way.
	 */
	void serverCrashed() {
		this.server = null;
		this.linksByRoute.clear();
		this.links.forEach(Link::clear);
	}

	ServerTransport serverTransport() {
		return new ServerTransport() {

			@Override
			public void reply(Route route, Command command, byte[] body) {
				Link link = LocalNetwork.this.linksByRoute.get(route);
				if (link != null) {
					link.down(link.replies, (handler) -> handler.onReply(command.frame(), body));
				}
			}

			@Override
			public void publish(byte[] frame) {
				LocalNetwork.this.tap.accept(frame);
				for (Link link : LocalNetwork.this.links) {
					if (link.subscribed && startsWith(frame, link.topic) && link.stream.size() < STREAM_LIMIT
							&& !link.port.losing.test(frame)) {
						link.down(link.stream, (handler) -> handler.onStream(frame));
					}
				}
			}

		};
	}

	/**
	 * Somebody sends what is no message, or none that belongs here: to the server from a
	 * route that it does not know, and to every client.
	 */
	void sendGarbage() {
		byte[] body = new byte[this.random.nextInt(80)];
		this.random.nextBytes(body);
		byte[] command = this.random.nextBoolean() ? body
				: Command.values()[this.random.nextInt(Command.values().length)].frame();
		if (this.server != null) {
			this.server.onRequest(new Route(new byte[] { 0 }), command, body);
			this.server.onSubscribed(body);
		}
		for (Link link : List.copyOf(this.links)) {
			link.port.handler.onReply(command, body);
			link.port.handler.onStream(body);
		}
	}

	ClientPort client() {
		return new ClientPort();
	}

	/**
	 * Delivers what is due, one message of a random channel after the other.
	 * @return how many messages
	 */
	int deliver(int limit) {
		int delivered = 0;
		while (delivered < limit) {
			List<Runnable> due = new ArrayList<>();
			for (Link link : List.copyOf(this.links)) {
				link.addDue(due);
			}
			if (due.isEmpty()) {
				break;
			}
			due.get(this.random.nextInt(due.size())).run();
			delivered++;
		}
		return delivered;
	}

	private static boolean startsWith(byte[] frame, byte[] topic) {
		return frame.length >= topic.length && Arrays.equals(frame, 0, topic.length, topic, 0, topic.length);
	}

	private record Packet<T>(long dueNanos, Consumer<T> delivery) {

	}

	/**
	 * What one client has of the network.
	 */
	final class ClientPort implements ClientTransport {

		private ClientTransport.Handler handler;

		private Link link;

		boolean cutUp;

		/**
		 * Whether what is sent to the server waits, as behind a connection that is full.
		 */
		boolean stopped;

		private final Map<String, Integer> sent = new LinkedHashMap<>();

		boolean cutDown;

		/**
		 * Which messages of the stream are lost.
		 */
		Predicate<byte[]> losing = (frame) -> false;

		long lastDeliveryNanos;

		/**
		 * How many requests of some kind were sent.
		 */
		int sent(String command) {
			return this.sent.getOrDefault(command, 0);
		}

		void setHandler(ClientTransport.Handler handler) {
			this.handler = handler;
		}

		@Override
		public void connect(ServerEndpoint endpoint, byte[] topic) {
			disconnect();
			this.link = new Link(this, topic);
			LocalNetwork.this.links.add(this.link);
			this.link.reconnect();
		}

		@Override
		public void disconnect() {
			if (this.link != null) {
				this.link.close();
				this.link = null;
			}
		}

		@Override
		public void send(Command command, byte[] body) {
			Link link = this.link;
			this.sent.merge(command.name(), 1, Integer::sum);
			if (link != null) {
				link.up(link.requests, (server) -> server.onRequest(link.route, command.frame(), body));
			}
		}

	}

	/**
	 * One connection of a client: four channels.
	 */
	private final class Link {

		private final Deque<Packet<ServerTransport.Handler>> requests = new ArrayDeque<>();

		private final Deque<Packet<ServerTransport.Handler>> subscriptions = new ArrayDeque<>();

		private final Deque<Packet<ClientTransport.Handler>> replies = new ArrayDeque<>();

		private final Deque<Packet<ClientTransport.Handler>> stream = new ArrayDeque<>();

		private final ClientPort port;

		private final byte[] topic;

		private Route route;

		private boolean subscribed;

		Link(ClientPort port, byte[] topic) {
			this.port = port;
			this.topic = topic;
		}

		void reconnect() {
			clear();
			if (LocalNetwork.this.server != null) {
				this.route = new Route(ByteBuffer.allocate(4).putInt(++LocalNetwork.this.routes).array());
				LocalNetwork.this.linksByRoute.put(this.route, this);
				up(this.subscriptions, (server) -> {
					this.subscribed = true;
					server.onSubscribed(this.topic);
				});
			}
		}

		void clear() {
			this.requests.clear();
			this.subscriptions.clear();
			this.replies.clear();
			this.stream.clear();
			this.subscribed = false;
		}

		void close() {
			boolean wasSubscribed = this.subscribed;
			clear();
			LocalNetwork.this.links.remove(this);
			LocalNetwork.this.linksByRoute.remove(this.route);
			boolean last = LocalNetwork.this.links.stream()
				.noneMatch((other) -> other.subscribed && Arrays.equals(other.topic, this.topic));
			// The tap's own subscription, to everything, never ends.
			if (wasSubscribed && last && this.topic.length > 1 && LocalNetwork.this.server != null) {
				LocalNetwork.this.server.onUnsubscribed(this.topic);
			}
		}

		void up(Deque<Packet<ServerTransport.Handler>> channel, Consumer<ServerTransport.Handler> delivery) {
			if (LocalNetwork.this.server != null && !this.port.cutUp) {
				enqueue(channel, delivery);
			}
		}

		void down(Deque<Packet<ClientTransport.Handler>> channel, Consumer<ClientTransport.Handler> delivery) {
			if (!this.port.cutDown) {
				enqueue(channel, delivery);
			}
		}

		private <T> void enqueue(Deque<Packet<T>> channel, Consumer<T> delivery) {
			Random random = LocalNetwork.this.random;
			if (random.nextInt(100) < LocalNetwork.this.dropPercent) {
				return;
			}
			int copies = (random.nextInt(100) < LocalNetwork.this.duplicatePercent) ? 2 : 1;
			for (int i = 0; i < copies; i++) {
				long due = LocalNetwork.this.clock.nanoTime() + ((LocalNetwork.this.maxDelayNanos > 0)
						? random.nextLong(LocalNetwork.this.maxDelayNanos) : 0);
				if (!channel.isEmpty()) {
					due = Math.max(due, channel.getLast().dueNanos());
				}
				channel.addLast(new Packet<>(due, delivery));
			}
		}

		void addDue(List<Runnable> due) {
			if (LocalNetwork.this.server != null) {
				if (!this.port.stopped) {
					addDue(this.requests, LocalNetwork.this.server, this.port.cutUp, due);
				}
				addDue(this.subscriptions, LocalNetwork.this.server, this.port.cutUp, due);
			}
			addDue(this.replies, this.port.handler, this.port.cutDown, due);
			if (this.port.handler.wantsStream()) {
				addDue(this.stream, this.port.handler, this.port.cutDown, due);
			}
		}

		private <T> void addDue(Deque<Packet<T>> channel, T receiver, boolean cut, List<Runnable> due) {
			if (cut) {
				channel.clear();
			}
			Packet<T> first = channel.peekFirst();
			if (first != null && first.dueNanos() <= LocalNetwork.this.clock.nanoTime()) {
				due.add(() -> {
					channel.removeFirst();
					if (receiver == this.port.handler) {
						this.port.lastDeliveryNanos = LocalNetwork.this.clock.nanoTime();
					}
					first.delivery().accept(receiver);
				});
			}
		}

	}

}
