/**
 * A replica and its conversation with the servers.
 */
@NullMarked
package io.github.clonemap.client;

import org.jspecify.annotations.NullMarked;
