/**
 * When Spring makes the codecs for values as JSON.
 */
@NullMarked
package io.github.clonemap.autoconfigure.jackson;

import org.jspecify.annotations.NullMarked;
