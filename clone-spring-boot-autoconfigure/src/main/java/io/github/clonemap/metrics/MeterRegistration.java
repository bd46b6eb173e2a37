package io.github.clonemap.metrics;

import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.Timer;

/**
 * Registers {@link CloneMeters} with one registry.
 *
 * @param registry the registry
 */
record MeterRegistration(MeterRegistry registry) {

	void gauge(CloneMeters meter, Tags tags, DoubleSupplier value) {
		Gauge.builder(meter.getName(), value::getAsDouble)
			.tags(tags)
			.baseUnit(meter.getBaseUnit())
			.description(meter.getDescription())
			.register(this.registry);
	}

	void secondsGauge(CloneMeters meter, Tags tags, DoubleSupplier seconds) {
		TimeGauge.builder(meter.getName(), seconds::getAsDouble, TimeUnit.SECONDS)
			.tags(tags)
			.description(meter.getDescription())
			.register(this.registry);
	}

	void counter(CloneMeters meter, Tags tags, LongSupplier source) {
		MonotonicCount count = new MonotonicCount(source);
		// The counter holds its object weakly: the registry is one that lives long
		// enough.
		FunctionCounter.builder(meter.getName(), this.registry, (registry) -> count.value())
			.tags(tags)
			.baseUnit(meter.getBaseUnit())
			.description(meter.getDescription())
			.register(this.registry);
	}

	Timer timer(CloneMeters meter, Tags tags) {
		return Timer.builder(meter.getName()).tags(tags).description(meter.getDescription()).register(this.registry);
	}

}
