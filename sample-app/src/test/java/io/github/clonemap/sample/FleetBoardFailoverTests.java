package io.github.clonemap.sample;

import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The pair as it is started by hand, with the profiles of the sample on free ports: a
 * primary, a backup and a client in processes of their own. The primary is killed, and
 * comes back.
 */
@Timeout(240)
class FleetBoardFailoverTests {

	@TempDir
	private Path directory;

	private final List<BoardProcess> processes = new ArrayList<>();

	private final Place first = Place.free();

	private final Place second = Place.free();

	@AfterEach
	void stop() throws InterruptedException {
		for (BoardProcess process : this.processes) {
			process.close();
		}
	}

	@Test
	void theBackupTakesOverFromAKilledPrimaryWithoutALossAndThePrimaryComesBackPassive() throws Exception {
		BoardProcess primary = start("primary", this.first.arguments(this.second));
		BoardProcess backup = start("backup", this.second.arguments(this.first));
		BoardProcess client = start("client",
				"--clone.servers=tcp://localhost:" + this.first.port() + ",tcp://localhost:" + this.second.port());
		this.processes.forEach(BoardProcess::awaitStarted);
		awaitInSync(primary, backup);
		JsonNode before = primary.state().path("server");
		assertThat(before.path("replicaLag").isNumber()).isTrue();
		assertThat(backup.state().path("server").path("role").asString()).isEqualTo("PASSIVE");
		assertThat(client.state().has("server")).isFalse();
		assertThat(client.state().path("uses").asString()).isEqualTo("tcp://localhost:" + this.first.port());

		Map<String, String> written = new TreeMap<>();
		for (int i = 0; i < 50; i++) {
			assertThat(client.put("before-" + i, "note " + i)).isTrue();
			written.put("before-" + i, "note " + i);
		}
		try (EventSource board = new EventSource(backup.port())) {
			primary.kill();
			// One write waits for five seconds, which is enough unless the machine is
			// busy.
			await().atMost(Duration.ofSeconds(10)).until(() -> client.put("after", "the kill"));
			written.put("after", "the kill");
			JsonNode active = backup.state().path("server");
			assertThat(active.path("role").asString()).isEqualTo("ACTIVE");
			assertThat(active.path("epoch").asInt()).isGreaterThan(before.path("epoch").asInt());
			assertThat(active.path("inSync").asBoolean()).isFalse();
			assertThat(client.state().path("uses").asString()).isEqualTo("tcp://localhost:" + this.second.port());
			await().untilAsserted(() -> assertThat(board.events("state"))
				.anySatisfy((state) -> assertThat(state.path("server").path("role").asString()).isEqualTo("ACTIVE")));
		}
		assertThat(client.flags()).containsExactlyEntriesOf(written);
		await().untilAsserted(() -> assertThat(backup.flags()).containsExactlyEntriesOf(written));

		BoardProcess again = start("primary", this.first.arguments(this.second));
		again.awaitStarted();
		awaitInSync(backup, again);
		assertThat(again.state().path("server").path("role").asString()).isEqualTo("PASSIVE");
		assertThat(backup.state().path("server").path("role").asString()).isEqualTo("ACTIVE");
		await().untilAsserted(() -> assertThat(again.flags()).containsExactlyEntriesOf(written));
	}

	private static void awaitInSync(BoardProcess active, BoardProcess passive) {
		await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
			assertThat(active.state().path("server").path("role").asString()).isEqualTo("ACTIVE");
			assertThat(active.state().path("server").path("inSync").asBoolean()).isTrue();
			assertThat(passive.state().path("server").path("inSync").asBoolean()).isTrue();
		});
	}

	private BoardProcess start(String profile, String... args) throws IOException {
		List<String> all = new ArrayList<>(List.of(args));
		all.add("--spring.profiles.active=" + profile);
		BoardProcess process = new BoardProcess(this.directory.resolve("process-" + this.processes.size() + ".log"),
				all.toArray(String[]::new));
		this.processes.add(process);
		return process;
	}

	/**
	 * The ports of one server, instead of those of its profile.
	 *
	 * @param port its port P
	 * @param statePort the port of its state
	 */
	private record Place(int port, int statePort) {

		/**
		 * Finds ports that are free now, below those that the system gives away by
		 * itself.
		 */
		static Place free() {
			while (true) {
				int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
				if (isFree(port) && isFree(port + 3) && isFree(port + 4)) {
					return new Place(port, port + 4);
				}
			}
		}

		private static boolean isFree(int port) {
			try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
				return socket.isBound();
			}
			catch (BindException ex) {
				return false;
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
		}

		String[] arguments(Place peer) {
			return new String[] { "--clone.server.port=" + this.port, "--clone.server.bstar.port=" + this.statePort,
					"--clone.server.bstar.peer=tcp://localhost:" + peer.statePort,
					"--clone.server.bstar.peer-server=tcp://localhost:" + peer.port };
		}

	}

}
