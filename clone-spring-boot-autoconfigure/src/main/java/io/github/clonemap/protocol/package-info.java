/**
 * Messages to bytes and back: pure functions, checked on the way in.
 */
@NullMarked
package io.github.clonemap.protocol;

import org.jspecify.annotations.NullMarked;
