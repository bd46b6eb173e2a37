package io.github.clonemap.autoconfigure;

import java.net.Inet6Address;
import java.net.InetAddress;

/**
 * An address as endpoints write it: IPv6 in brackets.
 */
final class ServerAddress {

	private ServerAddress() {
	}

	/**
	 * Where to listen.
	 */
	static String toListenOn(InetAddress address) {
		String text = address.getHostAddress();
		return (address instanceof Inet6Address) ? "[" + text + "]" : text;
	}

	/**
	 * Where a client on the same machine finds a server that listens there.
	 */
	static String toConnectTo(InetAddress address) {
		if (address.isAnyLocalAddress()) {
			return (address instanceof Inet6Address) ? "[::1]" : "127.0.0.1";
		}
		return toListenOn(address);
	}

}
