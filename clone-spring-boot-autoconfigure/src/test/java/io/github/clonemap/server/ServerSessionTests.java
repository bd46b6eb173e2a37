package io.github.clonemap.server;

import java.time.Duration;
import java.util.List;

import io.github.clonemap.CloneWriter;
import io.github.clonemap.protocol.Command;
import io.github.clonemap.protocol.Message;
import io.github.clonemap.protocol.Message.Bye;
import io.github.clonemap.protocol.Message.Hello;
import io.github.clonemap.protocol.Message.Ping;
import io.github.clonemap.protocol.Message.Write;
import io.github.clonemap.protocol.Reply.Passive;
import io.github.clonemap.protocol.Reply.Pong;
import io.github.clonemap.protocol.Reply.Welcome;
import io.github.clonemap.protocol.Sequence;
import io.github.clonemap.protocol.Update;
import io.github.clonemap.server.ServerHarness.Client;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

/**
 * How {@link ServerAgent} begins, keeps and ends the sessions of its clients.
 */
class ServerSessionTests {

	private static final Duration A_MOMENT = Duration.ofMillis(1);

	private final ServerHarness server = new ServerHarness();

	@Test
	void aHelloIsAnsweredWithWhatTheClientMustKnow() {
		Welcome welcome = this.server.client(1).hello();
		assertThat(welcome.version()).isEqualTo(Message.VERSION);
		assertThat(welcome.serverId()).isEqualTo(ServerHarness.SERVER_ID);
		assertThat(welcome.committed()).isEqualTo(this.server.agent.report().sequence());
		assertThat(welcome.heartbeatMillis()).isEqualTo(500);
		assertThat(welcome.sessionTimeoutMillis()).isEqualTo(10_000);
		assertThat(welcome.lastCounter()).isZero();
		assertThat(welcome.maxKeyLength()).isEqualTo(255);
		assertThat(welcome.maxValueSize()).isEqualTo(1 << 16);
	}

	@Test
	void anotherVersionIsSentAway() {
		Client client = this.server.client(1);
		client.say(new Hello(2, 1, "from the future", 0, 0, 1));
		assertThat(client.only(Bye.class))
			.isEqualTo(new Bye(Bye.Reason.REFUSED, "this server speaks version 1, not 2"));
		assertThat(this.server.agent.report().sessions()).isZero();
	}

	@Test
	void whoHasNoSessionIsToldToSayHello() {
		Client client = this.server.client(1);
		client.say(new Ping(1));
		assertThat(client.only(Bye.class)).isEqualTo(new Bye(Bye.Reason.NO_SESSION, "no session: say HELLO"));
		client.say(new Write(0, 1, List.of(ServerHarness.put("key", "value"))));
		assertThat(client.take(Bye.class)).hasSize(1);
		assertThat(this.server.agent.report().entries()).isZero();
	}

	@Test
	void aByeWithoutASessionIsNotAnswered() {
		Client client = this.server.client(1);
		client.say(new Bye(Bye.Reason.STOPPING, "bye"));
		assertThat(client.take(Message.class)).isEmpty();
	}

	@Test
	void aSecondHelloOfAClientKeepsItsSession() {
		Client client = this.server.client(1);
		Welcome first = client.hello();
		client.write(ServerHarness.putEphemeral("key", "value"));
		client.reconnect();
		Welcome second = client.hello();
		assertThat(second.sessionId()).isEqualTo(first.sessionId());
		assertThat(second.lastCounter()).isEqualTo(1);
		assertThat(this.server.agent.report().sessions()).isOne();
		assertThat(this.server.agent.report().entries()).isOne();
	}

	@Test
	void theRouteFromBeforeAReconnectHasNoSession() {
		Client client = this.server.joined(1);
		Client former = this.server.client(1);
		former.reconnect(client.route());
		client.reconnect();
		client.hello();
		former.say(new Ping(1));
		assertThat(former.take(Bye.class)).hasSize(1);
		client.say(new Ping(1));
		assertThat(client.take(Pong.class)).hasSize(1);
	}

