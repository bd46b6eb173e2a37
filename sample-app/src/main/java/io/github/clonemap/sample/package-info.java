/**
 * A sample application.
 */
@NullMarked
package io.github.clonemap.sample;

import org.jspecify.annotations.NullMarked;
