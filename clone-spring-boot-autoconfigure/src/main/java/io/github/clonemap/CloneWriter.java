package io.github.clonemap;

/**
 * Who made a write.
 *
 * @param kind by which door the write came in
 * @param id the id of the client, made anew at each start of an application; 0 for the
 * server itself, and for clients of RFC 12, which have none
 * @since 0.1.0
 */
public record CloneWriter(Kind kind, long id) {

	@Override
	public String toString() {
		return this.kind + ":" + Long.toHexString(this.id);
	}

	/**
	 * By which door a write came in.
	 */
	public enum Kind {

		/** An application that uses this library. */
		NATIVE,

		/** A client of the Clustered Hashmap Protocol, RFC 12. */
		CHP,

		/** The server itself, as when an entry's lifetime ends. */
		SERVER

	}

}
