package io.github.clonemap.binarystar;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

import io.github.clonemap.binarystar.BinaryStar.Copy;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Plays every order of events of two {@link BinaryStar} machines, breadth first, up to a
 * number of states ({@code -Dclone.test.states}): messages between the two, one channel
 * in each direction that keeps its order, heartbeats, crashes, freezes and restarts of
 * either, clients that ask either, copies that become complete, break, and count.
 * <p>
 * An active server that <em>counts</em> its peer commits nothing that the peer does not
 * have; one that does not may commit alone. As long as the link is up (what is sent
 * arrives before the peer time-out unless the receiver is frozen or the sender crashes)
 * and the second server does not fail before it has heard of the first one's failure:
 * <ol>
 * <li><b>There are never two active servers that may both commit alone.</b> Two may be
 * active for a moment, when one was frozen; but that one still counts the other, which
 * follows it no longer, so it commits nothing until it hears of the other and steps down.
 * A frozen server is one that might run again in the middle of a turn, so it is included.
 * </li>
 * <li><b>Who takes over with a current copy has all that was committed</b> by
 * anybody.</li>
 * <li><b>Exactly one becomes active</b> in a bounded time, from every state that can be
 * reached, once both run, the link is up and clients ask; and the other one follows it
 * with a current copy.</li>
 * </ol>
 * When the link may break the first two cannot hold, as nobody can tell a broken link
 * from a lost server; the third must.
 */
class BinaryStarModelTests {

	private static final Logger logger = LoggerFactory.getLogger(BinaryStarModelTests.class);

	/**
	 * In heartbeats; four of them, so that one is no freeze for an active server.
	 */
	private static final int TIMEOUT = 4;

	/**
	 * How many heartbeats may go by until all is well again: two time-outs to notice,
	 * some to tell.
	 */
	private static final int BOUND = 4 * TIMEOUT;

	private static final int EPOCH_BITS = 20;

	private static final List<Field> FIELDS = Arrays.stream(BinaryStar.class.getDeclaredFields())
		.filter((field) -> !Modifier.isStatic(field.getModifiers()) && !Modifier.isFinal(field.getModifiers()))
		.toList();

	static {
		FIELDS.forEach((field) -> field.setAccessible(true));
	}

	@Test
	void whileTheLinkIsUpNoTwoServersCommitAloneAndNothingCommittedIsLost() {
		explore(false, false, Integer.getInteger("clone.test.states", 80_000));
	}

	@Test
	void withABackupThatMayStartAloneExactlyOneServerBecomesActive() {
		explore(true, true, Integer.getInteger("clone.test.states", 20_000));
	}

	@Test
	void afterAnyPartitionExactlyOneServerBecomesActive() {
		explore(true, false, Integer.getInteger("clone.test.states", 40_000));
	}

	private static void explore(boolean partitions, boolean startsAlone, int limit) {
		Set<String> seen = new HashSet<>();
		Deque<Step> open = new ArrayDeque<>();
		World first = new World(partitions, startsAlone);
		World well = first.copy();
		well.passUntilWell();
		World failedOver = well.copy();
		failedOver.crash(failedOver.hosts[0]);
		for (int i = 0; i <= TIMEOUT; i++) {
			failedOver.tick();
		}
		failedOver.ask(failedOver.hosts[1]);
		failedOver.heal();
		failedOver.passUntilWell();
		for (Step start : List.of(new Step(null, "both start", first, 0),
				new Step(null, "the backup follows the primary", well, 0),
				new Step(null, "the primary follows the backup", failedOver, 0))) {
			seen.add(start.world().key());
			open.add(start);
		}
		Step step = open.getFirst();
		int explored = 0;
		while (!open.isEmpty() && explored < limit) {
			step = open.removeFirst();
			explored++;
			try {
				checkThatOneBecomesActive(step);
			}
			catch (AssertionError ex) {
				throw new AssertionError(ex.getMessage() + step.story(), ex);
			}
			for (Event event : Event.values()) {
				for (int host = 0; host < 2; host++) {
					World next = step.world().copy();
					if (!event.isPossible(next, host)) {
						continue;
					}
					Step after = new Step(step, event + " " + host, next, step.depth() + 1);
					try {
						event.happen(next, host);
						next.check();
					}
					catch (AssertionError ex) {
						throw new AssertionError(ex.getMessage() + after.story(), ex);
					}
					if (seen.add(next.key())) {
						open.addLast(after);
					}
				}
			}
		}
		logger.info("{} states explored, {} seen, {} events deep", explored, seen.size(), step.depth());
		System.out.printf("Binary Star: %,d states explored, %,d seen, up to %d events deep%n", explored, seen.size(),
				step.depth());
		assertThat(explored).isGreaterThan(1000);
	}

