/**
 * Two services with databases of their own, a broker of Kafka, and one ledger that shows
 * what both did: all in one process, to be tried out. Begin with {@code KafkaSample}.
 */
@NullMarked
package io.auditspring.sample.kafka;

import org.jspecify.annotations.NullMarked;
