package org.example.accounts;

import java.util.List;

import io.auditspring.query.AuditEntry;
import io.auditspring.query.AuditQuery;
import io.auditspring.query.AuditTrail;

import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@RestController
class AccountController {

	private final Accounts accounts;

	private final AuditTrail trail;

	AccountController(Accounts accounts, AuditTrail trail) {
		this.accounts = accounts;
		this.trail = trail;
	}

	@GetMapping("/renew")
	List<String> renew() {
		long id = this.accounts.open("jane");
		this.accounts.close(id);
		return this.trail.find(AuditQuery.all().target("Account", Long.toString(id)))
			.map(AuditEntry::getAction)
			.getContent();
	}

}
