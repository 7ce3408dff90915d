package org.example.bank;

import java.math.BigDecimal;

import io.auditspring.Audited;
import jakarta.persistence.EntityNotFoundException;

import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

@Service
@Transactional
public class BankService {

	private final BankAccountRepository accounts;

	public BankService(BankAccountRepository accounts) {
		this.accounts = accounts;
	}

	public BankAccount open(String name) {
		return this.accounts.save(new BankAccount().name(name));
	}

	@Audited
	@PreAuthorize("hasAuthority('ROLE_ADMIN')")
	public BankAccount book(Long id, BigDecimal amount) {
		return this.accounts.findById(id).orElseThrow(EntityNotFoundException::new).book(amount);
	}

}
