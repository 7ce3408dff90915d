package io.auditspring.sample.trail;

import java.util.UUID;

import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;

/**
 * What auditors see, at an address of this application's own. The starter's API answers:
 * so parameters mean the same at both addresses, pages have a cursor, and reading leaves
 * an entry.
 */
@Controller
@RequestMapping("/api/audit")
@PreAuthorize("hasRole('AUDITOR')")
class TrailController {

	@GetMapping("/entries")
	String entries() {
		return "forward:/audit/api/entries";
	}

	@GetMapping("/entries/{id}")
	String entry(@PathVariable UUID id) {
		return "forward:/audit/api/entries/" + id;
	}

	@GetMapping("/verification")
	String verification() {
		return "forward:/audit/api/verification";
	}

}