	private static void checkThatOneBecomesActive(Step step) {
		World world = step.world().copy();
		world.heal();
		world.passUntilWell();
	}

	/**
	 * What may happen next, to either server.
	 */
	private enum Event {

		/** A heartbeat's time goes by, for both. */
		TIME {
			@Override
			boolean isPossible(World world, int host) {
				// What is sent arrives before the next but one heartbeat.
				return host == 0 && world.hosts[0].isFresh(world) && world.hosts[1].isFresh(world);
			}

			@Override
			void happen(World world, int host) {
				world.tick();
			}
		},

		/** The next message of the peer arrives. */
		ARRIVAL {
			@Override
			boolean isPossible(World world, int host) {
				return world.hosts[host].runs() && !world.hosts[host].inbox.isEmpty();
			}

			@Override
			void happen(World world, int host) {
				world.receive(world.hosts[host]);
			}
		},

		/** A client asks. */
		REQUEST {
			@Override
			boolean isPossible(World world, int host) {
				return world.hosts[host].runs() && world.hosts[host].star.state() != BinaryStarState.ACTIVE;
			}

			@Override
			void happen(World world, int host) {
				world.ask(world.hosts[host]);
			}
		},

		/** An active server that counts nobody commits a write. */
		COMMIT {
			@Override
			boolean isPossible(World world, int host) {
				// A second one before the other has the first would change nothing.
				return world.hosts[host].runs() && world.hosts[host].mayCommitAlone()
						&& world.hosts[host].sequence <= world.hosts[1 - host].sequence;
			}

			@Override
			void happen(World world, int host) {
				world.commit(world.hosts[host]);
			}
		},

		/** The passive server's copy becomes complete. */
		COPIED {
			@Override
			boolean isPossible(World world, int host) {
				return world.mayCopy(world.hosts[host]);
			}

			@Override
			void happen(World world, int host) {
				world.copyTo(world.hosts[host]);
			}
		},

		/** The active server counts the passive one from now on, and says so. */
		COUNTED {
			@Override
			boolean isPossible(World world, int host) {
				return world.mayCount(world.hosts[host]);
			}

			@Override
			void happen(World world, int host) {
				world.count(world.hosts[host]);
			}
		},

		/** What the passive server got did not fit. */
		BROKEN {
			@Override
			boolean isPossible(World world, int host) {
				Host passive = world.hosts[host];
				return passive.runs() && passive.star.state() == BinaryStarState.PASSIVE && passive.copiedFrom != 0;
			}

			@Override
			void happen(World world, int host) {
				world.hosts[host].star.onCopyLost();
				world.hosts[host].copiedFrom = 0;
				world.flush(world.hosts[host]);
			}
		},

		/** The active server hears that a passive one that it counts needs a copy. */
		WITHDRAWN {
			@Override
			boolean isPossible(World world, int host) {
				Host active = world.hosts[host];
				Host passive = world.hosts[1 - host];
				return world.areJoined() && active.runs() && passive.runs() && active.counted == passive.id
						&& passive.star.state() == BinaryStarState.PASSIVE && passive.copiedFrom != active.id;
			}

			@Override
			void happen(World world, int host) {
				world.hosts[host].counted = 0;
				world.flush(world.hosts[host]);
			}
		},

		/** A server crashes, and what it has sent is lost with it. */
		CRASH_WITH_LOSS {
			@Override
			boolean isPossible(World world, int host) {
				return CRASH.isPossible(world, host) && !world.hosts[1 - host].inbox.isEmpty();
			}

			@Override
			void happen(World world, int host) {
				world.hosts[1 - host].inbox.clear();
				CRASH.happen(world, host);
			}
		},

		/** A server crashes, and what it has sent still arrives. */
		CRASH {
			@Override
			boolean isPossible(World world, int host) {
				Host other = world.hosts[1 - host];
				return world.hosts[host].isUp() && (!other.isUp() || (!other.frozen && world.isCalm()));
			}

			@Override
			void happen(World world, int host) {
				world.crash(world.hosts[host]);
			}
		},

