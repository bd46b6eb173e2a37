package io.github.clonemap.benchmark;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

import org.jspecify.annotations.Nullable;

/**
 * What the machine can do: the writer connects to each reader and sends one record after
 * the other (a flag, the key, the value), through a buffer that it empties before it
 * waits; a reader fills a {@link ConcurrentHashMap}. There is nobody who puts the writes
 * of several writers in one order, so it is a bound and not a competitor.
 */
final class TcpSubject {

	private static final int BUFFER_BYTES = 64 << 10;

	private TcpSubject() {
	}

	static Source write(List<Integer> readers) throws IOException {
		return new TcpSource(readers);
	}

	static Sink read(Sink.@Nullable Seen seen) throws IOException {
		return new TcpSink(seen);
	}

	private static DataInputStream in(Socket socket) throws IOException {
		socket.setTcpNoDelay(true);
		return new DataInputStream(new BufferedInputStream(socket.getInputStream(), BUFFER_BYTES));
	}

	private static final class TcpSource implements Source {

		private final List<Socket> sockets = new ArrayList<>();

		private final List<DataInputStream> in = new ArrayList<>();

		private final List<DataOutputStream> out = new ArrayList<>();

		TcpSource(List<Integer> readers) throws IOException {
			for (int port : readers) {
				Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
				this.sockets.add(socket);
				this.in.add(in(socket));
				this.out.add(new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), BUFFER_BYTES)));
			}
		}

		@Override
		public void put(String key, byte[] value) throws IOException {
			send(false, key, value);
		}

		@Override
		public void flush() throws IOException {
			for (DataOutputStream out : this.out) {
				out.flush();
			}
		}

		@Override
		public void putAndWait(String key, byte[] value) throws IOException {
			send(true, key, value);
			flush();
			for (DataInputStream in : this.in) {
				in.readByte();
			}
		}

		private void send(boolean answer, String key, byte[] value) throws IOException {
			for (DataOutputStream out : this.out) {
				out.writeBoolean(answer);
				out.writeUTF(key);
				out.writeInt(value.length);
				out.write(value);
			}
		}

		@Override
		public void close() throws IOException {
			for (Socket socket : this.sockets) {
				socket.close();
			}
		}

	}

	private static final class TcpSink implements Sink {

		private final Map<String, byte[]> map = new ConcurrentHashMap<>();

		private final AtomicLong updates = new AtomicLong();

		private final ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());

		private final Sink.@Nullable Seen seen;

		TcpSink(Sink.@Nullable Seen seen) throws IOException {
			this.seen = seen;
			Thread thread = new Thread(this::read, "tcp reader");
			thread.setDaemon(true);
			thread.start();
		}

		private void read() {
			try (Socket socket = this.server.accept(); DataInputStream in = in(socket)) {
				while (true) {
					boolean answer = in.readBoolean();
					String key = in.readUTF();
					byte[] value = new byte[in.readInt()];
					in.readFully(value);
					this.map.put(key, value);
					this.updates.lazySet(this.updates.get() + 1);
					if (this.seen != null) {
						this.seen.onUpdate(value);
					}
					if (answer) {
						socket.getOutputStream().write(1);
					}
				}
			}
			catch (EOFException | SocketException ex) {
				// The writer has ended.
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		@Override
		public int port() {
			return this.server.getLocalPort();
		}

		@Override
		public long updates() {
			return this.updates.get();
		}

		@Override
		public long lost() {
			return 0;
		}

		@Override
		public List<? extends Map<String, byte[]>> maps() {
			return List.of(this.map);
		}

		@Override
		public void close() throws IOException {
			this.server.close();
		}

	}

}
