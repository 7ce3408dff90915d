package io.auditspring.sample.trail;

import java.io.IOException;

import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.retention.Retention;
import io.auditspring.signing.Checkpoints;

import org.springframework.context.annotation.Profile;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * Archives now what otherwise waits until its month is over for a year, so that it can be
 * tried out on the first day. The entries stay in the database, too.
 */
@RestController
@Profile("archive")
@RequestMapping("/api/audit")
@PreAuthorize("hasRole('AUDITOR')")
class ArchiveController {

	private static final String CHAIN = "main";

	private final Checkpoints checkpoints;

	private final Retention retention;

	ArchiveController(Checkpoints checkpoints, Retention retention) {
		this.checkpoints = checkpoints;
		this.retention = retention;
	}

	/**
	 * Only what a signed checkpoint covers is archived.
	 *
	 * @param chain the chain
	 * @param size how many of its entries, from the first one, are in the archive
	 */
	record Archived(String chain, long size) {

	}

	@PostMapping("/archive")
	@ResponseStatus(HttpStatus.CREATED)
	Archived archive() throws IOException {
		Checkpoint checkpoint = this.checkpoints.create(CHAIN)
			.orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no entry yet"));
		this.retention.archive(CHAIN, checkpoint.size());
		return new Archived(CHAIN, checkpoint.size());
	}

}
