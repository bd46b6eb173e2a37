package io.github.clonemap.autoconfigure.restart;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import io.github.clonemap.CloneMap;
import io.github.clonemap.WriteOptions;
import io.github.clonemap.autoconfigure.CloneAutoConfiguration;
import io.github.clonemap.autoconfigure.CloneServerAutoConfiguration;
import io.github.clonemap.autoconfigure.jackson.CloneJacksonAutoConfiguration;
import io.github.clonemap.event.CloneChangeEvent;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

/**
 * An application with types and listeners of its own, loaded by a class loader of its
 * own. One run starts it, uses all that there is, and closes it.
 */
public class RestartedApplication implements Runnable {

	@Override
	public void run() {
		try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
			TestPropertyValues
				.of("clone.server.port=0", "clone.name=restarted",
						"clone.maps.readings.value-type=" + Reading.class.getName(),
						"clone.maps.readings.subtree=/readings/")
				.applyTo(context);
			context.setClassLoader(getClass().getClassLoader());
			context.register(Application.class);
			context.refresh();
			use(context);
		}
	}

	@SuppressWarnings("unchecked")
	private void use(AnnotationConfigApplicationContext context) {
		CloneMap<Reading> readings = context.getBean("readings", CloneMap.class);
		CountDownLatch heard = new CountDownLatch(1);
		readings.addListener((change) -> heard.countDown());
		readings.put("a", new Reading("a", 1));
		readings.compute("a", (key, value) -> new Reading(key, 2));
		readings.putAsync("b", new Reading("b", 1), WriteOptions.none().ttl(Duration.ofMinutes(1)))
			.thenRun(() -> readings.get("b"))
			.join();
		readings.putAsync("c", new Reading("c", 1), WriteOptions.none().ephemeral()).join();
		readings.subtree("/deeper/", Reading.class).put("d", new Reading("d", 1));
		Listener listener = context.getBean(Application.class);
		try {
			if (!heard.await(10, TimeUnit.SECONDS) || !listener.heard().await(10, TimeUnit.SECONDS)) {
				throw new IllegalStateException("Nothing was heard of a change");
			}
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
		if (readings.get("a").number() != 2) {
			throw new IllegalStateException("A value is not what was written");
		}
	}

	/**
	 * A value of a type that dies with its class loader.
	 */
	public record Reading(String name, int number) {

	}

	/**
	 * What the run needs of the application.
	 */
	interface Listener {

		CountDownLatch heard();

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ JacksonAutoConfiguration.class, CloneJacksonAutoConfiguration.class,
			CloneAutoConfiguration.class, CloneServerAutoConfiguration.class })
	static class Application implements Listener {

		private final CountDownLatch heard = new CountDownLatch(1);

		@Override
		public CountDownLatch heard() {
			return this.heard;
		}

		@EventListener
		void onReading(CloneChangeEvent<Reading> event) {
			if (event.getChange().value() != null) {
				this.heard.countDown();
			}
		}

	}

}
