/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.ledger.internal.table;

import java.util.HexFormat;

import io.auditspring.ledger.internal.merkle.Sha256;
import org.jspecify.annotations.Nullable;

/**
 * Rows in the text format of COPY (PostgreSQL manual, COPY, "Text Format"). Every
 * character that could mean something to it is escaped.
 */
final class CopyText {

	private final StringBuilder rows = new StringBuilder();

	private boolean rowStarted;

	CopyText column(@Nullable Object value) {
		startColumn();
		if (value != null) {
			escape(value.toString());
		}
		else {
			this.rows.append("\\N");
		}
		return this;
	}

	CopyText bytes(byte[] value) {
		startColumn();
		this.rows.append("\\\\x").append(HexFormat.of().formatHex(value));
		return this;
	}

	void endRow() {
		this.rows.append('\n');
		this.rowStarted = false;
	}

	int length() {
		return this.rows.length();
	}

	byte[] take() {
		byte[] taken = Sha256.utf8(this.rows.toString());
		this.rows.setLength(0);
		return taken;
	}

	private void startColumn() {
		if (this.rowStarted) {
			this.rows.append('\t');
		}
		this.rowStarted = true;
	}

	private void escape(String text) {
		for (int i = 0; i < text.length(); i++) {
			char c = text.charAt(i);
			switch (c) {
				case '\\' -> this.rows.append("\\\\");
				case '\t' -> this.rows.append("\\t");
				case '\n' -> this.rows.append("\\n");
				case '\r' -> this.rows.append("\\r");
				default -> this.rows.append(c);
			}
		}
	}

}
