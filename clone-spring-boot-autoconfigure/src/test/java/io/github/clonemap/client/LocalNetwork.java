package io.github.clonemap.client;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.ObjIntConsumer;
import java.util.function.Predicate;

import io.github.clonemap.protocol.Command;
import io.github.clonemap.server.Route;
import io.github.clonemap.server.ServerTransport;

/**
 * A network in memory that can be broken in seeded ways: messages are dropped, delayed,
 * sent twice, or cut off in one direction. As with ZeroMQ, each of the channels between
 * two peers (requests, replies, subscriptions, stream) keeps its own order, and none of
 * them knows of the others. There is a place for each server; the two servers of a pair
 * have channels of their own.
 */
final class LocalNetwork {

	private static final int STREAM_LIMIT = 64;

	private final List<Link> links = new ArrayList<>();

	private final Map<Route, Link> linksByRoute = new LinkedHashMap<>();

	private final Random random;

	private final ManualClock clock;

	private final Consumer<byte[]> tap;

	private final List<Place> places = new ArrayList<>();

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
	 * A place where a server can be.
	 */
	Place place(ServerEndpoint endpoint) {
		Place place = new Place(endpoint);
		this.places.add(place);
		return place;
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
		for (Place place : this.places) {
			if (place.isRunning()) {
				lend(body,
						(bytes, length) -> place.server.onRequest(new Route(new byte[] { 0 }), command, bytes, length));
				place.server.onSubscribed(body);
			}
		}
		for (Link link : List.copyOf(this.links)) {
			lend(body, (bytes, length) -> link.port.handler.onReply(command, bytes, length));
			lend(body, (bytes, length) -> link.port.handler.onStream(bytes, length));
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
			for (Place place : this.places) {
				place.addDue(due);
			}
			if (due.isEmpty()) {
				break;
			}
			due.get(this.random.nextInt(due.size())).run();
			delivered++;
		}
		return delivered;
	}

