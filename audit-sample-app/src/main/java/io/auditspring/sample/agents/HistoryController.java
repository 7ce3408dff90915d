package io.auditspring.sample.agents;

import java.util.List;

import io.auditspring.query.AuditEntry;
import io.auditspring.query.AuditQuery;
import io.auditspring.query.AuditTrail;

import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * The same entries seen from three sides: what was done to an agent, through a connector,
 * by a user. Newest first.
 */
@RestController
@RequestMapping("/api")
@PreAuthorize("hasRole('AUDITOR')")
class HistoryController {

	private final AuditTrail trail;

	HistoryController(AuditTrail trail) {
		this.trail = trail;
	}

	@GetMapping("/agents/{id}/entries")
	List<AuditEntry> ofAgent(@PathVariable long id) {
		return this.trail.trail("Agent", id).getContent();
	}

	@GetMapping("/connectors/{id}/entries")
	List<AuditEntry> ofConnector(@PathVariable String id) {
		return this.trail.find(AuditQuery.all().related("Connector", id)).getContent();
	}

	@GetMapping("/users/{username}/entries")
	List<AuditEntry> ofUser(@PathVariable String username) {
		return this.trail.find(AuditQuery.all().actor(username)).getContent();
	}

}
