/**
 * The only package with sockets: what client and server need of the network, by JeroMQ.
 */
@NullMarked
package io.github.clonemap.zeromq;

import org.jspecify.annotations.NullMarked;
