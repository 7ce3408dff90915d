/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * How running text assigns values to names, such as {@code password=secret}. In comes a
 * text, out goes the same without its secrets. Begin with {@code TextMasking}. Internal:
 * made for the other packages of this project, and changed without notice.
 */
@NullMarked
package io.auditspring.capture.internal.text;

import org.jspecify.annotations.NullMarked;
