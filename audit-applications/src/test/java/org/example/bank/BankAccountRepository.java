package org.example.bank;

import java.util.Optional;

import org.springframework.cache.annotation.Cacheable;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.stereotype.Repository;

@Repository
public interface BankAccountRepository extends JpaRepository<BankAccount, Long> {

	String BY_NAME = "bankAccountsByName";

	@Cacheable(BY_NAME)
	Optional<BankAccount> findOneByName(String name);

}
