package io.github.clonemap.autoconfigure.restart;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.clonemap.CloneMap;
import io.github.clonemap.ValueCodec;
import io.github.clonemap.agent.Clock;
import io.github.clonemap.client.ClientSettings;
import io.github.clonemap.client.CloneClient;
import io.github.clonemap.client.ServerEndpoint;
import io.github.clonemap.client.ValueCodecs;
import io.github.clonemap.server.CloneServer;
import io.github.clonemap.server.ServerSettings;
import io.github.clonemap.zeromq.ZmqClientSockets;
import io.github.clonemap.zeromq.ZmqServerSockets;

/**
 * A server and a client without Spring, loaded by a class loader of their own, which also
 * brings JeroMQ. One run starts them, uses them, and closes them.
 */
public class RestartedEngine implements Runnable {

	@Override
	public void run() {
		ServerSettings settings = ServerSettings.defaults();
		try (CloneServer server = new CloneServer(settings,
				ZmqServerSockets.factory("127.0.0.1", 0, settings.maxValueSize()), Clock.system());
				CloneClient client = new CloneClient(ClientSettings.defaults(), ValueCodecs.BASIC,
						ZmqClientSockets.factory(), Clock.system())) {
			server.start();
			client.start(List.of(new ServerEndpoint("127.0.0.1", server.port())));
			if (!client.awaitLive(Duration.ofSeconds(10))) {
				throw new IllegalStateException("No data");
			}
			CloneMap<String> map = client.map("map", "", ValueCodec.STRING, null);
			CountDownLatch heard = new CountDownLatch(1);
			map.addListener((change) -> heard.countDown());
			map.put("/a", "1");
			map.putAsync("/b", "2").thenRun(() -> map.get("/b")).join();
			if (!heard.await(10, TimeUnit.SECONDS)) {
				throw new IllegalStateException("Nothing was heard of a change");
			}
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
