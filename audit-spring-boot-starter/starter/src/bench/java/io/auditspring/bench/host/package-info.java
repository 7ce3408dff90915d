/**
 * An application that is started with and without the starter. It must not know it.
 */
package io.auditspring.bench.host;
