package io.github.clonemap.benchmark;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.github.clonemap.CloneException;
import io.github.clonemap.CloneMap;
import io.github.clonemap.ValueCodec;
import io.github.clonemap.client.CloneClient;
import io.github.clonemap.client.ValueCodecs;

/**
 * A writer that knows several servers and puts one update after the other. After
 * {@code outage} it says how long the longest time without an acknowledgement was since
 * it was asked last, and how many updates failed.
 */
final class SurvivorRole extends Role {

	private final CloneClient client;

	private volatile boolean running = true;

	private volatile long longestNanos;

	private volatile long failed;

	SurvivorRole(List<Integer> ports, Duration serverTimeout) throws InterruptedException {
		this.client = CloneSubject.newClient("survivor", serverTimeout, ValueCodecs.BASIC);
		CloneSubject.start(this.client, ports.stream().mapToInt(Integer::intValue).toArray());
		Thread thread = new Thread(this::write, "writer");
		thread.setDaemon(true);
		thread.start();
		say("ready", ports.size());
	}

	private void write() {
		CloneMap<byte[]> map = this.client.map("all", "", ValueCodec.BYTES, null);
		long acknowledged = System.nanoTime();
		for (int i = 0; this.running; i++) {
			try {
				map.put(Values.key(i % Load.USUAL_KEYS), Values.of(i, i));
				long now = System.nanoTime();
				this.longestNanos = Math.max(this.longestNanos, now - acknowledged);
				acknowledged = now;
				TimeUnit.MILLISECONDS.sleep(1);
			}
			catch (CloneException ex) {
				this.failed = this.failed + 1;
			}
			catch (InterruptedException ex) {
				return;
			}
		}
	}

	@Override
	void obey(String[] words) {
		say("outage", this.longestNanos, this.failed);
		this.longestNanos = 0;
	}

	@Override
	public void close() {
		this.running = false;
		this.client.close();
	}

}
