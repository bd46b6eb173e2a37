package io.github.clonemap.sample;

/**
 * One live reading of one instance, as it is shared: under {@code <instance>/<name>}, in
 * the map {@code fleet}.
 *
 * @param value the value
 * @param unit the unit of the value, such as {@code %} or {@code bytes}; empty for a
 * plain number
 */
public record Reading(double value, String unit) {

}
