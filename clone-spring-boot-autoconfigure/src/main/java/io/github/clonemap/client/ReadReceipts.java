package io.github.clonemap.client;

import io.github.clonemap.protocol.Message.Credit;
import io.github.clonemap.protocol.Reply.Entries;
import io.github.clonemap.protocol.Update;
import org.jspecify.annotations.Nullable;

/**
 * What was read of a server's answers and is not told to it yet. Each chunk carries a
 * proof, and the newest one shows that all before it were read, too, those of answers
 * that nobody wants any more included: the server is not further ahead of that than a
 * bound.
 * <p>
 * For the agent.
 */
final class ReadReceipts {

	/**
	 * After how many bytes it is time to tell, if that many chunks have not come before:
	 * a server lets no more than four times as much be unread.
	 */
	private static final long MAX_BYTES = 1 << 20;

	private long proof;

	private int chunks;

	private long bytes;

	void onChunk(Entries entries) {
		this.proof = entries.proof();
		this.chunks++;
		for (Update update : entries.updates()) {
			this.bytes += update.weight();
		}
	}

	boolean isEmpty() {
		return this.chunks == 0;
	}

	/**
	 * Whether the server should hear of it now.
	 */
	boolean isDue() {
		return this.chunks >= Synchronization.CREDIT / 2 || this.bytes >= MAX_BYTES;
	}

	/**
	 * All of it, to be told.
	 * @param synchronization what is allowed more with it, {@code null} for nothing
	 */
	Credit take(@Nullable Synchronization synchronization) {
		clear();
		return (synchronization != null) ? synchronization.credit(this.proof) : new Credit(0, 0, this.proof);
	}

	/**
	 * The connection is lost, and what had to be told on it.
	 */
	void clear() {
		this.chunks = 0;
		this.bytes = 0;
	}

}
