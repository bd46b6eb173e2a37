package io.github.clonemap.benchmark;

import java.time.Instant;
import java.util.concurrent.TimeUnit;

import io.github.clonemap.CloneChange;
import io.github.clonemap.CloneMap;
import io.github.clonemap.CloneWriter;
import io.github.clonemap.ValueCodec;
import io.github.clonemap.client.ClientSettings;
import io.github.clonemap.client.ValueCodecs;
import io.github.clonemap.event.CloneChangeEvent;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

import org.springframework.context.ApplicationEvent;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.event.EventListener;

/**
 * What does it cost to publish a change as a Spring event to one {@code @EventListener},
 * beside an {@link ApplicationEvent} without a generic type to one?
 *
 * <pre>
 * mvn -q verify -Pbenchmark -DskipTests -Dbenchmark=events -pl clone-spring-boot-autoconfigure
 * </pre>
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EventPublicationBenchmark {

	private AnnotationConfigApplicationContext context;

	private Listeners listeners;

	private CloneMap<String> map;

	private CloneChange<String> change;

	@Setup
	public void start() {
		this.context = new AnnotationConfigApplicationContext(Listeners.class);
		this.listeners = this.context.getBean(Listeners.class);
		this.map = CloneSubject.newClient("events", ClientSettings.DEFAULT_SERVER_TIMEOUT, ValueCodecs.BASIC)
			.map("texts", "/texts/", ValueCodec.STRING, null);
		this.change = new CloneChange<>("texts", "key", CloneChange.Kind.UPDATED, "new", "old", 1,
				new CloneWriter(CloneWriter.Kind.NATIVE, 1), Instant.EPOCH, CloneChange.Phase.LIVE);
	}

	@TearDown
	public void stop() {
		this.context.close();
	}

	@Benchmark
	public long baseline() {
		this.context.publishEvent(new PlainEvent(this.map));
		return this.listeners.heard;
	}

	@Benchmark
	public long change() {
		this.context.publishEvent(new CloneChangeEvent<>(this.map, String.class, this.change));
		return this.listeners.heard;
	}

	/**
	 * Who listens.
	 */
	static class Listeners {

		long heard;

		@EventListener
		void onPlainEvent(PlainEvent event) {
			this.heard++;
		}

		@EventListener
		void onChange(CloneChangeEvent<String> event) {
			this.heard++;
		}

		@EventListener
		void onOtherChange(CloneChangeEvent<Integer> event) {
			throw new IllegalStateException("not mine");
		}

	}

	/**
	 * An event of an application.
	 */
	static class PlainEvent extends ApplicationEvent {

		PlainEvent(Object source) {
			super(source);
		}

	}

}