		/** A server that has crashed starts anew. */
		RESTART {
			@Override
			boolean isPossible(World world, int host) {
				return !world.hosts[host].isUp();
			}

			@Override
			void happen(World world, int host) {
				world.start(world.hosts[host]);
			}
		},

		/** A server does not run for a while. */
		FREEZE {
			@Override
			boolean isPossible(World world, int host) {
				return world.hosts[host].runs() && world.hosts[1 - host].runs() && world.isCalm()
						&& world.knowEachOther();
			}

			@Override
			void happen(World world, int host) {
				world.hosts[host].frozen = true;
			}
		},

		/** It runs again. */
		THAW {
			@Override
			boolean isPossible(World world, int host) {
				return world.hosts[host].frozen;
			}

			@Override
			void happen(World world, int host) {
				world.thaw(world.hosts[host]);
			}
		},

		/** Nothing of a server reaches the other one. */
		CUT {
			@Override
			boolean isPossible(World world, int host) {
				return world.partitions && !world.hosts[host].cut;
			}

			@Override
			void happen(World world, int host) {
				world.hosts[host].cut = true;
				world.hosts[1 - host].inbox.clear();
			}
		},

		/** The link is up again. */
		JOIN {
			@Override
			boolean isPossible(World world, int host) {
				return world.hosts[host].cut;
			}

			@Override
			void happen(World world, int host) {
				world.hosts[host].cut = false;
			}
		};

		abstract boolean isPossible(World world, int host);

		abstract void happen(World world, int host);

	}

	/**
	 * Two servers, and what is under way between them.
	 */
	private static final class World {

		private final Host[] hosts = new Host[2];

		private final boolean partitions;

		private final boolean startsAlone;

		private int now = 100;

		private int thawedAt;

		private long lastId;

		private long number;

		private long writes;

		private long committed;

		World(boolean partitions, boolean startsAlone) {
			this.partitions = partitions;
			this.startsAlone = startsAlone;
			for (BinaryStarRole role : BinaryStarRole.values()) {
				this.hosts[role.ordinal()] = new Host(role);
			}
			start(this.hosts[0]);
			start(this.hosts[1]);
		}

		private World(World other) {
			this.partitions = other.partitions;
			this.startsAlone = other.startsAlone;
			this.now = other.now;
			this.thawedAt = other.thawedAt;
			this.lastId = other.lastId;
			this.number = other.number;
			this.writes = other.writes;
			this.committed = other.committed;
			this.hosts[0] = new Host(other.hosts[0], this);
			this.hosts[1] = new Host(other.hosts[1], this);
		}

		World copy() {
			return new World(this);
		}

		void check() {
			if (!this.partitions) {
				assertThat(this.hosts[0].mayCommitAlone() && this.hosts[1].mayCommitAlone())
					.as("both servers may commit alone")
					.isFalse();
			}
		}

		boolean areJoined() {
			return !this.hosts[0].cut && !this.hosts[1].cut;
		}

		/**
		 * Whether there is nothing left to be heard of the last failure.
		 */
		boolean isCalm() {
			return this.now > this.thawedAt + 1 && areJoined();
		}

		boolean knowEachOther() {
			return this.hosts[0].knows(this.hosts[1]) && this.hosts[1].knows(this.hosts[0]);
		}

		Host other(Host host) {
			return (host == this.hosts[0]) ? this.hosts[1] : this.hosts[0];
		}

		void start(Host host) {
			host.id = ++this.lastId;
			host.star = host.newStar(this);
			host.sequence = 1L << EPOCH_BITS;
			host.inbox.clear();
			tell(host);
		}

		void crash(Host host) {
			host.star = null;
			host.told = null;
			host.frozen = false;
			host.counted = 0;
			host.copiedFrom = 0;
			host.sequence = 0;
			host.inbox.clear();
			if (!other(host).isUp()) {
				this.committed = 0;
			}
		}

		void thaw(Host host) {
			host.frozen = false;
			this.thawedAt = this.now;
			host.onTick(this.now);
			flush(host);
		}

		void tick() {
			this.now++;
			for (Host host : this.hosts) {
				if (host.runs()) {
					host.onTick(this.now);
					tell(host);
				}
			}
		}