	@Test
	void aClientThatLostItsRouteToAnotherDoesNotTakeItAwayByComingBack() {
		Client first = this.server.joined(1);
		Client second = this.server.client(2);
		second.reconnect(first.route());
		second.hello();
		first.reconnect();
		first.hello();
		second.say(new Ping(1));
		assertThat(second.take(Bye.class)).isEmpty();
		assertThat(second.take(Pong.class)).hasSize(1);
	}

	@Test
	void aPingIsAnsweredWithTheTimeAndWhatIsCommitted() {
		Client client = this.server.joined(1);
		client.write(ServerHarness.put("key", "value"));
		client.say(new Ping(77));
		assertThat(client.only(Pong.class))
			.isEqualTo(new Pong(77, this.server.clock.epochMicros(), this.server.agent.report().sequence(), 1));
	}

	@Test
	void aSilentSessionEndsAfterTheTimeOutAndNotBefore() {
		this.server.joined(1);
		this.server.run(ServerHarness.SESSION_TIMEOUT);
		assertThat(this.server.agent.report().sessions()).isOne();
		this.server.run(ServerHarness.HEARTBEAT);
		assertThat(this.server.agent.report().sessions()).isZero();
	}

	@Test
	void anySignOfLifeKeepsASession() {
		Client client = this.server.joined(1);
		for (int i = 0; i < 5; i++) {
			this.server.run(ServerHarness.SESSION_TIMEOUT.minus(A_MOMENT));
			client.say(new Ping(i));
		}
		assertThat(this.server.agent.report().sessions()).isOne();
	}

	@Test
	void aServerThatStoodStillEndsNoSessionBeforeItHasListened() {
		Client client = this.server.joined(1);
		client.write(ServerHarness.putEphemeral("key", "1"));
		this.server.clock.advance(ServerHarness.SESSION_TIMEOUT.multipliedBy(2));
		this.server.turn();
		assertThat(this.server.agent.report().sessions()).isOne();
		client.say(new Ping(1));
		this.server.run(ServerHarness.SESSION_TIMEOUT);
		assertThat(this.server.agent.report().entries()).isOne();
		this.server.run(ServerHarness.HEARTBEAT);
		assertThat(this.server.agent.report().entries()).isZero();
	}

	@Test
	void aClientThatComesBackTooLateHasANewSession() {
		Client client = this.server.client(1);
		Welcome first = client.hello();
		this.server.run(ServerHarness.SESSION_TIMEOUT.plus(ServerHarness.HEARTBEAT));
		client.say(new Ping(1));
		assertThat(client.take(Bye.class)).hasSize(1);
		assertThat(client.hello().sessionId()).isNotEqualTo(first.sessionId());
	}

	@Test
	void theEphemeralEntriesOfASilentSessionExpireOnceEachAndInOrder() {
		this.server.subscribe("");
		Client client = this.server.joined(1);
		client.write(ServerHarness.putEphemeral("a", "1"), ServerHarness.put("kept", "1"),
				ServerHarness.putEphemeral("b", "1"), ServerHarness.putEphemeral("a", "2"));
		this.server.updates("");
		this.server.run(ServerHarness.SESSION_TIMEOUT.plus(ServerHarness.HEARTBEAT));
		List<Update> updates = this.server.updates("");
		assertThat(updates).extracting(Update::kind).containsOnly(Update.Kind.EXPIRE);
		assertThat(updates).extracting(Update::key).containsExactlyInAnyOrder("a", "b");
		assertThat(updates).extracting(Update::sequence).isSorted().doesNotHaveDuplicates();
		assertThat(updates).extracting(Update::writerKind).containsOnly(CloneWriter.Kind.SERVER);
		assertThat(this.server.agent.report().entries()).isOne();
		assertThat(this.server.agent.report().expired()).isEqualTo(2);
	}

	@Test
	void aByeEndsTheEphemeralEntriesAtOnce() {
		this.server.subscribe("");
		Client client = this.server.joined(1);
		client.write(ServerHarness.putEphemeral("a", "1"));
		client.say(new Bye(Bye.Reason.STOPPING, "closing"));
		this.server.turn();
		assertThat(this.server.updates("")).extracting(Update::kind)
			.containsExactly(Update.Kind.PUT, Update.Kind.EXPIRE);
		assertThat(this.server.agent.report().sessions()).isZero();
	}

