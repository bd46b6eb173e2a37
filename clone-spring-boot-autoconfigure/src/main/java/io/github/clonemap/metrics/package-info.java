/**
 * Meters that read the reports of a client and of a server.
 */
@NullMarked
package io.github.clonemap.metrics;

import org.jspecify.annotations.NullMarked;