		/**
		 * As the pair does it.
		 */
		void receive(Host host) {
			Packet packet = host.inbox.removeFirst();
			PeerState told = packet.state();
			boolean isNew = !host.isPeer(told.serverId());
			boolean complete = host.copiedFrom != 0;
			host.star.onSequence(host.sequence);
			within(host, (star) -> star.onPeer(new PeerState(told.serverId(), told.number(), told.role(), told.state(),
					told.rank(), told.sequence(), told.hasCopy(), complete ? told.peerInSync() : 0), this.now));
			if (host.star.state() == BinaryStarState.PASSIVE && told.state() == BinaryStarState.ACTIVE
					&& host.copiedFrom != told.serverId()) {
				host.copiedFrom = 0;
			}
			if (host.star.state() == BinaryStarState.ACTIVE && host.isPeer(told.serverId())) {
				if (host.counted != 0 && host.counted != told.serverId()) {
					host.counted = 0;
				}
				if (packet.copiedFrom() == host.id) {
					host.heardAt = this.now;
				}
			}
			flush(host);
			if (isNew && host.isPeer(told.serverId())) {
				tell(host);
			}
		}

		void ask(Host host) {
			within(host, (star) -> star.onClientRequest(this.now));
			flush(host);
		}

		void commit(Host host) {
			host.sequence = (host.sequence >> EPOCH_BITS << EPOCH_BITS) + ++this.writes;
			this.committed = host.sequence;
		}

		/**
		 * A copy comes behind what the active server has told before.
		 */
		boolean mayCopy(Host passive) {
			Host active = other(passive);
			return areJoined() && active.runs() && passive.runs() && active.star.state() == BinaryStarState.ACTIVE
					&& passive.star.state() == BinaryStarState.PASSIVE && passive.star.peer() != null
					&& passive.star.peer().serverId() == active.id && passive.copiedFrom != active.id
					&& active.counted != passive.id && active.isPeer(passive.id)
					&& passive.inbox.stream().noneMatch((packet) -> packet.state().peerInSync() == passive.id);
		}

		void copyTo(Host passive) {
			passive.copiedFrom = other(passive).id;
			passive.sequence = other(passive).sequence;
			passive.star.onCopied();
			passive.star.onSequence(passive.sequence);
			flush(passive);
		}

		boolean mayCount(Host active) {
			Host passive = other(active);
			return areJoined() && active.runs() && passive.runs() && active.star.state() == BinaryStarState.ACTIVE
					&& passive.star.state() == BinaryStarState.PASSIVE && passive.copiedFrom == active.id
					&& active.counted == 0;
		}

		void count(Host active) {
			Host passive = other(active);
			passive.sequence = active.sequence;
			passive.star.onSequence(passive.sequence);
			active.counted = passive.id;
			active.heardAt = this.now;
			flush(active);
		}

		private void within(Host host, Consumer<BinaryStar> work) {
			BinaryStarState before = host.star.state();
			Copy copy = host.star.copy();
			long sequence = host.sequence;
			work.accept(host.star);
			BinaryStarState after = host.star.state();
			if (after == before) {
				return;
			}
			if (after == BinaryStarState.ACTIVE) {
				host.copiedFrom = 0;
				if (copy != Copy.NONE) {
					PeerState peer = host.star.peer();
					long highest = Math.max(sequence, (peer != null) ? peer.sequence() : 0);
					host.sequence = (highest >> EPOCH_BITS) + 1 << EPOCH_BITS;
				}
				host.star.onActive((int) (host.sequence >> EPOCH_BITS));
				if (copy != Copy.CURRENT) {
					// What was committed elsewhere is lost, and this server knows that it
					// may
					// be.
					this.committed = sequence;
				}
				else if (!this.partitions) {
					assertThat(sequence).as("what server %s has that takes over with a current copy", host.role)
						.isGreaterThanOrEqualTo(this.committed);
				}
			}
			else if (before == BinaryStarState.ACTIVE) {
				host.counted = 0;
			}
			tell(host);
		}

		/**
		 * Tells the other one what is new.
		 */
		void flush(Host host) {
			PeerState told = host.told;
			if (told == null || told.state() != host.star.state() || told.peerInSync() != host.counted
					|| told.hasCopy() != host.hasCopy()) {
				tell(host);
			}
		}

