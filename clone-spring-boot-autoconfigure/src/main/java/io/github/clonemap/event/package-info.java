/**
 * Spring application events that tell of changes, states, gaps and servers.
 */
@NullMarked
package io.github.clonemap.event;

import org.jspecify.annotations.NullMarked;
