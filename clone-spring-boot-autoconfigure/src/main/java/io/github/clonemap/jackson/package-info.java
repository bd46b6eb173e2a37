/**
 * Values as JSON, by Jackson.
 */
@NullMarked
package io.github.clonemap.jackson;

import org.jspecify.annotations.NullMarked;