		private void tell(Host host) {
			host.told = new PeerState(host.id, ++this.number, host.role, host.star.state(), host.star.rank(),
					host.sequence, host.hasCopy(), host.counted);
			if (!host.cut && other(host) != null && other(host).isUp()) {
				other(host).inbox.addLast(new Packet(host.told, host.copiedFrom, this.now));
			}
		}

		void heal() {
			for (Host host : this.hosts) {
				host.cut = false;
				if (!host.isUp()) {
					start(host);
				}
				else if (host.frozen) {
					thaw(host);
				}
			}
		}

		void passUntilWell() {
			for (int i = 0; i < BOUND; i++) {
				if (isWell()) {
					return;
				}
				passUndisturbed();
			}
			throw new AssertionError("Nobody, or more than one, is active in the end: " + key());
		}

		private void passUndisturbed() {
			tick();
			for (int i = 0; i < 20; i++) {
				for (Host host : this.hosts) {
					if (!host.inbox.isEmpty()) {
						receive(host);
					}
					if (mayCopy(host)) {
						copyTo(host);
					}
					if (mayCount(host)) {
						count(host);
					}
				}
			}
			ask(this.hosts[0]);
			ask(this.hosts[1]);
		}

		private boolean isWell() {
			for (Host host : this.hosts) {
				Host other = other(host);
				if (host.runs() && other.runs() && host.star.state() == BinaryStarState.ACTIVE
						&& other.star.state() == BinaryStarState.PASSIVE && other.star.copy() == Copy.CURRENT
						&& host.counted == other.id && host.inbox.isEmpty() && other.inbox.isEmpty()) {
					return true;
				}
			}
			return false;
		}

		/**
		 * What tells this world from another one: ids, numbers and times only by how they
		 * compare.
		 */
		String key() {
			TreeSet<Long> sequences = new TreeSet<>(List.of(0L, this.committed));
			TreeSet<Long> ids = new TreeSet<>(List.of(0L));
			for (Host host : this.hosts) {
				host.collect(ids, sequences);
			}
			List<Long> sequenceOrder = List.copyOf(sequences);
			List<Long> idOrder = List.copyOf(ids);
			StringBuilder key = new StringBuilder(160);
			for (Host host : this.hosts) {
				host.appendKey(key, this.now, idOrder, sequenceOrder);
			}
			return key.append(sequenceOrder.indexOf(this.committed))
				.append(',')
				.append(Math.min(2, this.now - this.thawedAt))
				.toString();
		}

	}

	/**
	 * A server, with so much of what belongs to it as matters.
	 */
	private static final class Host {

		private final BinaryStarRole role;

		private final Deque<Packet> inbox = new ArrayDeque<>();

		/** {@code null} while it is down. */
		private BinaryStar star;

		private long id;

		private boolean frozen;

		/** Whether nothing of it reaches the other one. */
		private boolean cut;

		/** The last sequence that it has. */
		private long sequence;

		/** The passive server without which it commits nothing. */
		private long counted;

		private int heardAt;

		/** The server whose log it has from a complete copy on. */
		private long copiedFrom;

		private PeerState told;

		Host(BinaryStarRole role) {
			this.role = role;
		}

		Host(Host other, World world) {
			this.role = other.role;
			this.inbox.addAll(other.inbox);
			this.id = other.id;
			this.frozen = other.frozen;
			this.cut = other.cut;
			this.sequence = other.sequence;
			this.counted = other.counted;
			this.heardAt = other.heardAt;
			this.copiedFrom = other.copiedFrom;
			this.told = other.told;
			if (other.star != null) {
				this.star = newStar(world);
				for (Field field : FIELDS) {
					set(field, this.star, get(field, other.star));
				}
			}
		}

		BinaryStar newStar(World world) {
			return new BinaryStar(this.role, this.id, TIMEOUT, world.startsAlone, world.now);
		}

		boolean isUp() {
			return this.star != null;
		}

		boolean runs() {
			return this.star != null && !this.frozen;
		}

		boolean isFresh(World world) {
			return !runs() || this.inbox.isEmpty() || this.inbox.getFirst().sentAt() == world.now;
		}

		boolean hasCopy() {
			return this.star.copy() != Copy.NONE;
		}

		boolean mayCommitAlone() {
			return this.star != null && this.star.state() == BinaryStarState.ACTIVE && this.counted == 0;
		}

		boolean isPeer(long id) {
			PeerState peer = this.star.peer();
			return peer != null && peer.serverId() == id;
		}