	/**
	 * Hands bytes over as the sockets do: in an array that is longer, and is written over
	 * afterwards.
	 */
	private static void lend(byte[] bytes, ObjIntConsumer<byte[]> hearer) {
		byte[] lent = Arrays.copyOf(bytes, bytes.length + 16);
		hearer.accept(lent, bytes.length);
		Arrays.fill(lent, (byte) 0xEE);
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

		private final Set<Place> cutOff = new HashSet<>();

		private final Map<Place, NavigableSet<Long>> answeredNanos = new HashMap<>();

		/**
		 * Which messages of the stream are lost.
		 */
		Predicate<byte[]> losing = (frame) -> false;

		/**
		 * Which replies are lost.
		 */
		Predicate<Command> losingReplies = (command) -> false;

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

		/**
		 * When a server answered a ping, and so knew this client's session.
		 */
		NavigableSet<Long> answeredNanos(Place place) {
			return this.answeredNanos.computeIfAbsent(place, (key) -> new TreeSet<>());
		}

		/**
		 * Cuts this client off from a server, in both directions.
		 */
		void cutOff(Place place) {
			this.cutOff.add(place);
		}

		void heal() {
			this.cutUp = false;
			this.cutDown = false;
			this.cutOff.clear();
		}

		private boolean isCutUp(Place place) {
			return this.cutUp || this.cutOff.contains(place);
		}

		private boolean isCutDown(Place place) {
			return this.cutDown || this.cutOff.contains(place);
		}

		@Override
		public void connect(ServerEndpoint endpoint, byte[] topic) {
			disconnect();
			Place place = LocalNetwork.this.places.stream()
				.filter((each) -> each.endpoint.equals(endpoint))
				.findFirst()
				.orElseThrow();
			this.link = new Link(this, place, topic);
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
				link.up(link.requests, (server) -> lend(body,
						(bytes, length) -> server.onRequest(link.route, command.frame(), bytes, length)));
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

		private final Place place;

		private final byte[] topic;

		private Route route;

		private boolean subscribed;

		Link(ClientPort port, Place place, byte[] topic) {
			this.port = port;
			this.place = place;
			this.topic = topic;
		}

		void reconnect() {
			clear();
			if (this.place.server == null && this.place.refuses) {
				down(this.replies, ClientTransport.Handler::onRefused);
			}
			if (this.place.server != null) {
				this.route = newRoute();
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
				.noneMatch((other) -> other.place == this.place && other.subscribed
						&& Arrays.equals(other.topic, this.topic));
			// The tap's own subscription, to everything, never ends.
			if (wasSubscribed && last && this.topic.length > 1 && this.place.server != null) {
				this.place.server.onUnsubscribed(this.topic);
			}
		}

		void up(Deque<Packet<ServerTransport.Handler>> channel, Consumer<ServerTransport.Handler> delivery) {
			if (this.place.server != null && !this.port.isCutUp(this.place)) {
				enqueue(channel, delivery);
			}
		}

		void down(Deque<Packet<ClientTransport.Handler>> channel, Consumer<ClientTransport.Handler> delivery) {
			if (!this.port.isCutDown(this.place)) {
				enqueue(channel, delivery);
			}
		}

		void addDue(List<Runnable> due) {
			if (this.place.isRunning()) {
				if (!this.port.stopped) {
					addDue(this.requests, this.place.server, this.port.isCutUp(this.place), due);
				}
				addDue(this.subscriptions, this.place.server, this.port.isCutUp(this.place), due);
			}
			addDue(this.replies, this.port.handler, this.port.isCutDown(this.place), due);
			if (this.port.handler.wantsStream()) {
				addDue(this.stream, this.port.handler, this.port.isCutDown(this.place), due);
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

	private <T> void enqueue(Deque<Packet<T>> channel, Consumer<T> delivery) {
		if (this.random.nextInt(100) < this.dropPercent) {
			return;
		}
		int copies = (this.random.nextInt(100) < this.duplicatePercent) ? 2 : 1;
		for (int i = 0; i < copies; i++) {
			enqueue(channel, delivery, this.maxDelayNanos);
		}
	}

	private <T> void enqueue(Deque<Packet<T>> channel, Consumer<T> delivery, long maxDelayNanos) {
		long due = this.clock.nanoTime() + ((maxDelayNanos > 0) ? this.random.nextLong(maxDelayNanos) : 0);
		if (!channel.isEmpty()) {
			due = Math.max(due, channel.getLast().dueNanos());
		}
		channel.addLast(new Packet<>(due, delivery));
	}

	/**
	 * A place where a server can be, with its channels to the other server of a pair. The
	 * connections between the two lose nothing while they stand, but they may break.
	 */
	final class Place implements ServerTransport {

		private final Deque<Packet<ServerTransport.Handler>> states = new ArrayDeque<>();

		private final Deque<Packet<ServerTransport.Handler>> requests = new ArrayDeque<>();

		private final Deque<Packet<ServerTransport.Handler>> replies = new ArrayDeque<>();

		private final Deque<Packet<ServerTransport.Handler>> writes = new ArrayDeque<>();

		private final ServerEndpoint endpoint;

		private ServerTransport.Handler server;

		private Place peer;

		private Route peerRoute;

		boolean frozen;

		/**
		 * Whether clients learn that nobody is there.
		 */
		boolean refuses;

		/**
		 * Whether clients of RFC 12 can come.
		 */
		boolean hasChpDoor;

		/**
		 * Whether nothing of this server reaches its peer.
		 */
		boolean cutFromPeer;

		long maxPeerDelayNanos;

		Place(ServerEndpoint endpoint) {
			this.endpoint = endpoint;
		}

		void join(Place other) {
			this.peer = other;
			other.peer = this;
		}

		/**
		 * The server is up: connections that were there find it, with new routes.
		 */
		void started(ServerTransport.Handler server) {
			this.server = server;
			this.frozen = false;
			breakPeerConnections();
			links().forEach(Link::reconnect);
		}

		/**
		 * The server is gone, and with it what was under way.
		 */
		void crashed() {
			this.server = null;
			this.frozen = false;
			this.writes.clear();
			breakPeerConnections();
			links().forEach((link) -> {
				link.clear();
				LocalNetwork.this.linksByRoute.remove(link.route);
				if (this.refuses) {
					link.down(link.replies, ClientTransport.Handler::onRefused);
				}
			});
		}

		boolean isRunning() {
			return this.server != null && !this.frozen;
		}

		/**
		 * Somebody whom nobody knows sends a request.
		 */
		void hearStranger(Command command, byte[] body) {
			if (isRunning()) {
				this.server.onRequest(newRoute(), command.frame(), body);
			}
		}

		/**
		 * The connections to the peer break, and are made anew.
		 */
		void breakPeerConnections() {
			for (Place place : (this.peer != null) ? List.of(this, this.peer) : List.of(this)) {
				place.states.clear();
				place.requests.clear();
				place.replies.clear();
				place.peerRoute = newRoute();
			}
		}

		/**
		 * A client of RFC 12 writes: late perhaps, but only what comes to a server that
		 * is down is lost.
		 */
		void write(byte[][] frames) {
			if (this.server != null) {
				enqueue(this.writes, (server) -> server.onChpWrite(frames), LocalNetwork.this.maxDelayNanos);
			}
		}

		@Override
		public boolean hasChpDoor() {
			return this.hasChpDoor;
		}

		@Override
		public void reply(Route route, Command command, byte[] body) {
			Link link = LocalNetwork.this.linksByRoute.get(route);
			if (link != null && link.place == this) {
				if (command == Command.PONG) {
					link.port.answeredNanos(this).add(LocalNetwork.this.clock.nanoTime());
				}
				if (!link.port.losingReplies.test(command)) {
					link.down(link.replies, (handler) -> lend(body,
							(bytes, length) -> handler.onReply(command.frame(), bytes, length)));
				}
			}
			else if (this.peer != null && route.equals(this.peer.peerRoute)) {
				toPeer(this.replies, (server) -> server.onPeerReply(command.frame(), body));
			}
		}

		@Override
		public void publish(byte[] frame) {
			LocalNetwork.this.tap.accept(frame);
			for (Link link : links()) {
				if (link.subscribed && startsWith(frame, link.topic) && link.stream.size() < STREAM_LIMIT
						&& !link.port.losing.test(frame)) {
					link.down(link.stream, (handler) -> lend(frame, handler::onStream));
				}
			}
		}

		@Override
		public void publishState(byte[] frame) {
			toPeer(this.states, (server) -> server.onPeerState(frame));
		}

		@Override
		public void sendToPeer(Command command, byte[] body) {
			Route route = this.peerRoute;
			toPeer(this.requests,
					(server) -> lend(body, (bytes, length) -> server.onRequest(route, command.frame(), bytes, length)));
		}

		private void toPeer(Deque<Packet<ServerTransport.Handler>> channel,
				Consumer<ServerTransport.Handler> delivery) {
			if (this.peer != null && this.peer.server != null && !this.cutFromPeer) {
				enqueue(channel, delivery, this.maxPeerDelayNanos);
			}
		}

		private void addDue(List<Runnable> due) {
			Packet<ServerTransport.Handler> write = this.writes.peekFirst();
			if (write != null && isRunning() && write.dueNanos() <= LocalNetwork.this.clock.nanoTime()) {
				due.add(() -> {
					this.writes.removeFirst();
					write.delivery().accept(this.server);
				});
			}
			for (Deque<Packet<ServerTransport.Handler>> channel : List.of(this.states, this.requests, this.replies)) {
				if (this.cutFromPeer) {
					channel.clear();
				}
				Packet<ServerTransport.Handler> first = channel.peekFirst();
				if (first != null && this.peer.isRunning() && first.dueNanos() <= LocalNetwork.this.clock.nanoTime()) {
					due.add(() -> {
						channel.removeFirst();
						first.delivery().accept(this.peer.server);
					});
				}
			}
		}

		private List<Link> links() {
			return LocalNetwork.this.links.stream().filter((link) -> link.place == this).toList();
		}

	}

	private Route newRoute() {
		return new Route(ByteBuffer.allocate(4).putInt(++this.routes).array());
	}

}
