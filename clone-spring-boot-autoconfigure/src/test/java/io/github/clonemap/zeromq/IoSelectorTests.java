package io.github.clonemap.zeromq;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link IoSelector}.
 */
class IoSelectorTests {

	private ServerSocketChannel server;

	private SocketChannel reader;

	private SocketChannel channel;

	private IoSelector selector;

	private int port;

	@BeforeEach
	void aConnectionIsFull() throws IOException {
		this.server = ServerSocketChannel.open();
		this.server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
		this.port = this.server.socket().getLocalPort();
		this.reader = SocketChannel.open(this.server.getLocalAddress());
		this.reader.configureBlocking(false);
		this.channel = this.server.accept();
		this.channel.configureBlocking(false);
		this.selector = new IoSelector(Selector.open(), () -> {
		});
		this.channel.register(this.selector, SelectionKey.OP_WRITE);
		ByteBuffer bytes = ByteBuffer.allocate(1 << 20);
		await().during(Duration.ofMillis(100)).until(() -> this.channel.write(bytes.clear()) == 0);
	}

	@AfterEach
	void close() throws IOException {
		this.selector.close();
		this.channel.close();
		this.reader.close();
		this.server.close();
	}

	@Test
	void aConnectionToWhichNothingCanBeWrittenForLongIsEndedOnce() throws IOException {
		assertThat(this.selector.isWriting(this.port)).isTrue();
		assertThat(this.selector.endBlocked(this.port, 5, 10)).isZero();
		assertThat(this.selector.endBlocked(this.port, 14, 10)).isZero();
		assertThat(this.selector.endBlocked(this.port + 1, 30, 10)).isZero();
		assertThat(this.selector.endBlocked(this.port, 30, 10)).isZero();
		assertThat(this.selector.endBlocked(this.port, 31, 10)).isOne();
		assertThat(this.selector.endBlocked(this.port, 99, 10)).isZero();
		assertThat(this.channel.read(ByteBuffer.allocate(1))).isEqualTo(-1);
	}

	@Test
	void whatTheReaderHasTakenWhileThisProcessStoodStillCounts() {
		assertThat(this.selector.endBlocked(this.port, 5, 10)).isZero();
		ByteBuffer bytes = ByteBuffer.allocate(1 << 20);
		await().during(Duration.ofMillis(100)).until(() -> this.reader.read(bytes.clear()) == 0);
		assertThat(this.selector.endBlocked(this.port, 100, 10)).isZero();
		this.selector.allow(1, 1000);
		assertThat(select()).isOne();
		assertThat(this.selector.endBlocked(this.port, 200, 10)).isZero();
	}

	private int select() {
		try {
			return this.selector.select(0);
		}
		catch (IOException ex) {
			throw new AssertionError(ex);
		}
	}

}
