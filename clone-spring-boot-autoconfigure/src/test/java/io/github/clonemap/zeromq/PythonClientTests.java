package io.github.clonemap.zeromq;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

import io.github.clonemap.CloneMap;
import io.github.clonemap.CloneWriter;
import io.github.clonemap.ValueCodec;
import io.github.clonemap.agent.Clock;
import io.github.clonemap.binarystar.BinaryStarRole;
import io.github.clonemap.client.ClientSettings;
import io.github.clonemap.client.CloneClient;
import io.github.clonemap.client.ServerEndpoint;
import io.github.clonemap.client.ValueCodecs;
import io.github.clonemap.server.CloneServer;
import io.github.clonemap.server.ServerSettings;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.abort;

/**
 * Runs the client in Python as the README prints it.
 */
class PythonClientTests {

	private static final List<String> PYTHONS = List.of("python3", "/usr/bin/python3");

	private final List<AutoCloseable> toClose = new ArrayList<>();

	private final Queue<String> output = new ConcurrentLinkedQueue<>();

	@TempDir
	private Path directory;

	private String python;

	@BeforeEach
	void findPython() throws Exception {
		for (String candidate : PYTHONS) {
			try {
				Process process = new ProcessBuilder(candidate, "-c", "import zmq").redirectErrorStream(true)
					.redirectOutput(ProcessBuilder.Redirect.DISCARD)
					.start();
				if (process.waitFor(20, TimeUnit.SECONDS) && process.exitValue() == 0) {
					this.python = candidate;
					return;
				}
				process.destroyForcibly();
			}
			catch (IOException ex) {
				// There is no such program.
			}
		}
		abort("Skipped: none of " + PYTHONS + " is a Python with pyzmq (pip install pyzmq)");
	}

	@AfterEach
	void close() throws Exception {
		for (int i = this.toClose.size() - 1; i >= 0; i--) {
			this.toClose.get(i).close();
		}
	}

	@Test
	void theClientInTheReadmeReadsFollowsAndWrites() throws Exception {
		ServerSettings settings = ServerSettings.defaults();
		CloneServer server = new CloneServer(settings,
				ZmqServerSockets.factory("127.0.0.1", 0, settings.maxValueSize(), null, true), Clock.system());
		this.toClose.add(server);
		server.start();
		CloneMap<String> map = map(new ServerEndpoint("127.0.0.1", server.port()));
		map.put("/flags/a", "1");
		map.put("/other", "2");
		startClient("/flags/", "127.0.0.1:" + server.port());
		awaitOutput("snapshot {b'/flags/a': b'1'}");
		awaitOutput("update b'/flags/python' b'was here'");
		await().untilAsserted(() -> assertThat(map.get("/flags/python")).isEqualTo("was here"));
		assertThat(map.entry("/flags/python").writer().kind()).isEqualTo(CloneWriter.Kind.CHP);
		assertThat(map.entry("/flags/python").ttl()).isEqualTo(Duration.ofMinutes(1));
		map.put("/flags/b", "3");
		map.remove("/flags/a");
		awaitOutput("update b'/flags/b' b'3'");
		awaitOutput("update b'/flags/a' b''");
	}

	@Test
	void theClientInTheReadmeTurnsToTheOtherServerOfAPair() throws Exception {
		PairServerProcess.Place first = PairServerProcess.Place.free();
		PairServerProcess.Place second = PairServerProcess.Place.free();
		Duration heartbeat = Duration.ofMillis(200);
		PairServerProcess primary = new PairServerProcess(BinaryStarRole.PRIMARY, first, second, heartbeat).withChp();
		PairServerProcess backup = new PairServerProcess(BinaryStarRole.BACKUP, second, first, heartbeat).withChp();
		for (PairServerProcess server : List.of(primary, backup)) {
			this.toClose.add(server);
			server.start();
		}
		// Nobody else votes.
		startClient("/flags/", "127.0.0.1:" + first.port(), "127.0.0.1:" + second.port());
		awaitOutput("snapshot {}");
		awaitOutput("update b'/flags/python' b'was here'");
		await().atMost(Duration.ofSeconds(30)).until(() -> primary.isInSync() && backup.isInSync());
		PairServerProcess active = primary.isActive() ? primary : backup;
		active.kill();
		awaitOutput("snapshot {b'/flags/python': b'was here'}");
		PairServerProcess other = (active == primary) ? backup : primary;
		await().until(other::isActive);
	}

	private void startClient(String... arguments) throws Exception {
		Path program = Files.writeString(this.directory.resolve("client.py"), printedClient());
		List<String> command = new ArrayList<>(List.of(this.python, program.toString()));
		command.addAll(List.of(arguments));
		Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
		this.toClose.add(() -> process.destroyForcibly().waitFor());
		Thread reader = new Thread(() -> read(process), "output of the client");
		reader.setDaemon(true);
		reader.start();
	}

	private void read(Process process) {
		try (BufferedReader lines = new BufferedReader(
				new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
			lines.lines().forEach(this.output::add);
		}
		catch (IOException ex) {
			this.output.add(ex.toString());
		}
	}

	private void awaitOutput(String line) {
		await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> assertThat(this.output).contains(line));
	}

	private CloneMap<String> map(ServerEndpoint server) throws Exception {
		CloneClient client = new CloneClient(ClientSettings.defaults(), ValueCodecs.BASIC, ZmqClientSockets.factory(),
				Clock.system());
		this.toClose.add(client);
		client.start(List.of(server));
		assertThat(client.awaitLive(Duration.ofSeconds(10))).isTrue();
		return client.map("all", "", ValueCodec.STRING, null);
	}

	private static String printedClient() throws IOException {
		String readme = Files.readString(Path.of("..", "README.md"));
		String begin = "```python\n";
		int start = readme.indexOf(begin);
		assertThat(start).as("a block of Python in the README").isNotNegative();
		assertThat(readme.indexOf(begin, start + 1)).as("another one").isNegative();
		return readme.substring(start + begin.length(), readme.indexOf("```", start + begin.length()));
	}

}
