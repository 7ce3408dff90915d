/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.receive.internal;

/**
 * A bundle is not taken, and nothing of it stays.
 */
final class ReceptionException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final Reception.Kind kind;

	ReceptionException(Reception.Kind kind, String reason) {
		super(reason, null, false, false);
		this.kind = kind;
	}

	static ReceptionException refused(String reason) {
		return new ReceptionException(Reception.Kind.REFUSED, reason);
	}

	Reception.Kind kind() {
		return this.kind;
	}

}