	@Test
	void anEphemeralEntryThatAnotherClientHasWrittenSurvivesItsFirstOwner() {
		Client first = this.server.joined(1);
		Client second = this.server.joined(2);
		first.write(ServerHarness.putEphemeral("key", "first"));
		second.write(ServerHarness.put("key", "second"));
		first.say(new Bye(Bye.Reason.STOPPING, "closing"));
		assertThat(new String(second.writeOne(ServerHarness.get("key")).entry().value())).isEqualTo("second");
		assertThat(this.server.agent.report().expired()).isZero();
	}

	@Test
	void anEphemeralEntryThatAnotherClientTookOverEndsWithThatOne() {
		Client first = this.server.joined(1);
		Client second = this.server.joined(2);
		first.write(ServerHarness.putEphemeral("key", "first"));
		second.write(ServerHarness.putEphemeral("key", "second"));
		first.say(new Bye(Bye.Reason.STOPPING, "closing"));
		assertThat(this.server.agent.report().entries()).isOne();
		second.say(new Bye(Bye.Reason.STOPPING, "closing"));
		assertThat(this.server.agent.report().entries()).isZero();
	}

	@Test
	void aReplyIsNotARequest() {
		Client client = this.server.joined(1);
		client.say(new Passive(1));
		assertThat(this.server.agent.report().malformed()).containsExactly(entry(MalformedReason.NOT_A_REQUEST, 1L));
		assertThat(client.take(Message.class)).isEmpty();
	}

	@Test
	void oneForgedEpochDoesNotUseUpAllEpochs() {
		Client forger = this.server.client(1);
		forger.sayHello(Sequence.startOf(Sequence.MAX_EPOCH - 1), 99);
		assertThat(forger.only(Bye.class).reason()).isEqualTo(Bye.Reason.REFUSED);
		assertThat(this.server.agent.report().epoch()).isOne();
		assertThat(this.server.agent.report().malformed()).containsExactly(entry(MalformedReason.EPOCH, 1L));
	}

	@Test
	void forgedEpochsUseUpNoMoreThanTheTimeOfDayAllowsHoweverManyThereAre() {
		Client forger = this.server.client(1);
		int highest = Sequence.highestEpochAt(this.server.clock.epochMicros());
		for (int step : new int[] { 1000, 100, 10, 0 }) {
			for (int i = 0; i < 20; i++) {
				forger.sayHello(Sequence.startOf(this.server.agent.report().epoch() + step), 99);
			}
		}
		assertThat(this.server.agent.report().epoch()).isEqualTo(highest).isLessThan(Sequence.MAX_EPOCH / 2);
		forger.take(Message.class);
		forger.sayHello(Sequence.startOf(highest), 99);
		assertThat(forger.only(Bye.class).explanation()).contains("too far ahead");
		this.server.clock.advance(Duration.ofDays(1).toNanos());
		this.server.turn();
		forger.sayHello(Sequence.startOf(highest), 99);
		forger.only(Welcome.class);
		assertThat(this.server.agent.report().epoch()).isEqualTo(highest + 1);
	}

	@Test
	void whoKnowsTheIdOfAClientDoesNotHaveItsSession() {
		this.server.subscribe("");
		Client client = this.server.joined(1);
		client.write(ServerHarness.putEphemeral("key", "value"));
		long publicId = this.server.updates("").get(0).writerId();
		Client stranger = this.server.client(publicId);
		stranger.hello();
		stranger.say(new Write(0, 1, List.of(ServerHarness.put("key", "forged"))));
		stranger.say(new Bye(Bye.Reason.STOPPING, "closing"));
		this.server.turn();
		assertThat(this.server.updates("")).extracting(Update::writerId).doesNotContain(publicId);
		assertThat(this.server.agent.report().expired()).isZero();
		assertThat(client.writeOne(ServerHarness.put("other", "value")).sequence()).isPositive();
		assertThat(this.server.agent.report().sessions()).isOne();
	}

