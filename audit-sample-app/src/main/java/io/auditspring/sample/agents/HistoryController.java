package io.auditspring.sample.agents;

import java.util.List;
import java.util.stream.Stream;

import io.auditspring.query.AuditEntry;
import io.auditspring.query.AuditOperation;
import io.auditspring.query.AuditQuery;
import io.auditspring.query.AuditTrail;

import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/**
 * The same entries seen from three sides: what was done to an agent, through a connector,
 * by a user. Newest first and all of them, read page by page while they are sent.
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
	Stream<AuditEntry> ofAgent(@PathVariable long id) {
		return this.trail.stream(AuditQuery.all().target("Agent", id));
	}

	@GetMapping("/connectors/{id}/entries")
	Stream<AuditEntry> ofConnector(@PathVariable String id) {
		return this.trail.stream(AuditQuery.all().related("Connector", id));
	}

	@GetMapping("/users/{username}/entries")
	Stream<AuditEntry> ofUser(@PathVariable String username) {
		return this.trail.stream(AuditQuery.all().actor(username));
	}

	/**
	 * What a user did, one line for each thing done however many entries that left.
	 * @param username who
	 * @return the newest operations, and how many entries there are of all
	 */
	@GetMapping("/users/{username}/operations")
	Operations operationsOf(@PathVariable String username) {
		AuditQuery query = AuditQuery.all().actor(username);
		return new Operations(this.trail.count(query), this.trail.operations(query).getContent());
	}

	/**
	 * The newest operations of many.
	 *
	 * @param entries how many entries all operations have left
	 * @param newest the newest operations
	 */
	record Operations(long entries, List<AuditOperation> newest) {

	}

}
