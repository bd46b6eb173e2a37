/**
 * When and how Spring makes the client, the embedded server and the maps.
 */
@NullMarked
package io.github.clonemap.autoconfigure;

import org.jspecify.annotations.NullMarked;
