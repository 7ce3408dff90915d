/**
 * Agents that are started and stopped through connectors.
 */
@NullMarked
package io.auditspring.sample.agents;

import org.jspecify.annotations.NullMarked;
