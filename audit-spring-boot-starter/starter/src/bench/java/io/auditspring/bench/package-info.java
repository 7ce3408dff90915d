/**
 * Figures, side by side with what one would use instead. {@link Benchmarks} is the way
 * in; each {@link Benchmark} runs in a JVM of its own and leaves a {@link Report}.
 */
package io.auditspring.bench;
