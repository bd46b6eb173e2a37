package io.github.clonemap.store;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

import io.github.clonemap.CloneWriter;
import io.github.clonemap.protocol.Update;
import org.jspecify.annotations.Nullable;

/**
 * An update with its place in an {@link EntryTable}: it is a link of a chain there, so
 * that a table has no objects beside its entries. In one table at a time.
 *
 * @since 0.1.0
 */
public abstract class TableEntry extends Update {

	private static final VarHandle CHAINED = chainedHandle();

	final int hash;

	/** Written by the table's thread, read by others while they follow the chain. */
	private @Nullable TableEntry chained;

	/**
	 * Creates an entry; the arguments are those of {@link Update}.
	 * @param kind what happened
	 * @param key the whole key
	 * @param value the value for {@link io.github.clonemap.protocol.Update.Kind#PUT},
	 * else {@code null}
	 * @param sequence its place in the server's order
	 * @param serverTimeMicros when the server ordered it
	 * @param writerKind by which door it came in
	 * @param writerId the id of the client that wrote it
	 * @param ttlMillis the time to live, 0 for none
	 * @param ephemeral whether the entry ends with its writer's session
	 */
	protected TableEntry(Kind kind, String key, byte @Nullable [] value, long sequence, long serverTimeMicros,
			CloneWriter.Kind writerKind, long writerId, long ttlMillis, boolean ephemeral) {
		super(kind, key, value, sequence, serverTimeMicros, writerKind, writerId, ttlMillis, ephemeral);
		this.hash = key.hashCode();
	}

	/**
	 * What stands for this entry in a larger table. If the table has other readers than
	 * its own thread it must be a copy, as they may still be on their way through the
	 * chains of the smaller one.
	 * @return the entry
	 */
	protected abstract TableEntry moved();

	final @Nullable TableEntry chained() {
		return (TableEntry) CHAINED.getAcquire(this);
	}

	/**
	 * Puts what follows in the chain, with all that it is, before other threads.
	 */
	final void chain(@Nullable TableEntry next) {
		CHAINED.setRelease(this, next);
	}

	private static VarHandle chainedHandle() {
		try {
			return MethodHandles.lookup().findVarHandle(TableEntry.class, "chained", TableEntry.class);
		}
		catch (ReflectiveOperationException ex) {
			throw new ExceptionInInitializerError(ex);
		}
	}

}
