/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.signing;

import io.auditspring.CheckpointAnchor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes each checkpoint to the log, in one line, so that whatever collects the logs
 * keeps it. Newlines are written as {@code \n}.
 */
final class LogAnchor implements CheckpointAnchor {

	private static final Logger logger = LoggerFactory.getLogger(LogAnchor.class);

	@Override
	public void publish(String chain, long size, String note) {
		logger.info("Audit checkpoint: {}", note.replace("\n", "\\n"));
	}

	@Override
	public String toString() {
		return "log";
	}

}
