package io.auditspring.sample.users;

import java.util.Optional;

import org.springframework.data.jpa.repository.JpaRepository;

interface PasswordResetRepository extends JpaRepository<PasswordReset, String> {

	Optional<PasswordReset> findByTokenHash(String tokenHash);

}
