package io.github.clonemap.zeromq;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;

import io.github.clonemap.protocol.Command;
import io.github.clonemap.protocol.FrameWriter;
import io.github.clonemap.server.Route;
import io.github.clonemap.server.ServerSockets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sockets of a server, made anew in the same place when the thread that serves them
 * has died or hangs. The server's state does not live in them: clients reconnect, find
 * their sessions again, and miss nothing.
 */
final class RenewedServerSockets implements ServerSockets {

	private static final Logger logger = LoggerFactory.getLogger(RenewedServerSockets.class);

	private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

	private final IntFunction<ZmqServerSockets> opener;

	private final int port;

	private final boolean chpDoor;

	private volatile @Nullable ZmqServerSockets current;

	private volatile @Nullable String trouble;

	private volatile int renewals;

	private long retryNanos;

	/**
	 * Opens the first ones.
	 * @param opener opens sockets at a port
	 * @param port the port, 0 for any
	 */
	RenewedServerSockets(IntFunction<ZmqServerSockets> opener, int port) {
		this.opener = opener;
		ZmqServerSockets first = opener.apply(port);
		this.current = first;
		this.port = first.port();
		this.chpDoor = first.hasChpDoor();
	}

	@Override
	public int port() {
		return this.port;
	}

	@Override
	public Thread newThread(Runnable work) {
		ZmqServerSockets current = this.current;
		return (current != null) ? current.newThread(work) : new IoThread().with(work);
	}

	@Override
	public boolean abandonIfStuck(long nowNanos) {
		ZmqServerSockets current = this.current;
		return current != null && current.abandonIfStuck(nowNanos);
	}

	@Override
	public void await(long timeoutNanos) {
		ZmqServerSockets current = this.current;
		if (current != null) {
			current.await(timeoutNanos);
		}
		else if (timeoutNanos > 0) {
			LockSupport.parkNanos(this, Math.min(timeoutNanos, RETRY_NANOS));
		}
	}

	@Override
	public boolean drain(Handler handler) {
		ZmqServerSockets current = this.current;
		if (current == null) {
			renew(handler);
			return false;
		}
		boolean more = current.drain(handler);
		String trouble = current.findTrouble(System.nanoTime());
		if (trouble != null) {
			logger.error("The server's sockets on port {} are dead ({}): they are made anew, its entries and sessions "
					+ "stay", this.port, trouble);
			this.trouble = trouble;
			this.current = null;
			current.abandon();
			renew(handler);
			return false;
		}
		return more;
	}

	private void renew(Handler handler) {
		long now = System.nanoTime();
		if (this.retryNanos != 0 && now - this.retryNanos < 0) {
			return;
		}
		try {
			this.current = this.opener.apply(this.port);
			this.retryNanos = 0;
			this.renewals++;
			this.trouble = null;
			logger.warn("The server has new sockets on port {}", this.port);
			handler.onRenewed();
		}
		catch (RuntimeException ex) {
			if (this.retryNanos == 0) {
				logger.error("The server cannot have new sockets on port {} yet, and goes on trying", this.port, ex);
			}
			this.trouble = "no new sockets: " + ex.getMessage();
			this.retryNanos = now + RETRY_NANOS;
		}
	}

	@Override
	public @Nullable String trouble() {
		return this.trouble;
	}

	@Override
	public int renewals() {
		return this.renewals;
	}

	@Override
	public void reply(Route route, Command command, byte[] body) {
		ZmqServerSockets current = this.current;
		if (current != null) {
			current.reply(route, command, body);
		}
	}

	@Override
	public void reply(Route route, Command command, FrameWriter body) {
		ZmqServerSockets current = this.current;
		if (current != null) {
			current.reply(route, command, body);
		}
	}

	@Override
	public boolean hasRoom(Route route) {
		ZmqServerSockets current = this.current;
		return current != null && current.hasRoom(route);
	}

	@Override
	public int endUnreadConnections(long nowNanos, long patienceNanos) {
		ZmqServerSockets current = this.current;
		return (current != null) ? current.endUnreadConnections(nowNanos, patienceNanos) : 0;
	}

	@Override
	public void publish(byte[] frame) {
		ZmqServerSockets current = this.current;
		if (current != null) {
			current.publish(frame);
		}
	}

	@Override
	public void publish(FrameWriter frame) {
		ZmqServerSockets current = this.current;
		if (current != null) {
			current.publish(frame);
		}
	}

	@Override
	public void publishState(byte[] frame) {
		ZmqServerSockets current = this.current;
		if (current != null) {
			current.publishState(frame);
		}
	}

	@Override
	public void sendToPeer(Command command, byte[] body) {
		ZmqServerSockets current = this.current;
		if (current != null) {
			current.sendToPeer(command, body);
		}
	}

	@Override
	public boolean hasChpDoor() {
		return this.chpDoor;
	}

	@Override
	public Delivery sendChp(Route route, byte[][] frames) {
		ZmqServerSockets current = this.current;
		return (current != null) ? current.sendChp(route, frames) : Delivery.GONE;
	}

	@Override
	public void publishChp(byte[][] frames) {
		ZmqServerSockets current = this.current;
		if (current != null) {
			current.publishChp(frames);
		}
	}

	@Override
	public void wakeUp() {
		ZmqServerSockets current = this.current;
		if (current != null) {
			current.wakeUp();
		}
	}

	@Override
	public void close() {
		ZmqServerSockets current = this.current;
		if (current != null) {
			current.close();
		}
	}

}
