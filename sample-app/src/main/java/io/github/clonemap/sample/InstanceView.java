package io.github.clonemap.sample;

import java.time.Instant;
import java.util.SortedMap;

/**
 * An instance of the fleet, with its readings.
 *
 * @param instance the name of the instance
 * @param self whether it is the one that answers
 * @param updated when its newest reading was published, by the server's clock
 * @param readings its readings by name
 */
record InstanceView(String instance, boolean self, Instant updated, SortedMap<String, Reading> readings) {

}
