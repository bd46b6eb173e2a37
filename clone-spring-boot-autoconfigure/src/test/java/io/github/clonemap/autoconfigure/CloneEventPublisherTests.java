package io.github.clonemap.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;

import io.github.clonemap.CloneChange.Kind;
import io.github.clonemap.CloneChange.Phase;
import io.github.clonemap.CloneMap;
import io.github.clonemap.CloneState;
import io.github.clonemap.autoconfigure.jackson.CloneJacksonAutoConfiguration;
import io.github.clonemap.client.ClientListener;
import io.github.clonemap.client.CloneClient;
import io.github.clonemap.event.CloneChangeEvent;
import io.github.clonemap.event.CloneGapEvent;
import io.github.clonemap.event.CloneSnailEvent;
import io.github.clonemap.event.CloneStateChangedEvent;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.mockito.ArgumentCaptor;

import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.event.EventListener;
import org.springframework.context.event.GenericApplicationListener;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.ResolvableType;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;

/**
 * Tests for {@link CloneEventPublisher} and {@link EventAudience}.
 */
class CloneEventPublisherTests {

	private final ApplicationContextRunner jsonRunner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(CloneAutoConfiguration.class, CloneServerAutoConfiguration.class,
				CloneJacksonAutoConfiguration.class, JacksonAutoConfiguration.class))
		.withPropertyValues("clone.server.port=0");

	private final ApplicationContextRunner contextRunner = this.jsonRunner.withPropertyValues(
			"clone.maps.flags.value-type=" + Flag.class.getName(), "clone.maps.names.value-type=string");

	@Test
	void listenerHearsOnlyChangesOfItsType() {
		this.contextRunner.withBean(Flags.class).withBean(Names.class).run((context) -> {
			flags(context).put("dark", new Flag(true));
			names(context).put("first", "Ada");
			flags(context).put("dark", new Flag(false));
			flags(context).remove("dark");
			Flags heard = context.getBean(Flags.class);
			Awaitility.await().until(() -> heard.events.size() == 3);
			Awaitility.await().until(() -> context.getBean(Names.class).events.size() == 1);
			assertThat(heard.events).extracting(CloneChangeEvent::getKind)
				.containsExactly(Kind.CREATED, Kind.UPDATED, Kind.REMOVED);
			assertThat(heard.events).extracting(CloneChangeEvent::getValue)
				.containsExactly(new Flag(true), new Flag(false), null);
			assertThat(heard.events).extracting(CloneChangeEvent::getPreviousValue)
				.containsExactly(null, new Flag(true), new Flag(false));
			assertThat(heard.events).extracting(CloneChangeEvent::getKey).containsOnly("dark");
			assertThat(heard.events).extracting(CloneChangeEvent::getPhase).containsOnly(Phase.LIVE);
			assertThat(heard.events).extracting(CloneChangeEvent::getMap).containsOnly(flags(context));
			assertThat(heard.threads).allMatch((name) -> name.startsWith("clone-events-"));
			CloneChangeEvent<String> name = context.getBean(Names.class).events.element();
			assertThat(name.getValue()).isEqualTo("Ada");
			assertThat(name.getSource()).isSameAs(names(context));
		});
	}

	@Test
	void applicationListenerHearsOnlyChangesOfItsType() {
		this.contextRunner.withBean(FlagApplicationListener.class).run((context) -> {
			names(context).put("first", "Ada");
			flags(context).put("dark", new Flag(true));
			FlagApplicationListener heard = context.getBean(FlagApplicationListener.class);
			Awaitility.await().until(() -> heard.events.size() == 1);
			assertThat(heard.events.element().getValue()).isEqualTo(new Flag(true));
		});
	}

	@Test
	void listenerOfAllChangesHearsEachOnce() {
		this.contextRunner.withBean(Everything.class).run((context) -> {
			flags(context).put("dark", new Flag(true));
			names(context).put("first", "Ada");
			flags(context).put("light", new Flag(true));
			flags(context).barrier().get();
			Everything heard = context.getBean(Everything.class);
			Awaitility.await().until(() -> heard.events.size() == 3);
			Awaitility.await().during(Duration.ofMillis(100)).until(() -> heard.events.size() == 3);
			assertThat(heard.events).extracting((event) -> event.getChange().map())
				.containsExactlyInAnyOrder("flags", "names", "flags");
		});
	}

	@Test
	void listenerOfBytesHearsTheMapOverEverything() {
		this.contextRunner.withBean(Bytes.class).withBean(Flags.class).run((context) -> {
			flags(context).put("dark", new Flag(true));
			names(context).put("first", "Ada");
			Bytes heard = context.getBean(Bytes.class);
			Awaitility.await().until(() -> heard.events.size() == 2);
			assertThat(heard.events).extracting(CloneChangeEvent::getKey)
				.containsExactlyInAnyOrder("/flags/dark", "/names/first");
			Awaitility.await().until(() -> context.getBean(Flags.class).events.size() == 1);
		});
	}

	@Test
	void viewOfTheApplicationIsHeardByItsType() {
		this.jsonRunner.withUserConfiguration(OwnView.class).withBean(Flags.class).run((context) -> {
			context.getBean("cloneMap", CloneMap.class).put("/other", new byte[] { 1 });
			context.getBean("view", CloneMap.class).put("dark", new Flag(true));
			Flags heard = context.getBean(Flags.class);
			Awaitility.await().until(() -> heard.events.size() == 1);
			assertThat(heard.events.element().getMap()).isSameAs(context.getBean("view"));
		});
	}

	@Test
	void viewOfTheApplicationDoesNotRepeatChanges() {
		this.jsonRunner.withUserConfiguration(OwnView.class).withBean(Everything.class).run((context) -> {
			context.getBean("cloneMap", CloneMap.class).put("/other", new byte[] { 1 });
			context.getBean("view", CloneMap.class).put("dark", new Flag(true));
			Everything heard = context.getBean(Everything.class);
			Awaitility.await().until(() -> heard.events.size() == 2);
			Awaitility.await().during(Duration.ofMillis(100)).until(() -> heard.events.size() == 2);
			assertThat(heard.events).extracting(CloneChangeEvent::getKey)
				.containsExactlyInAnyOrder("/other", "/flags/dark");
		});
	}

	@Test
	void withoutOtherMapsTheMapOverEverythingIsHeard() {
		this.jsonRunner.withBean(Everything.class).run((context) -> {
			context.getBean("cloneMap", CloneMap.class).put("a", new byte[] { 1 });
			Everything heard = context.getBean(Everything.class);
			Awaitility.await().until(() -> heard.events.size() == 1);
			assertThat(heard.events.element().getMap()).isSameAs(context.getBean("cloneMap"));
		});
	}

	@Test
	void listenerOfEveryEventHearsChanges() {
		this.contextRunner.withBean(AnyEvent.class).run((context) -> {
			flags(context).put("dark", new Flag(true));
			AnyEvent heard = context.getBean(AnyEvent.class);
			Awaitility.await().until(() -> heard.changes.size() == 1);
		});
	}

	@Test
	void lazyListenerBeanHearsChanges() {
		this.contextRunner.withUserConfiguration(LazyListener.class).run((context) -> {
			assertThat(context.getBeanFactory().containsSingleton("listener")).isFalse();
			flags(context).put("dark", new Flag(true));
			Awaitility.await().until(() -> context.getBeanFactory().containsSingleton("listener"));
			FlagApplicationListener heard = context.getBean(FlagApplicationListener.class);
			Awaitility.await().until(() -> heard.events.size() == 1);
		});
	}

	@Test
	void listenerInParentHearsChanges() {
		try (AnnotationConfigApplicationContext parent = new AnnotationConfigApplicationContext(Flags.class)) {
			this.contextRunner.withParent(parent).run((context) -> {
				flags(context).put("dark", new Flag(true));
				Awaitility.await().until(() -> parent.getBean(Flags.class).events.size() == 1);
			});
		}
	}

	@Test
	void listenerAddedByHandHearsChanges() {
		Queue<ApplicationEvent> heard = new ConcurrentLinkedQueue<>();
		this.contextRunner
			.withInitializer((context) -> context.addApplicationListener(new GenericApplicationListener() {

				@Override
				public boolean supportsEventType(ResolvableType eventType) {
					return CloneChangeEvent.type(Flag.class).isAssignableFrom(eventType);
				}

				@Override
				public void onApplicationEvent(ApplicationEvent event) {
					heard.add(event);
				}

			}))
			.run((context) -> {
				flags(context).put("dark", new Flag(true));
				Awaitility.await().until(() -> heard.size() == 1);
			});
	}

	@Test
	void entriesThatWereThereComeAsInitial() {
		try (TestServer server = TestServer.start()) {
			ApplicationContextRunner runner = this.contextRunner
				.withPropertyValues("clone.servers=" + server.endpoint());
			runner.run((context) -> flags(context).put("dark", new Flag(true)));
			runner.withBean(Flags.class).run((context) -> {
				Flags heard = context.getBean(Flags.class);
				Awaitility.await().until(() -> heard.events.size() == 1);
				assertThat(heard.events.element().getPhase()).isEqualTo(Phase.INITIAL);
			});
		}
	}

	@Test
	void whereNobodyListensNothingIsPublished() {
		this.contextRunner.withBean(Names.class).run((context) -> {
			EventAudience audience = new EventAudience(context.getSourceApplicationContext());
			assertThat(audience.hears(CloneChangeEvent.type(String.class))).isTrue();
			assertThat(audience.hears(CloneChangeEvent.type(Flag.class))).isFalse();
			assertThat(audience.hears(CloneChangeEvent.type(byte[].class))).isFalse();
			assertThat(audience.hears(ResolvableType.forClass(CloneStateChangedEvent.class))).isFalse();
			assertThat(audience.hears(ResolvableType.forClass(CloneGapEvent.class))).isFalse();
			assertThat(audience.hears(ResolvableType.forClass(CloneSnailEvent.class))).isFalse();
		});
	}

	@Test
	void listenersOfBootDoNotCount() {
		SpringApplication application = new SpringApplication(WholeApplication.class);
		try (ConfigurableApplicationContext context = application.run("--clone.server.port=0",
				"--management.endpoints.web.exposure.include=*", "--spring.jmx.enabled=true")) {
			EventAudience audience = new EventAudience(context);
			assertThat(audience.hears(CloneChangeEvent.type(byte[].class))).isFalse();
			assertThat(audience.hears(ResolvableType.forClass(CloneStateChangedEvent.class))).isFalse();
		}
	}

	@Test
	@SuppressWarnings("unchecked")
	void onlyMapsThatAreHeardGetAListener() {
		CloneMap<Flag> heard = mock();
		CloneMap<String> unheard = mock();
		CloneClient client = mock();
		try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
			context.registerBean(Flags.class);
			register(context, "flags", Flag.class, heard);
			register(context, "names", String.class, unheard);
			context.refresh();
			new CloneEventPublisher(client, context, Set.of("flags", "names")).start();
			verify(heard).addListener(any());
			verify(unheard, never()).addListener(any());
			verify(client, never()).addListener(any());
		}
	}

	private static void register(GenericApplicationContext context, String name, Class<?> valueType, CloneMap<?> map) {
		RootBeanDefinition definition = new RootBeanDefinition(CloneMap.class, () -> map);
		definition.setTargetType(ResolvableType.forClassWithGenerics(CloneMap.class, valueType));
		context.registerBeanDefinition(name, definition);
	}

	@Test
	void disabledPublisherIsSilent() {
		this.contextRunner.withBean(Flags.class)
			.withBean(States.class)
			.withPropertyValues("clone.events.enabled=false")
			.run((context) -> {
				flags(context).put("dark", new Flag(true));
				flags(context).barrier().get();
				Awaitility.await()
					.during(Duration.ofMillis(200))
					.until(() -> context.getBean(Flags.class).events.isEmpty()
							&& context.getBean(States.class).events.isEmpty());
			});
	}

	@Test
	void listenerThatThrowsStopsNothing() {
		this.contextRunner.withBean(Failing.class).run((context) -> {
			flags(context).put("a", new Flag(true));
			flags(context).put("b", new Flag(true));
			Failing heard = context.getBean(Failing.class);
			Awaitility.await().until(() -> heard.keys.size() == 2);
			Awaitility.await().until(() -> context.getBean(CloneClient.class).report().listenerErrors() == 2);
			assertThat(flags(context).state()).isEqualTo(CloneState.LIVE);
		});
	}

	@Test
	void statesAreHeardFromTheFirstToTheLast() {
		States[] heard = new States[1];
		this.contextRunner.withBean(States.class).run((context) -> {
			heard[0] = context.getBean(States.class);
			assertThat(heard[0].events).allMatch((event) -> event.getSource() == context.getBean(CloneClient.class))
				.allMatch((event) -> !event.getReason().isBlank());
		});
		List<CloneState> states = heard[0].events.stream().map(CloneStateChangedEvent::getTo).toList();
		assertThat(states).contains(CloneState.LIVE).endsWith(CloneState.STOPPED);
		List<CloneState> from = heard[0].events.stream().map(CloneStateChangedEvent::getFrom).toList();
		assertThat(from.subList(1, from.size())).isEqualTo(states.subList(0, states.size() - 1));
		assertThat(heard[0].threads).allMatch((name) -> name.startsWith("clone-states-"));
	}

	@Test
	void gapIsHeard() {
		CloneClient client = mock();
		Gaps gaps = new Gaps();
		try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
			context.registerBean(Gaps.class, () -> gaps);
			context.refresh();
			CloneEventPublisher publisher = new CloneEventPublisher(client, context, Set.of());
			publisher.start();
			ArgumentCaptor<ClientListener> listener = ArgumentCaptor.forClass(ClientListener.class);
			verify(client).addListener(listener.capture());
			listener.getValue().onGap(3, 7);
			assertThat(gaps.events).singleElement().satisfies((event) -> {
				assertThat(event.getApplied()).isEqualTo(3);
				assertThat(event.getBefore()).isEqualTo(7);
				assertThat(event.getSource()).isSameAs(client);
			});
		}
	}

	@Test
	void nothingIsPublishedBetweenStopAndStart() {
		CloneClient client = mock();
		Gaps gaps = new Gaps();
		try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
			context.registerBean(Gaps.class, () -> gaps);
			context.refresh();
			CloneEventPublisher publisher = new CloneEventPublisher(client, context, Set.of());
			publisher.start();
			ArgumentCaptor<ClientListener> listener = ArgumentCaptor.forClass(ClientListener.class);
			verify(client).addListener(listener.capture());
			publisher.stop();
			listener.getValue().onGap(3, 7);
			assertThat(gaps.events).isEmpty();
			publisher.start();
			verify(client).addListener(any());
			listener.getValue().onGap(7, 9);
			assertThat(gaps.events).extracting(CloneGapEvent::getApplied).containsExactly(7L);
		}
	}

	@Test
	void restartTellsTheDifference() {
		try (TestServer server = TestServer.start()) {
			ApplicationContextRunner runner = this.contextRunner
				.withPropertyValues("clone.servers=" + server.endpoint());
			runner.withBean(Flags.class).run((context) -> {
				flags(context).put("kept", new Flag(true));
				flags(context).put("changed", new Flag(true));
				Flags heard = context.getBean(Flags.class);
				Awaitility.await().until(() -> heard.events.size() == 2);
				context.stop();
				runner.run((other) -> flags(other).put("changed", new Flag(false)));
				assertThat(heard.events).hasSize(2);
				context.start();
				Awaitility.await().until(() -> heard.events.size() == 3);
				Awaitility.await().during(Duration.ofMillis(100)).until(() -> heard.events.size() == 3);
				CloneChangeEvent<Flag> last = List.copyOf(heard.events).get(2);
				assertThat(last.getKey()).isEqualTo("changed");
				assertThat(last.getPreviousValue()).isEqualTo(new Flag(true));
				assertThat(last.getValue()).isEqualTo(new Flag(false));
			});
		}
	}

	@SuppressWarnings("unchecked")
	private static CloneMap<Flag> flags(ApplicationContext context) {
		return context.getBean("flags", CloneMap.class);
	}

	@SuppressWarnings("unchecked")
	private static CloneMap<String> names(ApplicationContext context) {
		return context.getBean("names", CloneMap.class);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class WholeApplication {

	}

	record Flag(boolean on) {

	}

	static class Flags {

		private final Queue<CloneChangeEvent<Flag>> events = new ConcurrentLinkedQueue<>();

		private final Queue<String> threads = new ConcurrentLinkedQueue<>();

		@EventListener
		void on(CloneChangeEvent<Flag> event) {
			this.threads.add(Thread.currentThread().getName());
			this.events.add(event);
		}

	}

	static class Names {

		private final Queue<CloneChangeEvent<String>> events = new ConcurrentLinkedQueue<>();

		@EventListener
		void on(CloneChangeEvent<String> event) {
			this.events.add(event);
		}

	}

	static class Bytes {

		private final Queue<CloneChangeEvent<byte[]>> events = new ConcurrentLinkedQueue<>();

		@EventListener
		void on(CloneChangeEvent<byte[]> event) {
			this.events.add(event);
		}

	}

	static class Everything {

		private final Queue<CloneChangeEvent<?>> events = new ConcurrentLinkedQueue<>();

		@EventListener
		void on(CloneChangeEvent<?> event) {
			this.events.add(event);
		}

	}

	static class AnyEvent {

		private final Queue<ApplicationEvent> changes = new ConcurrentLinkedQueue<>();

		@EventListener
		void on(ApplicationEvent event) {
			if (event instanceof CloneChangeEvent<?>) {
				this.changes.add(event);
			}
		}

	}

	static class Failing {

		private final Queue<String> keys = new ConcurrentLinkedQueue<>();

		@EventListener
		void on(CloneChangeEvent<Flag> event) {
			this.keys.add(event.getKey());
			throw new IllegalStateException("on purpose");
		}

	}

	static class States {

		private final Queue<CloneStateChangedEvent> events = new ConcurrentLinkedQueue<>();

		private final Queue<String> threads = new ConcurrentLinkedQueue<>();

		@EventListener
		void on(CloneStateChangedEvent event) {
			this.threads.add(Thread.currentThread().getName());
			this.events.add(event);
		}

	}

	static class Gaps {

		private final Queue<CloneGapEvent> events = new ConcurrentLinkedQueue<>();

		@EventListener
		void on(CloneGapEvent event) {
			this.events.add(event);
		}

	}

	static class FlagApplicationListener implements ApplicationListener<CloneChangeEvent<Flag>> {

		private final Queue<CloneChangeEvent<Flag>> events = new ConcurrentLinkedQueue<>();

		@Override
		public void onApplicationEvent(CloneChangeEvent<Flag> event) {
			this.events.add(event);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnView {

		@Bean
		CloneMap<Flag> view(CloneMap<byte[]> cloneMap) {
			return cloneMap.subtree("/flags/", Flag.class);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class LazyListener {

		@Bean
		@Lazy
		FlagApplicationListener listener() {
			return new FlagApplicationListener();
		}

	}

}
