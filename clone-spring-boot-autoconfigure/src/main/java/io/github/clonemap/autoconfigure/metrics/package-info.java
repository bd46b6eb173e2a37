/**
 * When Spring makes the meters.
 */
@NullMarked
package io.github.clonemap.autoconfigure.metrics;

import org.jspecify.annotations.NullMarked;
