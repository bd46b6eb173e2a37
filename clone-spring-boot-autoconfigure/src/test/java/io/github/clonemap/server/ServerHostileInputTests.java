package io.github.clonemap.server;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import io.github.clonemap.WriteOptions.Condition;
import io.github.clonemap.protocol.FrameWriter;
import io.github.clonemap.protocol.Message;
import io.github.clonemap.protocol.Message.Bye;
import io.github.clonemap.protocol.Message.Credit;
import io.github.clonemap.protocol.Message.Hello;
import io.github.clonemap.protocol.Message.Ping;
import io.github.clonemap.protocol.Message.Sync;
import io.github.clonemap.protocol.Message.Write;
import io.github.clonemap.protocol.Reply.Passive;
import io.github.clonemap.protocol.Subtrees;
import io.github.clonemap.protocol.WriteOperation;
import io.github.clonemap.protocol.WriteResult.Status;
import io.github.clonemap.server.ServerHarness.Client;
import io.github.clonemap.server.ServerHarness.Published;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients that say anything: the server goes on, what it sends can be read, and a client
 * that behaves is served.
 */
class ServerHostileInputTests {

	private static final long[] NUMBERS = { 0, 1, 2, 3, 5, 65_536, Integer.MAX_VALUE, Long.MAX_VALUE - 1,
			Long.MAX_VALUE };

	private static final String[] KEYS = { "", "/a/1", "/a/2", "/b/1", "HUGZ", "/a/", "x\ny", "/\uD83D\uDE00" };

	private static final String[] PATHS = { "", "/", "/a/", "/b/", "/a/b/" };

	@Property(tries = 60, shrinking = ShrinkingMode.OFF)
	void nothingThatClientsSayStopsTheServer(@ForAll Random random) {
		ServerHarness server = new ServerHarness(ServerHarness.settings(random.nextInt(20), 5));
		server.subscribe("");
		Client good = server.joined(1000);
		List<Client> clients = new ArrayList<>();
		for (int id = 0; id < 4; id++) {
			clients.add(server.client(id));
		}
		for (int i = 0; i < 300; i++) {
			Client client = clients.get(random.nextInt(clients.size()));
			switch (random.nextInt(10)) {
				case 0 -> client.reconnect();
				case 1 -> client.reconnect(clients.get(random.nextInt(clients.size())).route());
				case 2 -> server.run(Duration.ofMillis(random.nextInt(3000)));
				case 3 -> {
					byte[] body = message(random, client).toBytes(new FrameWriter(16));
					body[random.nextInt(body.length)] ^= (byte) (1 << random.nextInt(8));
					server.agent.onRequest(client.route(), message(random, client).command().frame(), body);
				}
				default -> client.say(message(random, client));
			}
			if (random.nextInt(3) == 0) {
				server.turn();
			}
			if (random.nextInt(10) == 0) {
				good.say(new Ping(i));
			}
		}
		server.settle();
		good.say(new Bye(Bye.Reason.STOPPING, "begin anew"));
		good.hello();
		assertThat(good.writeOne(ServerHarness.remove("/a/1")).status()).isIn(Status.APPLIED, Status.UNCHANGED);
		assertThat(good.writeOne(ServerHarness.put("/a/1", "good")).status()).isIn(Status.APPLIED, Status.REJECTED);
		assertThat(server.agent.report().entries()).isBetween(0, 5);
		long before = 0;
		for (Published one : server.published("")) {
			assertThat(before).isIn(0L, one.batch().before());
			before = one.batch().last();
		}
	}

	private static Message message(Random random, Client client) {
		return switch (random.nextInt(8)) {
			case 0 -> new Hello((random.nextInt(10) == 0) ? 2 : 1, client.id(), "x", number(random), number(random),
					number(random));
			case 1 -> new Sync(random.nextInt(6) - 1, Subtrees.covering(List.of(path(random), path(random))),
					number(random), random.nextBoolean() ? ServerHarness.SERVER_ID : 1, (int) number(random));
			case 2 -> new Credit(random.nextInt(6) - 1, (int) number(random), number(random));
			case 3 -> new Ping(number(random));
			case 4 -> (random.nextInt(5) == 0) ? new Bye(Bye.Reason.STOPPING, "x") : new Passive(1);
			default -> write(random);
		};
	}

	private static Write write(Random random) {
		List<WriteOperation> operations = new ArrayList<>();
		for (int i = random.nextInt(4); i > 0; i--) {
			WriteOperation.Kind kind = WriteOperation.Kind.values()[random.nextInt(3)];
			operations.add(new WriteOperation(kind, KEYS[random.nextInt(KEYS.length)],
					(kind == WriteOperation.Kind.PUT) ? new byte[random.nextInt(3)] : null,
					Condition.values()[random.nextInt(4)], number(random), number(random), random.nextBoolean(),
					random.nextBoolean()));
		}
		return new Write(number(random), random.nextBoolean() ? random.nextInt(6) : number(random), operations);
	}

	private static long number(Random random) {
		return NUMBERS[random.nextInt(NUMBERS.length)];
	}

	private static String path(Random random) {
		return PATHS[random.nextInt(PATHS.length)];
	}

}
