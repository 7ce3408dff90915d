/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.cli;

import java.io.Console;
import java.io.PrintWriter;

import io.auditspring.ledger.verify.VerificationProgress;
import org.jspecify.annotations.Nullable;

/**
 * Shows people how far it is. Only on a terminal: a log would be filled with it.
 */
final class ProgressBar implements VerificationProgress {

	private static final int WIDTH = 40;

	private final PrintWriter err;

	private ProgressBar(PrintWriter err) {
		this.err = err;
	}

	static VerificationProgress of(PrintWriter err) {
		return isTerminal(System.console()) ? new ProgressBar(err) : NONE;
	}

	/** From Java 22 on there is a console without a terminal, too. */
	private static boolean isTerminal(@Nullable Console console) {
		return console != null && System.getenv("TERM") != null;
	}

	@Override
	public void reached(String chain, long seq, long size) {
		double part = (size > 0) ? Math.min((double) seq / size, 1) : 1;
		int filled = (int) (part * WIDTH);
		this.err.printf("\r%s [%s%s] %3s%% %s of %s", Report.legible(chain), "#".repeat(filled),
				" ".repeat(WIDTH - filled), (int) (part * 100), seq, size);
		if (seq >= size) {
			this.err.println();
		}
		this.err.flush();
	}

}
