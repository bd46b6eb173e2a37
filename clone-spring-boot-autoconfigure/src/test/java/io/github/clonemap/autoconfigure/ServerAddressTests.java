package io.github.clonemap.autoconfigure;

import java.net.InetAddress;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ServerAddress}.
 */
class ServerAddressTests {

	@ParameterizedTest
	@CsvSource({ "127.0.0.1,127.0.0.1,127.0.0.1", "192.0.2.1,192.0.2.1,192.0.2.1", "0.0.0.0,0.0.0.0,127.0.0.1",
			"::1,[0:0:0:0:0:0:0:1],[0:0:0:0:0:0:0:1]", "::,[0:0:0:0:0:0:0:0],[::1]" })
	void isWrittenAsEndpointsWriteIt(String address, String listen, String connect) throws Exception {
		InetAddress parsed = InetAddress.getByName(address);
		assertThat(ServerAddress.toListenOn(parsed)).isEqualTo(listen);
		assertThat(ServerAddress.toConnectTo(parsed)).isEqualTo(connect);
	}

}
