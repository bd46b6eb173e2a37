package io.github.clonemap.protocol;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The parts of the key space that a client holds: the smallest set of subtrees that
 * covers what was asked for, sorted. A subtree is empty (everything) or a path that
 * starts and ends with a slash, as in RFC 12.
 * <p>
 * One set is one stream, so that a client that holds several subtrees still gets all its
 * updates in the server's one order. On the wire a set is its subtrees, separated by
 * newlines; a set of one is just that subtree.
 *
 * @since 0.1.0
 */
public final class Subtrees {

	/**
	 * Everything.
	 */
	public static final Subtrees ALL = new Subtrees(List.of(""));

	/**
	 * The most subtrees that one client may hold.
	 */
	public static final int MAX_COUNT = 64;

	/**
	 * The most bytes that they may have together, so that they fit into a request.
	 */
	public static final int MAX_BYTES = 32_768;

	private static final String SEPARATOR = "\n";

	private final List<String> paths;

	private final boolean everything;

	private Subtrees(List<String> paths) {
		this.paths = paths;
		this.everything = paths.get(0).isEmpty();
	}

	/**
	 * The smallest set that covers some subtrees.
	 * @param subtrees the subtrees, at least one
	 * @return the set
	 * @throws IllegalArgumentException if one is not a subtree, or if there are none or
	 * too many
	 */
	public static Subtrees covering(Collection<String> subtrees) {
		List<String> cover = new ArrayList<>();
		for (String subtree : subtrees.stream().sorted().distinct().toList()) {
			String problem = problem(subtree);
			if (problem != null) {
				throw new IllegalArgumentException("'" + subtree + "' is not a subtree: " + problem);
			}
			// Sorted, a subtree comes right after those that cover it.
			if (cover.isEmpty() || !subtree.startsWith(cover.get(cover.size() - 1))) {
				cover.add(subtree);
			}
		}
		if (cover.isEmpty() || cover.size() > MAX_COUNT) {
			throw new IllegalArgumentException("A client holds 1 to " + MAX_COUNT + " subtrees, not " + cover.size());
		}
		Subtrees covering = new Subtrees(List.copyOf(cover));
		if (covering.topic().length > MAX_BYTES) {
			throw new IllegalArgumentException("The subtrees of a client have at most " + MAX_BYTES
					+ " bytes together, not " + covering.topic().length);
		}
		return covering;
	}

	/**
	 * Checks a subtree.
	 * @param subtree the subtree
	 * @return what is wrong with it, or {@code null} if nothing is
	 */
	public static @Nullable String problem(String subtree) {
		if (subtree.isEmpty()) {
			return null;
		}
		if (!subtree.startsWith("/") || !subtree.endsWith("/")) {
			return "it must be empty or start and end with a slash, such as /flags/";
		}
		return (subtree.length() > Keys.MAX_LENGTH) ? "it has more than " + Keys.MAX_LENGTH + " characters"
				: Keys.problem(subtree, Keys.MAX_LENGTH);
	}

	/**
	 * Reads a set as it stands on the wire.
	 * @param text the subtrees, separated by newlines
	 * @return the set
	 * @throws MalformedMessageException if it is not such a set
	 */
	public static Subtrees parse(String text) throws MalformedMessageException {
		try {
			Subtrees subtrees = covering(List.of(text.split(SEPARATOR, MAX_COUNT + 2)));
			if (!subtrees.toString().equals(text)) {
				throw new MalformedMessageException("subtrees are not the smallest set, sorted");
			}
			return subtrees;
		}
		catch (IllegalArgumentException ex) {
			throw new MalformedMessageException("subtrees: not paths, or too many");
		}
	}

	/**
	 * Reads a set from a topic of the native stream: the set, then a NUL.
	 * @param topic the topic
	 * @return the set
	 * @throws MalformedMessageException if it is not such a topic
	 */
	public static Subtrees fromTopic(byte[] topic) throws MalformedMessageException {
		if (topic.length == 0 || topic[topic.length - 1] != 0) {
			throw new MalformedMessageException("topic does not end with NUL");
		}
		return parse(Keys.decode(topic, 0, topic.length - 1, "topic"));
	}

	/**
	 * The topic of this set's stream. The NUL at its end keeps ZeroMQ's prefix match from
	 * handing the stream of {@code /a/b/} to a subscriber of {@code /a/}.
	 * @return the set, then a NUL
	 */
	public byte[] topic() {
		return (this + "\0").getBytes(StandardCharsets.UTF_8);
	}

	/**
	 * The subtrees.
	 * @return the subtrees, sorted, none inside another
	 */
	public List<String> paths() {
		return this.paths;
	}

	/**
	 * Whether a key lies in one of the subtrees.
	 * @param key the whole key
	 * @return whether it does
	 */
	public boolean contains(String key) {
		if (this.everything) {
			return true;
		}
		for (int i = 0; i < this.paths.size(); i++) {
			if (key.startsWith(this.paths.get(i))) {
				return true;
			}
		}
		return false;
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof Subtrees subtrees && this.paths.equals(subtrees.paths);
	}

	@Override
	public int hashCode() {
		return this.paths.hashCode();
	}

	/**
	 * The set as it stands on the wire.
	 * @return the subtrees, separated by newlines
	 */
	@Override
	public String toString() {
		return String.join(SEPARATOR, this.paths);
	}

}
