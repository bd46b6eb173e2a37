package io.github.clonemap.server;

/**
 * Why a server refuses a write that it understands.
 *
 * @since 0.1.0
 */
public enum RejectReason {

	/** The key is not one. */
	BAD_KEY,

	/** The value has no bytes, which in RFC 12 means a removal. */
	EMPTY_VALUE,

	/** The value has more bytes than {@code clone.server.max-value-size}. */
	VALUE_TOO_LARGE,

	/** There are {@code clone.server.max-entries} entries already. */
	TOO_MANY_ENTRIES,

	/** The entries would take more than {@code clone.server.max-bytes}. */
	TOO_MANY_BYTES

}
