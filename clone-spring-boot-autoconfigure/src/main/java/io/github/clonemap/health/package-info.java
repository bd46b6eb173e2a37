/**
 * Health indicators that read the reports of a client and of a server.
 */
@NullMarked
package io.github.clonemap.health;

import org.jspecify.annotations.NullMarked;