		boolean knows(Host other) {
			PeerState peer = this.star.peer();
			return peer != null && peer.equals(other.told);
		}

		/**
		 * As the pair and its link do it.
		 */
		void onTick(int now) {
			if (this.star.onTick(now)) {
				this.heardAt = now;
			}
			if (this.counted != 0 && now - this.heardAt > TIMEOUT) {
				this.counted = 0;
			}
		}

		void collect(Set<Long> ids, Set<Long> sequences) {
			ids.add(this.id);
			ids.add(this.counted);
			ids.add(this.copiedFrom);
			sequences.add(this.sequence);
			this.inbox.forEach((packet) -> collect(packet.state(), ids, sequences));
			if (this.star != null) {
				for (Field field : FIELDS) {
					switch (field.getName()) {
						case "followedId" -> ids.add((Long) get(field, this.star));
						case "sequence" -> sequences.add((Long) get(field, this.star));
						case "rank" -> sequences.add((long) this.star.rank() << EPOCH_BITS);
						case "peer" -> collect(this.star.peer(), ids, sequences);
						default -> {
							// Is compared with nothing of the other server's.
						}
					}
				}
			}
		}

		private static void collect(PeerState state, Set<Long> ids, Set<Long> sequences) {
			if (state != null) {
				ids.add(state.serverId());
				ids.add(state.peerInSync());
				sequences.add(state.sequence());
				sequences.add((long) state.rank() << EPOCH_BITS);
			}
		}

		void appendKey(StringBuilder key, int now, List<Long> ids, List<Long> sequences) {
			key.append(this.frozen ? 'f' : '-').append(this.cut ? 'c' : '-');
			append(key, ids.indexOf(this.id), ids.indexOf(this.counted), ids.indexOf(this.copiedFrom),
					sequences.indexOf(this.sequence), (this.counted != 0) ? age(now, this.heardAt) : 0);
			if (this.star != null) {
				for (Field field : FIELDS) {
					Object value = get(field, this.star);
					switch (field.getName()) {
						case "followedId" -> append(key, ids.indexOf(value));
						case "sequence" -> append(key, sequences.indexOf(value));
						case "rank" -> append(key, sequences.indexOf((long) this.star.rank() << EPOCH_BITS));
						case "peer" -> append(key, this.star.peer(), ids, sequences);
						case "listeningSinceNanos", "heardNanos", "lastTickNanos" ->
							append(key, age(now, ((Long) value).intValue()));
						case "complaint" -> {
							// Nothing depends on it.
						}
						default -> key.append(value).append(',');
					}
				}
			}
			for (Packet packet : this.inbox) {
				append(key, packet.state(), ids, sequences);
				append(key, ids.indexOf(packet.copiedFrom()), Math.min(2, now - packet.sentAt()));
			}
			key.append('|');
		}

		private static void append(StringBuilder key, PeerState state, List<Long> ids, List<Long> sequences) {
			if (state == null) {
				key.append('~');
				return;
			}
			key.append(state.state().ordinal()).append(state.hasCopy() ? 'c' : '-');
			append(key, ids.indexOf(state.serverId()), ids.indexOf(state.peerInSync()),
					sequences.indexOf(state.sequence()), sequences.indexOf((long) state.rank() << EPOCH_BITS));
		}

		private static void append(StringBuilder key, int... numbers) {
			for (int number : numbers) {
				key.append(number).append(',');
			}
		}

		private static int age(int now, int then) {
			return Math.min(TIMEOUT + 1, now - then);
		}

		private static Object get(Field field, BinaryStar star) {
			try {
				return field.get(star);
			}
			catch (IllegalAccessException ex) {
				throw new IllegalStateException(ex);
			}
		}

		private static void set(Field field, BinaryStar star, Object value) {
			try {
				field.set(star, value);
			}
			catch (IllegalAccessException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

	/**
	 * A message under way.
	 *
	 * @param copiedFrom whose log the sender has: stands for what it tells beside
	 */
	private record Packet(PeerState state, long copiedFrom, int sentAt) {

	}

	/**
	 * How a world was reached.
	 */
	private record Step(Step before, String event, World world, int depth) {

		String story() {
			List<String> events = new ArrayList<>();
			for (Step step = this; step != null; step = step.before()) {
				events.add(0, step.event() + "  " + Objects.toString(step.world().key()));
			}
			return "\n" + String.join("\n", events);
		}

	}

}
