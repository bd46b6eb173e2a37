/**
 * One thread that owns some state: its mailbox, its clock and its patience.
 */
@NullMarked
package io.github.clonemap.agent;

import org.jspecify.annotations.NullMarked;
