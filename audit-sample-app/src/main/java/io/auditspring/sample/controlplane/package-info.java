/**
 * Projects, the API keys machines use them with, and the job that ends those keys.
 */
@NullMarked
package io.auditspring.sample.controlplane;

import org.jspecify.annotations.NullMarked;
