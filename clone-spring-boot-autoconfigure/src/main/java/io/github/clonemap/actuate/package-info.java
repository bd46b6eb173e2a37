/**
 * The actuator endpoint that shows the reports of a client and of a server.
 */
@NullMarked
package io.github.clonemap.actuate;

import org.jspecify.annotations.NullMarked;
