/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.security;

import io.auditspring.Actor;
import io.auditspring.AuditRecord;
import io.auditspring.AuthenticationEvents;
import io.auditspring.capture.internal.origin.Origins;

/**
 * Records sign-ins of which the application tells.
 */
final class OwnSignIns implements AuthenticationEvents {

	private static final String METHOD = "Application";

	private final CautiousRecorder recorder;

	private final FailedLogins failedLogins;

	private final TriedNames names;

	OwnSignIns(CautiousRecorder recorder, FailedLogins failedLogins, TriedNames names) {
		this.recorder = recorder;
		this.failedLogins = failedLogins;
		this.names = names;
	}

	@Override
	public void signedIn(Actor user) {
		Origins origins = this.recorder.origins();
		this.recorder.record(record("login", user).metadata("method", METHOD).build(), origins::arriving);
	}

	@Override
	public void signedOut(Actor user) {
		Origins origins = this.recorder.origins();
		this.recorder.record(record("logout", user).build(), origins::leaving);
	}

	private static AuditRecord.Builder record(String action, Actor user) {
		return AuditRecord.action(action).category(Categories.AUTHENTICATION).actor(user);
	}

	@Override
	public void failed(String name, String reason) {
		this.recorder.attempt("login",
				() -> add(name.isBlank() ? this.names.nameless() : this.names.unknown(name), reason));
	}

	@Override
	public void failed(Actor user, String reason) {
		this.recorder.attempt("login", () -> add(this.names.known(user.id()), reason));
	}

	private void add(Actor tried, String reason) {
		this.failedLogins.add(tried, reason, METHOD);
	}

}
