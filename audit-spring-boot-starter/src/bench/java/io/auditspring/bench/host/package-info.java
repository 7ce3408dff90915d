/**
 * An application that is started with and without the starter. It must not know it.
 */
@NullMarked
package io.auditspring.bench.host;

import org.jspecify.annotations.NullMarked;
