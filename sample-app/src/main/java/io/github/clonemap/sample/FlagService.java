package io.github.clonemap.sample;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import io.github.clonemap.CloneConditionFailedException;
import io.github.clonemap.CloneEntry;
import io.github.clonemap.CloneException;
import io.github.clonemap.CloneMap;
import io.github.clonemap.WriteOptions;
import io.github.clonemap.WriteOptions.Condition;

import org.springframework.stereotype.Service;

/**
 * Changes flags. The server decides every condition, so that of several clients that
 * change the same version of a flag exactly one succeeds, wherever they are connected.
 */
@Service
class FlagService {

	private final CloneMap<Flag> flags;

	FlagService(CloneMap<Flag> flags) {
		this.flags = flags;
	}

	/**
	 * Writes a flag.
	 * @param name the name
	 * @param flag the flag
	 * @param options the lifetime
	 * @param precondition when it may be written
	 * @return completes when the flag is written and visible here, with what was written
	 */
	CompletableFuture<Written> put(String name, Flag flag, WriteOptions options, Precondition precondition) {
		if (precondition.condition() == Condition.NONE) {
			return put(name, flag, options, !this.flags.containsKey(name));
		}
		return this.flags.putAsync(name, flag, precondition.applyTo(options))
			.thenApply((entry) -> new Written(entry, precondition.condition() == Condition.ABSENT));
	}

	/**
	 * Writes a flag whether it is there or not, and still learns which: by asking the
	 * server for what is likely, and for the other if that was wrong.
	 */
	private CompletableFuture<Written> put(String name, Flag flag, WriteOptions options, boolean create) {
		return this.flags.putAsync(name, flag, create ? options.ifAbsent() : options.ifPresent())
			.thenApply((entry) -> new Written(entry, create))
			.exceptionallyCompose((failure) -> {
				Throwable cause = (failure instanceof CompletionException) ? failure.getCause() : failure;
				return (cause instanceof CloneConditionFailedException) ? put(name, flag, options, !create)
						: CompletableFuture.failedFuture(failure);
			});
	}

	/**
	 * Removes a flag, whatever its version.
	 * @param name the name
	 * @return whether it was there
	 */
	boolean remove(String name) {
		return this.flags.remove(name) != null;
	}

	/**
	 * Removes a version of a flag.
	 * @param name the name
	 * @param sequence the sequence of the version
	 */
	void remove(String name, long sequence) {
		CloneEntry<Flag> entry = this.flags.entry(name);
		if (entry == null || entry.sequence() < sequence) {
			// The client may have the version from an instance that heard of it earlier.
			join(this.flags.barrier());
			entry = this.flags.entry(name);
		}
		// The server decides whether the value is still this one. A version that differs
		// only in its sequence passes, which is what the client has seen, too.
		if (entry == null || entry.sequence() != sequence || !this.flags.remove(name, entry.value())) {
			CloneEntry<Flag> current = this.flags.entry(name);
			throw new CloneConditionFailedException("The flag has changed", (current != null) ? current.sequence() : 0);
		}
	}

	private static void join(CompletableFuture<?> future) {
		try {
			future.join();
		}
		catch (CompletionException ex) {
			throw (ex.getCause() instanceof CloneException cause) ? cause : ex;
		}
	}

	/**
	 * What was written.
	 *
	 * @param entry the new entry
	 * @param created whether the flag is new
	 */
	record Written(CloneEntry<Flag> entry, boolean created) {

	}

}
