package io.auditspring.sample.controlplane;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

import io.auditspring.Actor;
import io.auditspring.AuditContext;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.AuditTarget;
import io.auditspring.Audited;
import io.auditspring.Outcome;
import io.auditspring.Severity;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpStatus;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.stereotype.Component;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.server.ResponseStatusException;

/**
 * Issues, checks and ends API keys.
 */
@Component
@Transactional
public class ApiKeys {

	private final ApiKeyRepository keys;

	private final Projects projects;

	private final AuditRecorder recorder;

	ApiKeys(ApiKeyRepository keys, Projects projects, AuditRecorder recorder) {
		this.keys = keys;
		this.projects = projects;
		this.recorder = recorder;
	}

	/**
	 * Issues a key. A key may issue others, but none that can do more than deploy.
	 * @param projectId the project it belongs to
	 * @param name its name
	 * @param scope what it may do
	 * @param expiresAt when it ends, or {@code null}
	 * @return the key, in clear text for this once
	 */
	@PreAuthorize("hasRole('MANAGER') or (hasAuthority('administer') and #scope.name() == 'DEPLOY')")
	@Audited(action = "api_key.created", category = "configuration_change", targetName = "#name",
			related = "Project:#projectId", message = "Create API key #{#name} for project #{#projectId}")
	public PresentedKey create(long projectId, String name, ApiKey.Scope scope, @Nullable Instant expiresAt) {
		PresentedKey key = PresentedKey.random();
		this.keys.save(new ApiKey(key.id(), name, this.projects.find(projectId), key.secretHash(), scope, expiresAt));
		return key;
	}

	@PreAuthorize("hasRole('MANAGER')")
	@Audited(action = "api_key.revoked", category = "configuration_change", message = "Revoke API key #{#keyId}")
	public void revoke(@AuditTarget("ApiKey") String keyId) {
		end(keyId);
	}

	@Audited(action = "api_key.expired", category = "configuration_change",
			message = "End API key #{#keyId}, which has expired")
	public void expire(@AuditTarget("ApiKey") String keyId) {
		end(keyId);
	}

	/**
	 * Deletes keys that ended long ago, in one statement. Hibernate sees none of them, so
	 * there is no state; the entry lists the statement instead.
	 * @param instant when they ended at the latest
	 * @return how many they were
	 */
	@Audited(action = "api_key.purged", category = "configuration_change", metadata = "{endedBefore: #instant}",
			message = "Delete the API keys that ended before #{#instant}")
	public int purge(Instant instant) {
		return this.keys.deleteEndedBefore(instant);
	}

	@Transactional(readOnly = true)
	public List<String> expiredBy(Instant instant) {
		return this.keys.findByRevokedAtIsNullAndExpiresAtBefore(instant).stream().map(ApiKey::getId).toList();
	}

	/**
	 * Finds the key a request brought. One that does not fit, or no longer, leaves an
	 * entry: somebody is trying.
	 * @param presented the key as presented
	 * @return the key's authentication, or nothing
	 */
	Optional<ApiKeyAuthentication> authenticate(PresentedKey presented) {
		Optional<ApiKeyAuthentication> found = this.keys.findById(presented.id())
			.filter((key) -> presented.fits(key.getSecretHash()))
			.filter(ApiKey::isUsable)
			.map(ApiKeyAuthentication::new);
		if (found.isEmpty()) {
			this.recorder.record(refusal(presented));
		}
		return found;
	}

	private static AuditRecord refusal(PresentedKey presented) {
		return AuditRecord.action("api_key.refused")
			.category("authentication")
			.severity(Severity.WARNING)
			.outcome(Outcome.FAILURE)
			.actor(Actor.apiKey(presented.id(), null))
			.target("ApiKey", presented.id())
			.message("Refuse API key %s".formatted(presented.id()))
			.error("Unknown, expired or revoked API key")
			.build();
	}

	private void end(String keyId) {
		ApiKey key = this.keys.findById(keyId)
			.orElseThrow(() -> new ResponseStatusException(HttpStatus.NOT_FOUND, "There is no API key " + keyId));
		AuditContext.current().targetName(key.getName()).related("Project", key.getProject().getId());
		key.revoke();
	}

}
