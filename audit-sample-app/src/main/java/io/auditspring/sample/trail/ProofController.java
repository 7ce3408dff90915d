package io.auditspring.sample.trail;

import java.util.Optional;
import java.util.UUID;

import io.auditspring.signing.Checkpoints;
import io.auditspring.ledger.checkpoint.InclusionReceipt;
import io.auditspring.ledger.checkpoint.ConsistencyReceipt;
import io.auditspring.ledger.checkpoint.Checkpoint;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * What auditors take home to check without trusting this application. Thin, since
 * {@link Checkpoints} does the work.
 */
@RestController
@RequestMapping("/api/audit")
@PreAuthorize("hasRole('AUDITOR')")
class ProofController {

	private static final String CHAIN = "main";

	private final Checkpoints checkpoints;

	ProofController(Checkpoints checkpoints) {
		this.checkpoints = checkpoints;
	}

	@GetMapping("/checkpoints/latest")
	Checkpoint latest() {
		return found(this.checkpoints.latest(CHAIN), "There is no checkpoint yet");
	}

	/**
	 * Does not wait for the next interval.
	 * @return the checkpoint of all entries that are in the ledger now
	 */
	@PostMapping("/checkpoints")
	@ResponseStatus(HttpStatus.CREATED)
	Checkpoint create() {
		return found(this.checkpoints.create(CHAIN), "There is no entry yet");
	}

	@GetMapping("/entries/{id}/proof")
	InclusionReceipt proof(@PathVariable UUID id) {
		return found(this.checkpoints.inclusion(id), "There is no entry %s, or no checkpoint of it yet".formatted(id));
	}

	@GetMapping("/consistency")
	ConsistencyReceipt consistency(@RequestParam long from, @RequestParam long to) {
		return found(this.checkpoints.consistency(CHAIN, from, to),
				"There are no checkpoints of %s and %s entries".formatted(from, to));
	}

	private static <T> T found(Optional<T> answer, String otherwise) {
		return answer.orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND, otherwise));
	}

	@ExceptionHandler
	ProblemDetail badSizes(IllegalArgumentException ex) {
		return ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, ex.getMessage());
	}

}
