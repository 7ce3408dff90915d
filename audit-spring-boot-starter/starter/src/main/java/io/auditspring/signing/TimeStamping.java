/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.signing;

import java.net.URI;
import java.util.List;

import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.InvalidCheckpointException;
import io.auditspring.ledger.checkpoint.TimeStampAuthority;

/**
 * Has checkpoints time-stamped over HTTP (RFC 3161, section 3.4). What is answered is
 * kept beside the cosignatures of witnesses.
 */
final class TimeStamping {

	private static final int OK = 200;

	private final Checkpoints checkpoints;

	private final TimeStampAuthority authority;

	private final URI url;

	private final HttpCalls calls = new HttpCalls();

	TimeStamping(Checkpoints checkpoints, TimeStampAuthority authority, URI url) {
		this.checkpoints = checkpoints;
		this.authority = authority;
		this.url = url;
	}

	/**
	 * Asks for a time stamp, unless there is one.
	 * @param chain the chain's name
	 * @param checkpoint its newest checkpoint
	 * @return the checkpoint with its time stamp
	 * @throws HttpCalls.FailedException if there was no answer
	 * @throws IllegalStateException if the answer is none that counts
	 */
	Checkpoint stamp(String chain, Checkpoint checkpoint) throws HttpCalls.FailedException {
		if (this.authority.stamped(checkpoint).isPresent()) {
			return checkpoint;
		}
		byte[] request = this.authority.request(checkpoint);
		HttpCalls.Answer answer = this.calls
			.await(this.calls.post(this.url.toString(), "application/timestamp-query", request), HttpCalls.deadline());
		if (answer.status() != OK) {
			throw new IllegalStateException("it answered %s: %s".formatted(answer.status(), answer.shown()));
		}
		try {
			String line = this.authority.line(name(), checkpoint, request, answer.body());
			this.checkpoints.cosign(chain, checkpoint.size(), List.of(line));
			return checkpoint.with(List.of(line));
		}
		catch (InvalidCheckpointException ex) {
			// Says nothing of the ledger.
			throw new IllegalStateException(ex.getMessage(), ex);
		}
	}

	/** As keys of notes should be called. */
	private String name() {
		String name = this.url.getHost() + ((this.url.getRawPath() != null) ? this.url.getRawPath() : "");
		return name.replaceFirst("/+$", "").replace('+', '-');
	}

	@Override
	public String toString() {
		return "time stamp authority " + this.url;
	}

}
