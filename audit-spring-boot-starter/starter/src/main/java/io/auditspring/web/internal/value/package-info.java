/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What requests and answers hold. In come texts, out go times, periods and places to go
 * on from, or what is wrong with a parameter, and answers in fewer bytes. Begin with
 * {@code Period}. Internal: made for the other packages of this project, and changed
 * without notice.
 */
@NullMarked
package io.auditspring.web.internal.value;

import org.jspecify.annotations.NullMarked;
