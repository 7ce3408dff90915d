package io.auditspring.autoconfigure;

import java.time.Duration;
import java.util.List;

import io.auditspring.Delivery;
import io.auditspring.delivery.FailurePolicy;
import io.auditspring.delivery.Overflow;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.Assert;

/**
 * Settings of the audit trail.
 *
 * @param enabled whether calls are audited
 * @param serviceName the name under which this application records; by default
 * spring.application.name
 * @param schema the database schema that holds the ledger: a lower-case identifier
 * @param chain the chain that entries are appended to; services that name the same one
 * share it
 * @param defaultCategory the category of entries that name none
 * @param delivery when an entry is durable, where the annotation does not say
 * @param pointcut an AspectJ expression; public methods that it matches are audited
 * without annotation
 * @param failurePolicy what the business call sees when its entry cannot be kept
 * @param async the buffer of asynchronous delivery
 * @param batch how entries are written
 * @param relay how staged entries reach the ledger
 * @param capture what entries show of a call
 * @param tenantClaim the claim of OAuth2 and OpenID Connect tokens that names the tenant
 * @param security what Spring Security tells
 * @param masking what is never stored
 * @param flyway the migrations of the audit schema
 */
@ConfigurationProperties("audit")
public record AuditProperties(@DefaultValue("true") boolean enabled, @Nullable String serviceName,
		@DefaultValue("audit") String schema, @DefaultValue("main") String chain, @Nullable String defaultCategory,
		@DefaultValue("transactional") Delivery delivery, @Nullable String pointcut,
		@DefaultValue("propagate") FailurePolicy failurePolicy, @DefaultValue Async async, @DefaultValue Batch batch,
		@DefaultValue Relay relay, @DefaultValue Capture capture, @Nullable String tenantClaim,
		@DefaultValue Security security, @DefaultValue Masking masking, @DefaultValue Flyway flyway) {

	public AuditProperties {
		Assert.isTrue(delivery != Delivery.DEFAULT, "audit.delivery takes transactional, async or sync");
		Assert.isTrue(!chain.isBlank() && chain.length() <= 200, "audit.chain takes a name of 1 to 200 characters");
	}

	/**
	 * The buffer of asynchronous delivery.
	 *
	 * @param capacity the most entries that wait to be written
	 * @param overflow what happens to further ones
	 */
	public record Async(@DefaultValue("10000") int capacity, @DefaultValue("block") Overflow overflow) {

		public Async {
			Assert.isTrue(capacity > 0, () -> "audit.async.capacity takes a number above 0, not " + capacity);
		}

	}

	/**
	 * How entries are written.
	 *
	 * @param size the most entries, or staged transactions, to write at once
	 * @param linger how long to wait for an asynchronous batch to fill
	 */
	public record Batch(@DefaultValue("1000") int size, @DefaultValue("20ms") Duration linger) {

		public Batch {
			Assert.isTrue(size > 0, () -> "audit.batch.size takes a number above 0, not " + size);
			Assert.isTrue(!linger.isNegative(),
					() -> "audit.batch.linger takes a duration of 0 or more, not " + linger);
		}

	}

	/**
	 * How staged entries reach the ledger.
	 *
	 * @param pollInterval how often to look for entries that an instance which is gone
	 * left behind
	 */
	public record Relay(@DefaultValue("1s") Duration pollInterval) {

		public Relay {
			Assert.isTrue(pollInterval.toMillis() > 0,
					() -> "audit.relay.poll-interval takes a duration of at least 1ms, not " + pollInterval);
		}

	}

	/**
	 * What entries show of a call.
	 *
	 * @param arguments whether their metadata shows the arguments
	 * @param result whether their metadata shows the result
	 */
	public record Capture(@DefaultValue("false") boolean arguments, @DefaultValue("false") boolean result) {

	}

	/**
	 * What Spring Security tells.
	 *
	 * @param events whether logins, failed logins, logouts, expired sessions, switched
	 * users and denied access leave entries
	 * @param failedLoginLimit how many failed logins a minute and address leave an entry
	 * each; further ones are counted in a single one
	 */
	public record Security(@DefaultValue("true") boolean events, @DefaultValue("20") int failedLoginLimit) {

		public Security {
			Assert.isTrue(failedLoginLimit >= 0,
					() -> "audit.security.failed-login-limit takes a number of 0 or more, not " + failedLoginLimit);
		}

	}

	/**
	 * What is never stored.
	 *
	 * @param keys words whose values are masked wherever they name a property, a map key
	 * or an assignment in a text; they match as whole words, whatever the spelling
	 */
	public record Masking(@DefaultValue( {
			"password", "passwd", "passphrase", "pwd", "secret", "token", "authorization", "credential", "credentials",
			"cookie", "api key", "private key", "access key", "card number", "credit card", "cvv", "cvc", "pin",
			"account number", "iban", "ssn", "social security number" }) List<String> keys){

	}

	/**
	 * The migrations of the audit schema.
	 *
	 * @param enabled whether the application creates and migrates the schema when it
	 * starts
	 */
	public record Flyway(@DefaultValue("true") boolean enabled) {

	}

}
