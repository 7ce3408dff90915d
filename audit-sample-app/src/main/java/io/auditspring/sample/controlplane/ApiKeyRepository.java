package io.auditspring.sample.controlplane;

import java.time.Instant;
import java.util.List;

import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.Query;

interface ApiKeyRepository extends JpaRepository<ApiKey, String> {

	List<ApiKey> findByRevokedAtIsNullAndExpiresAtBefore(Instant instant);

	List<ApiKey> findByProject(Project project);

	@Modifying
	@Query("delete from ApiKey key where key.revokedAt < :instant")
	int deleteEndedBefore(Instant instant);

}
