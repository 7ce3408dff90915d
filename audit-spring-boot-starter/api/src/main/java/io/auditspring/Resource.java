/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring;

/**
 * A thing an operation acts on or concerns.
 *
 * @param type the kind of thing, such as {@code Order}
 * @param id what identifies it among its kind
 * @since 0.1.0
 */
public record Resource(String type, String id) {

}
