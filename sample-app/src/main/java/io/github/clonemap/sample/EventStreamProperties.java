package io.github.clonemap.sample;

import java.time.Duration;

import jakarta.validation.constraints.Min;
import org.hibernate.validator.constraints.time.DurationMin;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * The bounds of the event streams.
 *
 * @param maxStreams how many streams may be open at the same time
 * @param queueCapacity how many events may wait for one slow stream before it is closed
 * @param heartbeat time between two comments that keep a stream open and find out that
 * its browser is gone
 */
@ConfigurationProperties("fleet-board.events")
@Validated
record EventStreamProperties(@DefaultValue("64") @Min(1) int maxStreams, @DefaultValue("512") @Min(1) int queueCapacity,
		@DefaultValue("15s") @DurationMin(millis = 100) Duration heartbeat) {

}
