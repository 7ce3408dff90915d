/**
 * A back office in which every action leaves an entry.
 */
@NullMarked
package io.auditspring.sample;

import org.jspecify.annotations.NullMarked;
