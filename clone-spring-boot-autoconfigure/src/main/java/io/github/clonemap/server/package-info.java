/**
 * Orders writes, serves snapshots, publishes updates.
 */
@NullMarked
package io.github.clonemap.server;

import org.jspecify.annotations.NullMarked;
