/**
 * When Spring makes the actuator endpoint.
 */
@NullMarked
package io.github.clonemap.autoconfigure.actuate;

import org.jspecify.annotations.NullMarked;
