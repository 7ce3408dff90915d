/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * Values as JSON, never with a secret in it. In come objects of any type, out goes JSON
 * in which what must not be shown is replaced by a placeholder; the value that one stands
 * for never leaves this package. Begin with
 * {@link io.auditspring.capture.internal.value.JsonValues} for objects and
 * {@code MappedValues} for the properties of entities. Internal: made for the other
 * packages of this project, and changed without notice.
 */
@NullMarked
package io.auditspring.capture.internal.value;

import org.jspecify.annotations.NullMarked;