	@Test
	void whatIsMalformedIsCountedAndDropped() {
		Client client = this.server.joined(1);
		this.server.agent.onRequest(client.route(), "ICANHAZ?".getBytes(), new byte[0]);
		this.server.agent.onRequest(client.route(), Command.WRITE.frame(), new byte[3]);
		this.server.agent.onRequest(client.route(), new byte[0], new byte[0]);
		this.server.agent.onSubscribed("/a".getBytes());
		this.server.agent.onUnsubscribed(new byte[0]);
		this.server.agent.onMalformed(MalformedReason.FRAMES, "one frame too few");
		client.say(new Hello(Message.VERSION + 1, 2, "x", 0, 0, 1));
		this.server.client(3).say(new Ping(1));
		client.say(new Write(0, 7, List.of(ServerHarness.put("key", "value"))));
		assertThat(this.server.agent.report().malformed()).containsExactly(entry(MalformedReason.FRAMES, 1L),
				entry(MalformedReason.COMMAND, 2L), entry(MalformedReason.BODY, 1L), entry(MalformedReason.TOPIC, 2L),
				entry(MalformedReason.VERSION, 1L), entry(MalformedReason.NO_SESSION, 1L),
				entry(MalformedReason.MISSING_WRITES, 1L));
		assertThat(client.writeOne(ServerHarness.put("key", "value")).sequence()).isPositive();
	}

	@Test
	void aClientFromAServerWithAHigherSequenceRaisesTheEpoch() {
		this.server.subscribe("");
		this.server.turn();
		this.server.published("");
		Client client = this.server.client(1);
		client.sayHello(Sequence.startOf(7) + 5, 99);
		assertThat(client.only(Welcome.class).committed()).isEqualTo(Sequence.startOf(8));
		assertThat(this.server.agent.report().epoch()).isEqualTo(8);
		assertThat(client.writeOne(ServerHarness.put("key", "value")).sequence()).isEqualTo(Sequence.startOf(8) + 1);
	}

	@Test
	void subscribersHearOfANewEpochAtOnce() {
		this.server.subscribe("");
		this.server.turn();
		this.server.published("");
		this.server.client(1).sayHello(Sequence.startOf(7) + 5, 99);
		this.server.turn();
		assertThat(this.server.published("")).extracting((one) -> one.batch().committed())
			.containsExactly(Sequence.startOf(8));
	}

	@Test
	void aSecondClientFromTheSameServerRaisesNothingMore() {
		this.server.client(1).sayHello(Sequence.startOf(7) + 5, 99);
		this.server.client(2).sayHello(Sequence.startOf(7) + 9, 99);
		assertThat(this.server.agent.report().epoch()).isEqualTo(8);
	}

	@Test
	void aClientOfThisServerOrOfOneThatStoodLowerRaisesNothing() {
		long committed = this.server.agent.report().sequence();
		this.server.client(1).sayHello(committed - 1, 99);
		this.server.client(2).sayHello(committed, ServerHarness.SERVER_ID);
		this.server.client(3).sayHello(0, 0);
		assertThat(this.server.agent.report().sequence()).isEqualTo(committed);
	}

	@Test
	void theHighestEpochLeavesNoneAboveIt() {
		Client client = this.server.client(1);
		client.sayHello(Sequence.startOf(Sequence.MAX_EPOCH), 99);
		assertThat(client.only(Bye.class).explanation()).contains("no higher one");
		assertThat(this.server.agent.report().sessions()).isZero();
		assertThat(this.server.agent.report().epoch()).isOne();
		assertThat(this.server.agent.report().malformed()).containsExactly(entry(MalformedReason.EPOCH, 1L));
	}

	@Test
	void thereAreNoMoreSessionsThanTheLimit() {
		for (int id = 1; id <= ClientRequests.MAX_SESSIONS; id++) {
			this.server.client(id).sayHello(0, 0);
		}
		Client oneMore = this.server.client(0);
		oneMore.sayHello(0, 0);
		assertThat(oneMore.only(Bye.class).explanation()).contains("10000 sessions");
		Client known = this.server.client(5);
		known.sayHello(0, 0);
		assertThat(known.take(Welcome.class)).hasSize(1);
		assertThat(this.server.agent.report().sessions()).isEqualTo(ClientRequests.MAX_SESSIONS);
	}

	@Test
	void aServerThatStopsSaysBye() {
		Client first = this.server.joined(1);
		Client second = this.server.joined(2);
		this.server.agent.onStop();
		assertThat(first.only(Bye.class)).isEqualTo(new Bye(Bye.Reason.STOPPING, "the server stops"));
		assertThat(second.take(Bye.class)).hasSize(1);
	}

}
