package io.github.clonemap.client;

import org.jspecify.annotations.Nullable;

/**
 * Finds a whole key by the relative one without joining the two: equal to the text of
 * both, and with the same hash. For looking up only; the replica has texts as keys.
 *
 * @param subtree the first part
 * @param subtreeHash its hash
 * @param key the second part
 */
record ViewKey(String subtree, int subtreeHash, String key) {

	@Override
	public int hashCode() {
		// As a text's: s[0]*31^(n-1) + ... + s[n-1]
		return this.subtreeHash * powerOf31(this.key.length()) + this.key.hashCode();
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof String text && text.length() == this.subtree.length() + this.key.length()
				&& text.startsWith(this.key, this.subtree.length()) && text.startsWith(this.subtree);
	}

	private static int powerOf31(int exponent) {
		int power = 1;
		for (int base = 31; exponent > 0; exponent >>= 1, base *= base) {
			power *= ((exponent & 1) != 0) ? base : 1;
		}
		return power;
	}

}
