package io.github.clonemap.server;

import java.util.Arrays;
import java.util.HexFormat;

import org.jspecify.annotations.Nullable;

/**
 * The way back to one connected peer: the identity that the ROUTER gave it. A peer that
 * reconnects has a new one.
 *
 * @since 0.1.0
 */
public final class Route {

	/**
	 * No way back.
	 */
	static final Route NONE = new Route(new byte[0]);

	private final byte[] identity;

	private final int hash;

	/**
	 * Creates a route.
	 * @param identity the identity frame, not to be changed afterwards
	 */
	public Route(byte[] identity) {
		this.identity = identity;
		this.hash = Arrays.hashCode(identity);
	}

	/**
	 * The identity frame.
	 * @return its bytes, shared, not to be changed
	 */
	public byte[] identity() {
		return this.identity;
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof Route route && Arrays.equals(this.identity, route.identity);
	}

	@Override
	public int hashCode() {
		return this.hash;
	}

	@Override
	public String toString() {
		return HexFormat.of().formatHex(this.identity);
	}

}
