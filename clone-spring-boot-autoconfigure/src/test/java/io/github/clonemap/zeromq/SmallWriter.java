package io.github.clonemap.zeromq;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

import io.github.clonemap.CloneMap;
import io.github.clonemap.ValueCodec;
import io.github.clonemap.agent.Clock;
import io.github.clonemap.client.ClientSettings;
import io.github.clonemap.client.CloneClient;
import io.github.clonemap.client.ServerEndpoint;
import io.github.clonemap.client.ValueCodecs;

/**
 * A client in a process of its own, whose threads write as fast as they may, and which
 * tells how the writes end.
 */
public final class SmallWriter {

	private SmallWriter() {
	}

	public static void main(String[] arguments) throws Exception {
		ClientSettings defaults = ClientSettings.defaults();
		ClientSettings settings = new ClientSettings("writer", defaults.subtrees(), Duration.ofSeconds(3),
				defaults.serverTimeout(), defaults.maxInFlight(), 1, 1000);
		CloneClient client = new CloneClient(settings, ValueCodecs.BASIC, ZmqClientSockets.factory(), Clock.system());
		client.start(List.of(new ServerEndpoint("127.0.0.1", Integer.parseInt(arguments[0]))));
		client.awaitLive(Duration.ofSeconds(20));
		System.out.println("live");
		CloneMap<byte[]> map = client.map("map", "", ValueCodec.BYTES, null);
		Map<String, LongAdder> ends = new ConcurrentHashMap<>();
		for (int i = 0; i < 2; i++) {
			Random random = new Random(i);
			Thread thread = new Thread(() -> {
				while (true) {
					String key = "/large/" + random.nextInt(2000);
					CompletableFuture<?> write = map.putAsync(key, new byte[1 + random.nextInt(32 << 10)]);
					write.whenComplete(
							(entry, ex) -> ends
								.computeIfAbsent((ex != null) ? ex.getClass().getSimpleName() : "written",
										(end) -> new LongAdder())
								.increment());
				}
			});
			thread.setDaemon(true);
			thread.start();
		}
		while (System.in.available() == 0) {
			Thread.sleep(250);
			System.out.println("ends " + ends);
		}
		System.exit(0);
	}

}
