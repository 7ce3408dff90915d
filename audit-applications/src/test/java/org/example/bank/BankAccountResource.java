package org.example.bank;

import java.math.BigDecimal;

import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

@RestController
@RequestMapping("/api")
public class BankAccountResource {

	private final BankService bank;

	public BankAccountResource(BankService bank) {
		this.bank = bank;
	}

	@PostMapping("/bank-accounts")
	public Long open(@RequestParam String name) {
		return this.bank.open(name).getId();
	}

	@PostMapping("/bank-accounts/{id}/operations")
	public BigDecimal book(@PathVariable Long id, @RequestParam BigDecimal amount) {
		return this.bank.book(id, amount).getBalance();
	}

}
