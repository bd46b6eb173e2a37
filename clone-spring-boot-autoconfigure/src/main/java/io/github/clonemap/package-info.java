/**
 * What an application sees: the shared map, its entries and changes, its states and its
 * exceptions.
 */
@NullMarked
package io.github.clonemap;

import org.jspecify.annotations.NullMarked;
