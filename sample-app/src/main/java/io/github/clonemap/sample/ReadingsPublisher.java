package io.github.clonemap.sample;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.github.clonemap.CloneEntry;
import io.github.clonemap.CloneException;
import io.github.clonemap.CloneMap;
import io.github.clonemap.CloneState;
import io.github.clonemap.WriteOptions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Publishes this instance's readings once a second. They are ephemeral: the server
 * removes them when this application closes, or after its session time-out when it dies.
 */
@Component
class ReadingsPublisher {

	private static final Logger logger = LoggerFactory.getLogger(ReadingsPublisher.class);

	private static final WriteOptions EPHEMERAL = WriteOptions.none().ephemeral();

	private final CloneMap<Reading> fleet;

	private final Instance instance;

	private final ManagementReadings readings;

	private volatile boolean failing;

	ReadingsPublisher(CloneMap<Reading> fleet, Instance instance, ManagementReadings readings) {
		this.fleet = fleet;
		this.instance = instance;
		this.readings = readings;
	}

	@Scheduled(fixedDelay = 1, timeUnit = TimeUnit.SECONDS)
	void publish() {
		// While no server is there the readings would only wait, and be old on arrival.
		if (this.fleet.state() == CloneState.LIVE) {
			String instance = this.instance.name();
			this.readings.take().forEach((name, reading) -> publish(new ReadingKey(instance, name), reading));
		}
	}

	private void publish(ReadingKey key, Reading reading) {
		try {
			CompletableFuture<CloneEntry<Reading>> write = this.fleet.putAsync(key.toString(), reading, EPHEMERAL);
			write.whenComplete((entry, failure) -> onOutcome(failure));
		}
		catch (CloneException ex) {
			onOutcome(ex);
		}
	}

	/**
	 * Speaks once when writes begin to fail, and once when they work again.
	 */
	private void onOutcome(@Nullable Throwable failure) {
		if (failure != null && !this.failing) {
			logger.warn("The readings of this instance cannot be published: {}", failure.getMessage());
		}
		else if (failure == null && this.failing) {
			logger.info("The readings of this instance are published again");
		}
		this.failing = (failure != null);
	}

}
