/**
 * Which of two servers is active: the Guide's Binary Star, as a pure state machine.
 */
@NullMarked
package io.github.clonemap.binarystar;

import org.jspecify.annotations.NullMarked;
