/**
 * Agents that are started and stopped through connectors, by people and by an agent of
 * their own.
 */
@NullMarked
package io.auditspring.sample.agents;

import org.jspecify.annotations.NullMarked;
