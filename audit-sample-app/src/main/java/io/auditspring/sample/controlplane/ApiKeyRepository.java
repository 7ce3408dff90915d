package io.auditspring.sample.controlplane;

import java.time.Instant;
import java.util.List;

import org.springframework.data.jpa.repository.JpaRepository;

interface ApiKeyRepository extends JpaRepository<ApiKey, String> {

	List<ApiKey> findByRevokedAtIsNullAndExpiresAtBefore(Instant instant);

}
