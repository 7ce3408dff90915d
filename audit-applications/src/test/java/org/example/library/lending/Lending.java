package org.example.library.lending;

import io.auditspring.Audited;

import org.springframework.context.ApplicationEventPublisher;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

@Service
public class Lending {

	private final Loans loans;

	private final ApplicationEventPublisher events;

	Lending(Loans loans, ApplicationEventPublisher events) {
		this.loans = loans;
		this.events = events;
	}

	@Audited
	@Transactional
	public void lend(String isbn) {
		this.loans.save(new Loan(isbn));
		this.events.publishEvent(new BookLent(isbn));
	}

}
