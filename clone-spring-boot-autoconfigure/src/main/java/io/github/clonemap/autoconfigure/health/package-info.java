/**
 * When Spring makes the health contributors.
 */
@NullMarked
package io.github.clonemap.autoconfigure.health;

import org.jspecify.annotations.NullMarked;
