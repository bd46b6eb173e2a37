package io.github.clonemap.autoconfigure;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

import io.github.clonemap.CloneEntry;
import io.github.clonemap.CloneMap;
import io.github.clonemap.CloneState;
import io.github.clonemap.ValueCodec;
import io.github.clonemap.agent.Clock;
import io.github.clonemap.autoconfigure.jackson.CloneJacksonAutoConfiguration;
import io.github.clonemap.client.ClientSettings;
import io.github.clonemap.client.CloneClient;
import io.github.clonemap.client.EventOverflow;
import io.github.clonemap.client.GapPolicy;
import io.github.clonemap.client.ServerEndpoint;
import io.github.clonemap.client.SnailPolicy;
import io.github.clonemap.client.ValueCodecs;
import io.github.clonemap.protocol.Subtrees;
import io.github.clonemap.server.CloneServer;
import io.github.clonemap.zeromq.ZmqClientSockets;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;

/**
 * Tests for {@link CloneAutoConfiguration} and {@link CloneMapsRegistrar}.
 */
class CloneAutoConfigurationTests {

	private final ApplicationContextRunner contextRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CloneAutoConfiguration.class, CloneServerAutoConfiguration.class))
		.withPropertyValues("clone.server.port=0");

	private final ApplicationContextRunner jsonRunner = this.contextRunner
		.withConfiguration(AutoConfigurations.of(CloneJacksonAutoConfiguration.class, JacksonAutoConfiguration.class));

	@Test
	void withoutConfigurationMapOverEverythingIsLiveAndWritable() {
		this.contextRunner.run((context) -> {
			CloneMap<byte[]> map = cloneMap(context);
			assertThat(map.state()).isEqualTo(CloneState.LIVE);
			assertThat(map.name()).isEqualTo("cloneMap");
			assertThat(map.subtree()).isEmpty();
			assertThat(map.put("/a/b", bytes("value"))).isNull();
			assertThat(map.get("/a/b")).isEqualTo(bytes("value"));
		});
	}

	@Test
	void lazyInitializationDoesNotKeepTheClientFromStarting() {
		this.contextRunner
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.withPropertyValues("clone.maps.flags.value-type=string")
			.run((context) -> {
				assertThat(context.getBeanFactory().containsSingleton("flags")).isFalse();
				assertThat(context.getBean(CloneClient.class).state()).isEqualTo(CloneState.LIVE);
				map(context, "flags").put("dark", "on");
			});
	}

	@Test
	void enabledFalseLeavesNoBean() {
		this.contextRunner.withPropertyValues("clone.enabled=false", "clone.maps.flags.subtree=/flags/")
			.run((context) -> assertThat(context).doesNotHaveBean(CloneMap.class)
				.doesNotHaveBean(CloneClient.class)
				.doesNotHaveBean(CloneServer.class)
				.doesNotHaveBean(CloneConnectionDetails.class)
				.doesNotHaveBean(CloneProperties.class)
				.doesNotHaveBean(ValueCodecs.class));
	}

	@Test
	void clientHoldsEverythingWithoutMaps() {
		this.contextRunner.run((context) -> assertThat(context.getBean(CloneClient.class).settings().subtrees())
			.isEqualTo(Subtrees.ALL));
	}

	@Test
	void clientHoldsTheUnionOfItsMaps() {
		this.contextRunner
			.withPropertyValues("clone.maps.flags.value-type=string", "clone.maps.users.subtree=/app/users/",
					"clone.maps.app.value-type=bytes")
			.run((context) -> assertThat(context.getBean(CloneClient.class).settings().subtrees().paths())
				.containsExactly("/app/", "/flags/"));
	}

	@Test
	void mapOverEverythingShowsWhatTheOthersShow() {
		this.contextRunner.withPropertyValues("clone.maps.flags.value-type=string").run((context) -> {
			CloneMap<String> flags = map(context, "flags");
			flags.put("dark", "on");
			assertThat(cloneMap(context).get("/flags/dark")).isEqualTo(bytes("on"));
			assertThat(cloneMap(context)).containsOnlyKeys("/flags/dark");
		});
	}

	@Test
	void mapHasDefaults() {
		this.contextRunner.withPropertyValues("clone.maps.flags.value-type=string").run((context) -> {
			CloneMap<String> flags = map(context, "flags");
			assertThat(flags.name()).isEqualTo("flags");
			assertThat(flags.subtree()).isEqualTo("/flags/");
			CloneEntry<String> entry = flags.putAsync("dark", "on").get();
			assertThat(entry.ttl()).isNull();
		});
	}

	@Test
	void mapHasItsSubtreeTypeAndLifetime() {
		this.contextRunner
			.withPropertyValues("clone.maps.images.subtree=/app/images/", "clone.maps.images.value-type=bytes",
					"clone.maps.images.ttl=1h")
			.run((context) -> {
				CloneMap<byte[]> images = map(context, "images");
				assertThat(images.subtree()).isEqualTo("/app/images/");
				CloneEntry<byte[]> entry = images.putAsync("logo", bytes("x")).get();
				assertThat(entry.ttl()).isEqualTo(Duration.ofHours(1));
			});
	}

	@ParameterizedTest
	@CsvSource({ "string,java.lang.String", "String,java.lang.String", "java.lang.String,java.lang.String",
			"bytes,byte[]", "byte[],byte[]", "int,java.lang.Integer",
			"io.github.clonemap.autoconfigure.CloneAutoConfigurationTests$Flag,"
					+ "io.github.clonemap.autoconfigure.CloneAutoConfigurationTests$Flag" })
	void valueTypeHasShortAndFullNames(String configured, String expected) {
		this.jsonRunner.withPropertyValues("clone.maps.some.value-type=" + configured)
			.run((context) -> assertThat(CloneMapBean.all(context.getBeanFactory()))
				.filteredOn((bean) -> bean.name().equals("some"))
				.singleElement()
				.extracting((bean) -> bean.valueType().getTypeName())
				.isEqualTo(expected));
	}

	@Test
	void nameInKebabCaseBecomesBeanInCamelCase() {
		this.contextRunner.withPropertyValues("clone.maps.user-flags.value-type=string")
			.run((context) -> assertThat(map(context, "userFlags").subtree()).isEqualTo("/user-flags/"));
	}

	@Test
	void mapIsInjectedByGenericType() {
		this.jsonRunner.withUserConfiguration(InjectedByType.class)
			.withPropertyValues("clone.maps.flags.value-type=" + Flag.class.getName(),
					"clone.maps.names.value-type=string")
			.run((context) -> {
				InjectedByType injected = context.getBean(InjectedByType.class);
				assertThat(injected.anything.name()).isEqualTo("flags");
				assertThat(injected.texts.name()).isEqualTo("names");
				assertThat(injected.all.name()).isEqualTo("cloneMap");
				Flag flag = new Flag(true, 3);
				injected.anything.put("dark", flag);
				assertThat(injected.anything.get("dark")).isEqualTo(flag);
				assertThat(injected.all.get("/flags/dark")).asString(StandardCharsets.UTF_8)
					.isEqualTo("{\"on\":true,\"percent\":3}");
			});
	}

	@Test
	void mapsOfTheSameTypeAreInjectedByName() {
		this.contextRunner.withUserConfiguration(InjectedByName.class)
			.withPropertyValues("clone.maps.images.value-type=bytes", "clone.maps.sounds.value-type=bytes")
			.run((context) -> {
				InjectedByName injected = context.getBean(InjectedByName.class);
				assertThat(injected.cloneMap.name()).isEqualTo("cloneMap");
				assertThat(injected.images.name()).isEqualTo("images");
				assertThat(injected.other.name()).isEqualTo("sounds");
			});
	}

	@Test
	void mapsOfTheSameTypeAreNeverMixedUpSilently() {
		this.contextRunner.withUserConfiguration(InjectedByUnknownName.class)
			.withPropertyValues("clone.maps.images.value-type=bytes")
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.hasRootCauseInstanceOf(NoUniqueBeanDefinitionException.class)
				.rootCause()
				.hasMessageContaining("cloneMap,images"));
	}

	@Test
	void applicationMayHaveMapsOfItsOwn() {
		this.jsonRunner.withUserConfiguration(OwnMap.class, InjectedOwnMap.class)
			.withPropertyValues("clone.maps.flags.value-type=string")
			.run((context) -> {
				InjectedOwnMap injected = context.getBean(InjectedOwnMap.class);
				assertThat(injected.features.subtree()).isEqualTo("/flags/");
				assertThat(injected.bytes.name()).isEqualTo("cloneMap");
				injected.features.put("dark", new Flag(false, 0));
				assertThat(map(context, "flags")).containsOnlyKeys("dark");
			});
	}

	@Test
	void applicationMayReplaceMapOverEverything() {
		this.contextRunner.withUserConfiguration(OwnCloneMap.class)
			.run((context) -> assertThat(context).hasSingleBean(CloneMap.class)
				.getBean(CloneMap.class)
				.isSameAs(OwnCloneMap.MAP));
	}

	@Test
	void applicationMayReplaceClient() {
		this.contextRunner.withUserConfiguration(OwnClient.class).run((context) -> {
			CloneClient client = context.getBean(CloneClient.class);
			assertThat(client.settings().name()).isEqualTo("own");
			assertThat(client.isRunning()).isTrue();
			assertThat(cloneMap(context).state()).isEqualTo(CloneState.LIVE);
		});
	}

	@Test
	void applicationMayReplaceCodecs() {
		this.jsonRunner.withUserConfiguration(OwnCodecs.class)
			.run((context) -> assertThat(context).hasSingleBean(ValueCodecs.class)
				.getBean(ValueCodecs.class)
				.isSameAs(OwnCodecs.CODECS));
	}

	@Test
	void applicationMaySayWhereServersAre() {
		try (TestServer server = TestServer.start()) {
			this.contextRunner.withBean(CloneConnectionDetails.class, () -> () -> List.of(server.endpoint()))
				.run((context) -> {
					assertThat(context).doesNotHaveBean(CloneServer.class).hasSingleBean(CloneConnectionDetails.class);
					cloneMap(context).put("/a", bytes("1"));
					Awaitility.await().until(() -> server.report().entries() == 1);
				});
		}
	}

	@Test
	void clientUsesConfiguredServers() {
		try (TestServer server = TestServer.start()) {
			this.contextRunner.withPropertyValues("clone.servers=" + server.endpoint()).run((context) -> {
				assertThat(context).doesNotHaveBean(CloneServer.class);
				assertThat(context.getBean(CloneConnectionDetails.class).getServers())
					.containsExactly(server.endpoint());
				assertThat(context.getBean(CloneClient.class).report().server())
					.isEqualTo(server.endpoint().toString());
			});
		}
	}

	@Test
	void clientUsesConfiguredServersBesideEmbeddedOne() {
		try (TestServer server = TestServer.start()) {
			this.contextRunner
				.withPropertyValues("clone.servers=" + server.endpoint() + ",tcp://localhost:1",
						"clone.server.enabled=true")
				.run((context) -> {
					assertThat(context.getBean(CloneServer.class).isRunning()).isTrue();
					assertThat(context.getBean(CloneConnectionDetails.class).getServers())
						.containsExactly(server.endpoint(), new ServerEndpoint("localhost", 1));
					assertThat(context.getBean(CloneClient.class).report().server())
						.isEqualTo(server.endpoint().toString());
				});
		}
	}

	@Test
	void settingsComeFromProperties() {
		this.contextRunner
			.withPropertyValues("clone.name=till", "clone.write-timeout=2s", "clone.server-timeout=4s",
					"clone.max-in-flight=17", "clone.events.threads=3", "clone.events.queue-capacity=99",
					"clone.events.overflow=conflate", "clone.gap.policy=stop", "clone.snail.max-latency=5s",
					"clone.snail.policy=exit")
			.run((context) -> assertThat(context.getBean(CloneClient.class).settings())
				.isEqualTo(new ClientSettings("till", Subtrees.ALL, Duration.ofSeconds(2), Duration.ofSeconds(4), 17, 3,
						99, EventOverflow.CONFLATE, GapPolicy.STOP, Duration.ofSeconds(5), SnailPolicy.EXIT)));
	}

	@Test
	void nameIsThatOfTheApplicationUnlessSet() {
		this.contextRunner
			.run((context) -> assertThat(context.getBean(CloneClient.class).settings().name()).isEqualTo("clone"));
		this.contextRunner.withPropertyValues("spring.application.name=shop")
			.run((context) -> assertThat(context.getBean(CloneClient.class).settings().name()).isEqualTo("shop"));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '"',
			textBlock = """
					clone.servers=tcp://a:1,localhost:5556 | clone.servers | 'localhost:5556' is not an endpoint: write tcp://host:port
					clone.servers=tcp://a:0 | clone.servers | port 0 is not between 1 and 65532
					clone.server.enabled=false | clone.servers | There is no server
					clone.name=%1$s | clone.name | It must be at most 128 characters long
					clone.write-timeout=0s | clone.write-timeout | It must be between a millisecond and a day
					clone.server-timeout=10ms | clone.server-timeout | It must be between 50 milliseconds and an hour
					clone.max-in-flight=0 | clone.max-in-flight | It must be between 1 and 32768
					clone.events.threads=65 | clone.events.threads | It must be between 1 and 64
					clone.events.queue-capacity=0 | clone.events.queue-capacity | It must be between 1 and 1048576
					clone.snail.max-latency=0s | clone.snail.max-latency | It must be between a millisecond and a day
					clone.server.port=65533 | clone.server.port | It must be between 0 and 65532
					clone.server.heartbeat=1ms | clone.server.heartbeat | It must be between 10 milliseconds and a minute
					clone.server.session-timeout=1ms | clone.server.session-timeout | It must be at least two heartbeats
					clone.server.history=-1 | clone.server.history | It must be between 0 and 16777216
					clone.server.max-entries=0 | clone.server.max-entries | It must be positive
					clone.server.max-value-size=17MB | clone.server.max-value-size | It must be between 1 byte and 16 MB
					clone.server.max-value-size=8TB | clone.server.max-value-size | It must be between 1 byte and 16 MB
					clone.server.max-key-length=4097 | clone.server.max-key-length | It must be between 1 and 4096
					clone.maps.flags.subtree=flags | clone.maps.flags.subtree | it must be empty or start and end with a slash
					clone.maps.flags.ttl=0s | clone.maps.flags.ttl | A time to live lies between 1 ms and PT87600H
					clone.maps.flags.value-type=com.acme.Missing | clone.maps.flags.value-type | It is not a class that can be loaded (java.lang.ClassNotFoundException: com.acme.Missing): write string
					clone.maps.flags.value-type=java.util.List | clone.maps.flags.value-type | Values of type java.util.List need a JSON library
					clone.maps.clone-map.value-type=string | clone.maps.clone-map | The name is that of the map over everything
					""")
	void propertyThatCannotBeIsNamedWithTheRule(String property, String name, String reason) {
		this.contextRunner.withPropertyValues(property.formatted("x".repeat(129))).run((context) -> {
			InvalidConfigurationPropertyValueException failure = invalidProperty(context.getStartupFailure());
			assertThat(failure.getName()).isEqualTo(name);
			assertThat(failure.getReason()).contains(reason).endsWith(".");
		});
	}

	@Test
	void namesThatDifferOnlyInCaseAndDashesAreRefused() {
		this.contextRunner.withPropertyValues("clone.maps.userFlags.subtree=/a/", "clone.maps.user-flags.subtree=/b/")
			.run((context) -> assertThat(invalidProperty(context.getStartupFailure()).getReason())
				.contains("is the same name"));
	}

	@Test
	void tooManySubtreesAreRefused() {
		String[] maps = new String[Subtrees.MAX_COUNT + 1];
		for (int i = 0; i < maps.length; i++) {
			maps[i] = "clone.maps.map" + i + ".value-type=string";
		}
		this.contextRunner.withPropertyValues(maps).run((context) -> {
			InvalidConfigurationPropertyValueException failure = invalidProperty(context.getStartupFailure());
			assertThat(failure.getName()).isEqualTo("clone.maps");
			assertThat(failure.getReason()).isEqualTo("A client holds 1 to 64 subtrees, not 65.");
		});
	}

	private static InvalidConfigurationPropertyValueException invalidProperty(Throwable failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof InvalidConfigurationPropertyValueException found) {
				return found;
			}
		}
		throw new AssertionError("Not the failure that was expected", failure);
	}

	@SuppressWarnings("unchecked")
	private static CloneMap<byte[]> cloneMap(ApplicationContext context) {
		return context.getBean("cloneMap", CloneMap.class);
	}

	@SuppressWarnings("unchecked")
	private static <V> CloneMap<V> map(ApplicationContext context, String name) {
		return context.getBean(name, CloneMap.class);
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	record Flag(boolean on, int percent) {

	}

	record InjectedByType(CloneMap<Flag> anything, CloneMap<String> texts, CloneMap<byte[]> all) {

	}

	record InjectedByName(CloneMap<byte[]> cloneMap, CloneMap<byte[]> images,
			@Qualifier("sounds") CloneMap<byte[]> other) {

	}

	record InjectedByUnknownName(CloneMap<byte[]> anything) {

	}

	record InjectedOwnMap(CloneMap<Flag> features, CloneMap<byte[]> bytes) {

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnMap {

		@Bean
		CloneMap<Flag> features(CloneMap<byte[]> cloneMap) {
			return cloneMap.subtree("/flags/", Flag.class);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnCloneMap {

		static final CloneMap<?> MAP = mock(CloneMap.class);

		@Bean
		CloneMap<?> cloneMap() {
			return MAP;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnClient {

		@Bean
		CloneClient client(ValueCodecs codecs) {
			ClientSettings defaults = ClientSettings.defaults();
			return new CloneClient(
					new ClientSettings("own", Subtrees.ALL, defaults.writeTimeout(), defaults.serverTimeout(), 1, 1, 1),
					codecs, ZmqClientSockets.factory(), Clock.system());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnCodecs {

		static final ValueCodecs CODECS = new ValueCodecs() {

			@Override
			public <T> ValueCodec<T> codec(Class<T> type) {
				return BASIC.codec(type);
			}

		};

		@Bean
		ValueCodecs codecs() {
			return CODECS;
		}

	}

}
