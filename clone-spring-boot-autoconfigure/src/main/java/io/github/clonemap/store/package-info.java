/**
 * The server's entries in sequence order, what changed lately, and what ends when.
 */
@NullMarked
package io.github.clonemap.store;

import org.jspecify.annotations.NullMarked;
