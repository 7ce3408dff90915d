/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.cli;

import java.util.concurrent.Callable;

/**
 * A command that another jar beside this one brings along, found as a
 * {@link java.util.ServiceLoader} finds providers.
 *
 * @since 0.1.0
 */
public interface FurtherCommand extends Callable<Integer> {

}
