package io.github.clonemap.autoconfigure;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import io.github.clonemap.CloneMap;
import io.github.clonemap.CloneState;
import io.github.clonemap.autoconfigure.health.CloneServerHealthContributorAutoConfiguration;
import io.github.clonemap.autoconfigure.metrics.CloneServerMetricsAutoConfiguration;
import io.github.clonemap.client.CloneClient;
import io.github.clonemap.client.ServerEndpoint;
import io.github.clonemap.event.CloneConflictEvent;
import io.github.clonemap.event.CloneServerRoleChangedEvent;
import io.github.clonemap.server.CloneServer;
import io.github.clonemap.server.ServerReport;
import io.github.clonemap.server.ServerRole;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Two applications whose servers are a pair, over real sockets.
 */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class ClonePairTests {

	private static final byte[] VALUE = "value".getBytes(StandardCharsets.UTF_8);

	private final FreePorts.Place first = FreePorts.place();

	private final FreePorts.Place second = FreePorts.place();

	private final List<ConfigurableApplicationContext> contexts = new ArrayList<>();

	@TempDir
	private Path directory;

	@AfterEach
	void close() {
		this.contexts.forEach(ConfigurableApplicationContext::close);
	}

	@Test
	void twoApplicationsFormAPairAndBothSayWhatTheyAre() {
		ConfigurableApplicationContext backup = backup();
		ConfigurableApplicationContext primary = primary();
		awaitInSync(primary, backup);
		assertRole(primary, ServerRole.ACTIVE);
		assertRole(backup, ServerRole.PASSIVE);
		assertThat(roles(primary)).singleElement().satisfies((event) -> {
			assertThat(event.getSource()).isSameAs(primary.getBean(CloneServer.class));
			assertThat(event.getFrom()).isEqualTo("WAITING");
			assertThat(event.getTo()).isEqualTo("ACTIVE");
		});
		assertThat(roles(backup)).extracting(CloneServerRoleChangedEvent::getTo).containsExactly("PASSIVE");
		assertThat(primary.getBean(Roles.class).threads).allSatisfy((name) -> assertThat(name).endsWith("-events"));

		await().untilAsserted(() -> {
			assertThat(health(primary).getStatus()).isEqualTo(Status.UP);
			assertThat(health(primary).getDetails())
				.containsAllEntriesOf(Map.of("role", ServerRole.ACTIVE, "inSync", true, "replicaLag", 0L));
			assertThat(health(backup).getStatus()).isEqualTo(Status.UP);
			assertThat(health(backup).getDetails())
				.containsAllEntriesOf(Map.of("role", ServerRole.PASSIVE, "inSync", true))
				.doesNotContainKey("replicaLag");
		});
		assertThat(gauge(primary, "clone.server.role", "role", "active")).isEqualTo(1);
		assertThat(gauge(primary, "clone.server.in.sync")).isEqualTo(1);
		assertThat(gauge(primary, "clone.server.replica.lag")).isZero();
		assertThat(gauge(backup, "clone.server.role", "role", "passive")).isEqualTo(1);
		assertThat(gauge(backup, "clone.server.role", "role", "active")).isZero();
		assertThat(gauge(backup, "clone.server.in.sync")).isEqualTo(1);
		assertThat(gauge(backup, "clone.server.replica.lag")).isNaN();
	}

	@Test
	void theClientInEachApplicationUsesWhicheverServerIsActive() {
		ConfigurableApplicationContext backup = backup();
		ConfigurableApplicationContext primary = primary();
		assertThat(servers(primary)).containsExactly(endpoint(this.first), endpoint(this.second));
		assertThat(servers(backup)).containsExactly(endpoint(this.second), endpoint(this.first));
		awaitInSync(primary, backup);
		map(primary).put("a", VALUE);
		await().until(() -> map(backup).containsKey("a"));
		assertThat(backup.getBean(CloneClient.class).report().server()).isEqualTo(endpoint(this.first).toString());
		map(backup).put("b", VALUE);
		assertThat(map(primary).await(map(backup).sequence())).succeedsWithin(Duration.ofSeconds(5));
		assertThat(map(primary)).containsKey("b");
	}

	@Test
	void aServerThatStopsHandsOverAndComesBackPassiveWithEverything() {
		ConfigurableApplicationContext backup = backup();
		ConfigurableApplicationContext primary = primary();
		awaitInSync(primary, backup);
		map(primary).put("before", VALUE);
		int epoch = report(primary).epoch();
		primary.stop();
		await().until(() -> report(backup).role() == ServerRole.ACTIVE);
		assertThat(report(backup).epoch()).isGreaterThan(epoch);
		assertThat(roles(primary)).extracting(CloneServerRoleChangedEvent::getTo).containsExactly("ACTIVE", "PASSIVE");
		await().until(() -> backup.getBean(CloneClient.class).state() == CloneState.LIVE);
		assertThat(map(backup)).containsKey("before");
		map(backup).put("between", VALUE);
		// It serves alone, and says that nobody could stand in.
		assertThat(health(backup).getDetails()).containsEntry("inSync", false).doesNotContainKey("replicaLag");
		assertThat(health(backup).getStatus()).isEqualTo(Status.UP);
		primary.start();
		awaitInSync(backup, primary);
		assertRole(primary, ServerRole.PASSIVE);
		await().until(() -> primary.getBean(CloneClient.class).state() == CloneState.LIVE);
		assertThat(map(primary)).containsKeys("before", "between");
		assertThat(report(primary).entries()).isEqualTo(2);
		assertThat(report(primary).conflicts()).isZero();
	}

	@Test
	void whoeverHearsOfANewRoleSeesItInTheReport() {
		ConfigurableApplicationContext backup = backup();
		ConfigurableApplicationContext primary = primary();
		awaitInSync(primary, backup);
		primary.stop();
		await().until(() -> roles(backup).size() == 2);
		assertThat(backup.getBean(Roles.class).reported).containsExactly(ServerRole.PASSIVE, ServerRole.ACTIVE);
	}

	@Test
	void aStopWaitsUntilItsChangeOfRoleWasHeard() {
		ConfigurableApplicationContext backup = backup();
		ConfigurableApplicationContext primary = primary();
		awaitInSync(primary, backup);
		primary.getBean(Roles.class).delayMillis = 300;
		primary.stop();
		assertThat(roles(primary)).extracting(CloneServerRoleChangedEvent::getTo).containsExactly("ACTIVE", "PASSIVE");
	}

	@Test
	void aListenerMayStopItsApplication() {
		ConfigurableApplicationContext backup = backup();
		ConfigurableApplicationContext primary = primary();
		awaitInSync(primary, backup);
		backup.getBean(Roles.class).then = backup::stop;
		primary.stop();
		await().atMost(Duration.ofSeconds(3)).until(() -> roles(backup).size() == 2);
		assertThat(backup.getBean(CloneServer.class).isRunning()).isFalse();
	}

	@Test
	void afterAPartitionTheOrderOfTheOneThatTookOverStaysAndWhatIsLostIsToldAndKept() throws Exception {
		Path conflictLog = this.directory.resolve("conflicts.jsonl");
		try (Link toBackup = new Link(this.second); Link toPrimary = new Link(this.first)) {
			ConfigurableApplicationContext backup = run(this.second.properties("backup", toPrimary.place()),
					"clone.startup.mode=async");
			ConfigurableApplicationContext primary = run(this.first.properties("primary", toBackup.place()),
					"clone.server.bstar.conflict-log=" + conflictLog);
			awaitInSync(primary, backup);
			map(primary).put("shared", VALUE);
			int epoch = report(primary).epoch();
			toBackup.cut();
			toPrimary.cut();
			// The client inside of the backup's application cannot reach the primary
			// either.
			await().until(() -> report(backup).role() == ServerRole.ACTIVE);
			assertRole(primary, ServerRole.ACTIVE);
			assertThat(report(backup).epoch()).isGreaterThan(epoch);
			await().until(() -> backup.getBean(CloneClient.class).state() == CloneState.LIVE);
			map(primary).put("lost", "at the primary".getBytes(StandardCharsets.UTF_8));
			map(backup).put("kept", VALUE);

			toBackup.heal();
			toPrimary.heal();
			awaitInSync(backup, primary);
			assertRole(primary, ServerRole.PASSIVE);
			await().until(() -> primary.getBean(CloneClient.class).state() == CloneState.LIVE
					&& map(primary).containsKey("kept"));
			assertThat(map(primary)).containsOnlyKeys("shared", "kept");
			await().until(() -> !primary.getBean(Roles.class).conflicts.isEmpty());
			assertThat(primary.getBean(Roles.class).conflicts).singleElement()
				.satisfies((event) -> assertThat(event.getConflicts()).singleElement().satisfies((conflict) -> {
					assertThat(conflict.key()).isEqualTo("lost");
					assertThat(conflict.value()).asString(StandardCharsets.UTF_8).isEqualTo("at the primary");
				}));
			assertThat(Files.readAllLines(conflictLog)).singleElement()
				.satisfies((line) -> assertThat(line).contains("\"key\":\"lost\"",
						"\"value\":\""
								+ Base64.getEncoder().encodeToString("at the primary".getBytes(StandardCharsets.UTF_8))
								+ "\""));
			assertThat(primary.getBean(MeterRegistry.class).get("clone.server.conflicts").functionCounter().count())
				.isEqualTo(1);
			assertThat(backup.getBean(Roles.class).conflicts).isEmpty();
		}
	}

	@Test
	void aBackupThatIsCutOffStaysPassiveUnlessSomebodyAsksIt() throws Exception {
		try (Link toBackup = new Link(this.second); Link toPrimary = new Link(this.first)) {
			ConfigurableApplicationContext backup = run(this.second.properties("backup", toPrimary.place()),
					"clone.startup.mode=async", "clone.servers=tcp://127.0.0.1:" + toPrimary.place().port());
			ConfigurableApplicationContext primary = run(this.first.properties("primary", toBackup.place()));
			awaitInSync(primary, backup);
			toBackup.cut();
			toPrimary.cut();
			// It goes on alone after a peer time-out, and that is when a backup that is
			// asked would take over.
			map(primary).put("alone", VALUE);
			await().during(Duration.ofSeconds(2))
				.atMost(Duration.ofSeconds(3))
				.until(() -> report(backup).role() == ServerRole.PASSIVE);
			assertThat(report(primary).inSync()).isFalse();
			toBackup.heal();
			toPrimary.heal();
			awaitInSync(primary, backup);
			await().until(() -> map(backup).containsKey("alone"));
			assertThat(report(primary).conflicts() + report(backup).conflicts()).isZero();
		}
	}

	@Test
	void aPrimaryThatIsStartedWhileItIsCutOffBeginsEmptyAndGivesWayAfterwards() throws Exception {
		try (Link toBackup = new Link(this.second); Link toPrimary = new Link(this.first)) {
			ConfigurableApplicationContext backup = run(this.second.properties("backup", toPrimary.place()),
					"clone.startup.mode=async");
			ConfigurableApplicationContext primary = run(this.first.properties("primary", toBackup.place()));
			awaitInSync(primary, backup);
			map(primary).put("kept", VALUE);
			primary.stop();
			await().until(() -> backup.getBean(CloneClient.class).state() == CloneState.LIVE);
			toBackup.cut();
			toPrimary.cut();
			primary.start();
			assertRole(primary, ServerRole.ACTIVE);
			assertThat(map(primary)).isEmpty();
			map(primary).put("lost", VALUE);
			map(backup).put("new", VALUE);

			toBackup.heal();
			toPrimary.heal();
			awaitInSync(backup, primary);
			await().until(() -> primary.getBean(CloneClient.class).state() == CloneState.LIVE
					&& map(primary).containsKey("new"));
			assertThat(map(primary)).containsOnlyKeys("kept", "new");
			assertThat(report(primary).conflicts()).isEqualTo(1);
			assertThat(report(backup).conflicts()).isZero();
		}
	}

	@Test
	void twoServersWithTheSameRoleSaySo(CapturedOutput output) {
		primary();
		run(this.second.properties("primary", this.first));
		await().until(() -> output.getAll()
			.contains("both servers have the role PRIMARY (clone.server.bstar.role): one must be the primary"));
	}

	@Test
	void aServerThatIsItsOwnPeerSaysSo(CapturedOutput output) {
		run(this.first.properties("primary", this.first));
		await().until(() -> output.getAll()
			.contains("clone.server.bstar.peer leads to this server itself: it must lead to the other one"));
	}

	@Test
	void aBackupWithoutAPrimaryIsOutOfServiceAndTheApplicationStartsAllTheSame() {
		ConfigurableApplicationContext backup = backup("clone.startup.timeout=1s");
		assertThat(backup.getBean(CloneClient.class).state()).isNotEqualTo(CloneState.LIVE);
		assertThat(health(backup).getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
		assertThat(health(backup).getDetails()).containsEntry("role", ServerRole.WAITING)
			.containsEntry("inSync", false);
		assertThat(gauge(backup, "clone.server.role", "role", "waiting")).isEqualTo(1);
		assertThat(gauge(backup, "clone.server.in.sync")).isZero();
		assertThat(roles(backup)).isEmpty();
	}

	@Test
	void aBackupThatMayStartAloneServes() {
		ConfigurableApplicationContext backup = backup("clone.server.bstar.start-alone=true");
		assertThat(backup.getBean(CloneClient.class).state()).isEqualTo(CloneState.LIVE);
		assertRole(backup, ServerRole.ACTIVE);
	}

	@Test
	void aPrimaryWithoutABackupServesAndSaysThatItIsNotInSync() {
		ConfigurableApplicationContext primary = primary();
		assertThat(primary.getBean(CloneClient.class).state()).isEqualTo(CloneState.LIVE);
		map(primary).put("alone", VALUE);
		assertRole(primary, ServerRole.ACTIVE);
		assertThat(health(primary).getStatus()).isEqualTo(Status.UP);
		assertThat(health(primary).getDetails()).containsEntry("inSync", false).doesNotContainKey("replicaLag");
		assertThat(gauge(primary, "clone.server.in.sync")).isZero();
		assertThat(gauge(primary, "clone.server.replica.lag")).isNaN();
	}

	private ConfigurableApplicationContext primary() {
		return run(this.first.properties("primary", this.second), "clone.startup.timeout=10s");
	}

	/**
	 * Starts it first: it cannot have its data before there is a primary.
	 */
	private ConfigurableApplicationContext backup() {
		return run(this.second.properties("backup", this.first), "clone.startup.mode=async");
	}

	private ConfigurableApplicationContext backup(String... properties) {
		return run(this.second.properties("backup", this.first), properties);
	}

	private ConfigurableApplicationContext run(String[] pair, String... properties) {
		String[] common = { "clone.server.heartbeat=100ms", "clone.server-timeout=600ms",
				"spring.main.banner-mode=off" };
		String[] arguments = Stream.of(common, pair, properties)
			.flatMap(Stream::of)
			.map((property) -> "--" + property)
			.toArray(String[]::new);
		ConfigurableApplicationContext context = new SpringApplicationBuilder(Beans.class, Application.class)
			.web(WebApplicationType.NONE)
			.run(arguments);
		this.contexts.add(context);
		return context;
	}

	private static void awaitInSync(ConfigurableApplicationContext active, ConfigurableApplicationContext passive) {
		await().untilAsserted(() -> {
			assertThat(report(active).role()).isEqualTo(ServerRole.ACTIVE);
			assertThat(report(active).inSync()).isTrue();
			assertThat(report(passive).inSync()).isTrue();
		});
	}

	private static void assertRole(ConfigurableApplicationContext context, ServerRole role) {
		assertThat(report(context).role()).isEqualTo(role);
	}

	private static ServerReport report(ConfigurableApplicationContext context) {
		return context.getBean(CloneServer.class).report();
	}

	@SuppressWarnings("unchecked")
	private static CloneMap<byte[]> map(ConfigurableApplicationContext context) {
		return context.getBean("cloneMap", CloneMap.class);
	}

	private static List<ServerEndpoint> servers(ConfigurableApplicationContext context) {
		return context.getBean(CloneConnectionDetails.class).getServers();
	}

	private static ServerEndpoint endpoint(FreePorts.Place place) {
		return new ServerEndpoint("127.0.0.1", place.port());
	}

	private static Health health(ConfigurableApplicationContext context) {
		return context.getBean("cloneServerHealthContributor", HealthIndicator.class).health();
	}

	private static double gauge(ConfigurableApplicationContext context, String name, String... tags) {
		return context.getBean(MeterRegistry.class).get(name).tags(tags).gauge().value();
	}

	private static List<CloneServerRoleChangedEvent> roles(ConfigurableApplicationContext context) {
		return List.copyOf(context.getBean(Roles.class).events);
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ CloneAutoConfiguration.class, CloneServerAutoConfiguration.class,
			CloneServerHealthContributorAutoConfiguration.class, HealthContributorAutoConfiguration.class,
			HealthContributorRegistryAutoConfiguration.class, CloneServerMetricsAutoConfiguration.class,
			MetricsAutoConfiguration.class })
	static class Application {

	}

	@Configuration(proxyBeanMethods = false)
	static class Beans {

		@Bean
		SimpleMeterRegistry meterRegistry() {
			return new SimpleMeterRegistry();
		}

		@Bean
		Roles roles(ObjectProvider<CloneServer> server) {
			return new Roles(server);
		}

	}

	static class Roles {

		private final Queue<CloneServerRoleChangedEvent> events = new ConcurrentLinkedQueue<>();

		private final Queue<ServerRole> reported = new ConcurrentLinkedQueue<>();

		private final Queue<String> threads = new ConcurrentLinkedQueue<>();

		private final Queue<CloneConflictEvent> conflicts = new ConcurrentLinkedQueue<>();

		private final ObjectProvider<CloneServer> server;

		private volatile long delayMillis;

		private volatile Runnable then = () -> {
		};

		Roles(ObjectProvider<CloneServer> server) {
			this.server = server;
		}

		@EventListener
		void on(CloneServerRoleChangedEvent event) {
			ServerReport report = this.server.getObject().report();
			if (report != null) {
				this.reported.add(report.role());
			}
			LockSupport.parkNanos(this.delayMillis * 1_000_000);
			this.then.run();
			this.threads.add(Thread.currentThread().getName());
			this.events.add(event);
		}

		@EventListener
		void on(CloneConflictEvent event) {
			this.conflicts.add(event);
		}

	}

}
