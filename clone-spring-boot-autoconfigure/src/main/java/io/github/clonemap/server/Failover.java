package io.github.clonemap.server;

import java.util.List;

import io.github.clonemap.CloneConflict;
import io.github.clonemap.protocol.LogRecord;
import io.github.clonemap.protocol.Sequence;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this server is and has, and how its parts follow when that changes: it becomes
 * active or passive, or has its peer's state in place of its own.
 * <p>
 * For the agent.
 */
final class Failover implements Pair.Events {

	private static final Logger logger = LoggerFactory.getLogger(Failover.class);

	private final long serverId;

	private final CommitLog log;

	private final UpdateSequencer sequencer;

	private final StreamPublisher publisher;

	private final ClientRequests requests;

	private final Transfers transfers;

	private final @Nullable ChpDoor door;

	private final ServerListener listener;

	private ServerRole role;

	private ServerState state;

	private long committedBeforePassive;

	/**
	 * The highest epoch in which this server has ordered. It must not order in one twice:
	 * what it gave up would look like a part of what came after.
	 */
	private int usedEpoch;

	private long conflicts;

	Failover(long serverId, ServerRole role, ServerState state, CommitLog log, UpdateSequencer sequencer,
			StreamPublisher publisher, ClientRequests requests, Transfers transfers, @Nullable ChpDoor door,
			ServerListener listener) {
		this.serverId = serverId;
		this.role = role;
		this.state = state;
		this.log = log;
		this.sequencer = sequencer;
		this.publisher = publisher;
		this.requests = requests;
		this.transfers = transfers;
		this.door = door;
		this.listener = listener;
	}

	ServerRole role() {
		return this.role;
	}

	ServerState state() {
		return this.state;
	}

	/**
	 * How many updates were lost to the peer's order.
	 */
	long conflicts() {
		return this.conflicts;
	}

	/**
	 * The only place that changes the role.
	 */
	void become(ServerRole next) {
		ServerRole before = this.role;
		if (next != before) {
			this.role = next;
			this.listener.onRoleChanged(before, next, Sequence.epoch(this.state.sequence()));
		}
	}

	@Override
	public void onActive(boolean hadCopy, long peerSequence) {
		long sequence = this.state.sequence();
		if (hadCopy) {
			int known = Math.max(Sequence.epoch(sequence), Sequence.epoch(peerSequence));
			int epoch = Math.max(known, this.usedEpoch) + 1;
			this.log.restart(sequence);
			this.sequencer.continueFrom(this.state);
			this.sequencer.begin(new LogRecord.Term(this.serverId, Sequence.startOf(epoch), sequence));
			this.requests.takeOver(this.state);
			this.transfers.takeOver(this.state);
		}
		this.log.seal();
		this.publisher.restart(this.state.sequence());
		become(ServerRole.ACTIVE);
		if (this.door != null) {
			this.door.takeOver();
		}
	}

	@Override
	public void onPassive() {
		this.committedBeforePassive = this.log.committedSequence();
		this.usedEpoch = Math.max(this.usedEpoch, Sequence.epoch(this.state.sequence()));
		this.requests.stepDown();
		this.transfers.stepDown();
		if (this.door != null) {
			this.door.stepDown();
		}
		become(ServerRole.PASSIVE);
	}

	@Override
	public void onCopyBegins() {
		if (this.door != null) {
			this.door.onCopyBegins();
		}
	}

	@Override
	public void onTold(LogRecord told) {
		if (this.door != null) {
			this.door.onReplicated(told);
		}
	}

	@Override
	public void onCopied(ServerState before, ServerState after) {
		long committed = (this.committedBeforePassive != 0) ? this.committedBeforePassive : Long.MAX_VALUE;
		this.committedBeforePassive = 0;
		this.state = after;
		List<CloneConflict> conflicts = Conflicts.between(before, committed, after);
		if (!conflicts.isEmpty()) {
			this.conflicts += conflicts.size();
			logger.warn("{} writes that this server had accepted alone are lost: the peer's order stays "
					+ "(CloneConflictEvent, clone.server.bstar.conflict-log)", conflicts.size());
			this.listener.onConflicts(conflicts);
		}
	}

}
