/**
 * The sample application "Fleet board": live readings of every instance and feature flags
 * that anyone can change, in two shared maps.
 */
@NullMarked
package io.github.clonemap.sample;

import org.jspecify.annotations.NullMarked;
