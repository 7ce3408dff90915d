package io.auditspring.sample.controlplane;

import java.time.Duration;
import java.time.Instant;

import io.auditspring.Actor;
import io.auditspring.AuditContext;

import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.stereotype.Component;

/**
 * Ends API keys whose time has come. Nobody is signed in on a scheduler's thread: the
 * system acts, under the name of the job or, where it says one itself, another.
 */
@Component
class ApiKeyExpiry {

	private static final Actor ACTOR = Actor.system("expire-api-keys");

	private static final Duration KEPT = Duration.ofDays(90);

	private final ApiKeys keys;

	ApiKeyExpiry(ApiKeys keys) {
		this.keys = keys;
	}

	@Scheduled(fixedDelayString = "${back-office.api-key-expiry.interval}")
	void run() throws Exception {
		expireKeys(Instant.now());
	}

	@Scheduled(cron = "${back-office.api-key-expiry.purge}")
	void purge() {
		this.keys.purge(Instant.now().minus(KEPT));
	}

	/**
	 * Ends the keys that expired before the instant. Each is a call of its own on another
	 * bean, hence a transaction and an entry of its own.
	 * @param instant the instant
	 * @throws Exception if a key cannot be ended
	 */
	void expireKeys(Instant instant) throws Exception {
		AuditContext.runAs(ACTOR, () -> {
			this.keys.expiredBy(instant).forEach(this.keys::expire);
			return null;
		});
	}

}
