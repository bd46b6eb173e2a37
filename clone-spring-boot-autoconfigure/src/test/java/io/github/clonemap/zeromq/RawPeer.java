package io.github.clonemap.zeromq;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

import io.github.clonemap.protocol.FrameWriter;
import io.github.clonemap.protocol.Message;

/**
 * A peer that speaks ZMTP 3.0 without security over a plain socket, and reads nothing
 * unless it is told to.
 */
final class RawPeer implements AutoCloseable {

	private static final int GREETING_BYTES = 64;

	private static final int SMALL_BUFFER = 4096;

	private final FrameWriter writer = new FrameWriter(64);

	private final Socket socket = new Socket();

	private final OutputStream out;

	/**
	 * Connects.
	 * @param properties names and values of what it says of itself beside its type
	 */
	RawPeer(int port, String socketType, String... properties) throws IOException {
		// Else much of what it does not read would be in the buffers of the network.
		this.socket.setReceiveBufferSize(SMALL_BUFFER);
		this.socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
		this.out = new BufferedOutputStream(this.socket.getOutputStream());
		this.out.write(handshake(socketType, properties));
		this.out.flush();
		awaitHandshake();
	}

	/**
	 * JeroMQ takes what comes before it has said its own part for nonsense.
	 */
	private void awaitHandshake() throws IOException {
		DataInputStream in = new DataInputStream(this.socket.getInputStream());
		in.readFully(new byte[GREETING_BYTES + 1]);
		in.readFully(new byte[in.readUnsignedByte()]);
	}

	private static byte[] handshake(String socketType, String... properties) throws IOException {
		ByteArrayOutputStream command = new ByteArrayOutputStream();
		DataOutputStream ready = new DataOutputStream(command);
		ready.writeByte(5);
		ready.writeBytes("READY");
		property(ready, "Socket-Type", socketType);
		for (int i = 0; i < properties.length; i += 2) {
			property(ready, properties[i], properties[i + 1]);
		}
		ByteArrayOutputStream bytes = new ByteArrayOutputStream();
		DataOutputStream data = new DataOutputStream(bytes);
		data.writeByte(0xFF);
		data.writeLong(1);
		data.writeByte(0x7F);
		data.writeByte(3);
		data.writeByte(0);
		data.write(Arrays.copyOf("NULL".getBytes(StandardCharsets.US_ASCII), 20));
		data.write(new byte[32]);
		data.writeByte(4);
		data.writeByte(command.size());
		data.write(command.toByteArray());
		return bytes.toByteArray();
	}

	private static void property(DataOutputStream data, String name, String value) throws IOException {
		data.writeByte(name.length());
		data.writeBytes(name);
		data.writeInt(value.length());
		data.writeBytes(value);
	}

	void say(Message message) throws IOException {
		frame(message.command().frame(), true);
		frame(message.toBytes(this.writer), false);
	}

	void frame(byte[] frame, boolean more) throws IOException {
		DataOutputStream data = new DataOutputStream(this.out);
		if (frame.length > 255) {
			data.writeByte(more ? 3 : 2);
			data.writeLong(frame.length);
		}
		else {
			data.writeByte(more ? 1 : 0);
			data.writeByte(frame.length);
		}
		data.write(frame);
	}

	/**
	 * Bytes that may be no frame at all.
	 */
	void bytes(byte[] bytes) throws IOException {
		this.out.write(bytes);
	}

	void flush() throws IOException {
		this.out.flush();
	}

	/**
	 * Reads until the server has closed the connection.
	 */
	void awaitEnd(int timeoutMillis) throws IOException {
		this.socket.setSoTimeout(timeoutMillis);
		byte[] buffer = new byte[1 << 16];
		while (this.socket.getInputStream().read(buffer) >= 0) {
			continue;
		}
	}

	/**
	 * Reads some of what has come.
	 */
	int read(byte[] buffer) throws IOException {
		return this.socket.getInputStream().read(buffer);
	}

	@Override
	public void close() throws IOException {
		this.socket.close();
	}

}
