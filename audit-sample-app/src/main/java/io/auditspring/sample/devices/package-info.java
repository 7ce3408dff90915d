/**
 * Devices: brought in if they answer, and backed up every night.
 */
@NullMarked
package io.auditspring.sample.devices;

import org.jspecify.annotations.NullMarked;
