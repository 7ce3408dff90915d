package io.auditspring.sample.trail;

import java.util.List;
import java.util.UUID;

import io.auditspring.ledger.Verification;
import io.auditspring.query.AuditEntry;
import io.auditspring.query.AuditTrail;

import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.server.ResponseStatusException;

/**
 * What auditors see. Thin, since {@link AuditTrail} does the work.
 */
@RestController
@RequestMapping("/api/audit")
@PreAuthorize("hasRole('AUDITOR')")
class TrailController {

	private final AuditTrail trail;

	TrailController(AuditTrail trail) {
		this.trail = trail;
	}

	@GetMapping("/entries")
	Entries find(EntryFilter filter) {
		return new Entries(this.trail.find(filter.toQuery()).getContent());
	}

	@GetMapping("/entries/{id}")
	AuditEntry entry(@PathVariable UUID id) {
		return this.trail.entry(id)
			.orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no entry " + id));
	}

	@GetMapping("/verification")
	Verification verification() {
		return this.trail.verify();
	}

	@ExceptionHandler
	ProblemDetail badFilter(IllegalArgumentException ex) {
		return ProblemDetail.forStatusAndDetail(HttpStatus.BAD_REQUEST, ex.getMessage());
	}

	record Entries(List<AuditEntry> entries) {

	}

}
