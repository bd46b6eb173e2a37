/**
 * The messages of the Clustered Hashmap Protocol, RFC 12: pure functions.
 */
@NullMarked
package io.github.clonemap.protocol.chp;

import org.jspecify.annotations.NullMarked;
