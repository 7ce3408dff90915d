package io.auditspring.autoconfigure;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Period;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.regex.Pattern;

import io.auditspring.Delivery;
import io.auditspring.Severity;
import io.auditspring.capture.internal.origin.ForwardingHeader;
import io.auditspring.capture.internal.origin.TrustedProxies;
import io.auditspring.delivery.FailurePolicy;
import io.auditspring.delivery.internal.buffer.Overflow;
import io.auditspring.delivery.internal.transaction.UnattributedChanges;
import io.auditspring.intercept.SkippedCalls;
import io.auditspring.ledger.Schema;
import io.auditspring.retention.RetentionAction;
import io.auditspring.security.UnknownNames;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.core.env.Environment;
import org.springframework.util.Assert;
import org.springframework.util.StringUtils;
import org.springframework.util.unit.DataSize;

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
 * @param sync callers that wait for the audit database
 * @param datasource connections to the audit database
 * @param actor how those who act are told apart
 * @param envers the history that Hibernate Envers writes
 * @param spool files that keep what cannot be written before the application stops
 * @param capture what entries show of a call
 * @param request where a call came from
 * @param geolocation where on earth it came from
 * @param security what Spring Security tells
 * @param masking what is never stored
 * @param unattributedChanges what happens to changes of entities audited by Envers that
 * no audited call made
 * @param web reading the trail over HTTP
 * @param flyway the migrations of the audit schema
 * @param checkpoint signed checkpoints of the ledger
 * @param retention how long entries are kept
 * @param health when the trail is said to be in trouble
 * @param verification verification of the ledger in the background
 * @param skipped what happens to audited calls that something around the method left out,
 * without an answer of its own
 * @param failureSeverity how much attention failures deserve, where nothing else says it
 * @param deniedSeverity how much attention what access control refused deserves
 * @param locale the language of the sentences that entries get which have no message
 * @param vocabulary the words that annotations may use
 */
@ConfigurationProperties("audit")
public record AuditProperties(@DefaultValue("true") boolean enabled, @Nullable String serviceName,
		@DefaultValue("audit") String schema, @DefaultValue("main") String chain, @Nullable String defaultCategory,
		@DefaultValue(AuditProperties.DEFAULT_DELIVERY) Delivery delivery, @Nullable String pointcut,
		@DefaultValue("propagate") FailurePolicy failurePolicy, @DefaultValue Async async, @DefaultValue Batch batch,
		@DefaultValue Relay relay, @DefaultValue Capture capture, @DefaultValue Request request,
		@DefaultValue Geolocation geolocation, @DefaultValue Security security, @DefaultValue Masking masking,
		@DefaultValue Web web, @DefaultValue Flyway flyway,
		@DefaultValue @NestedConfigurationProperty CheckpointProperties checkpoint, @DefaultValue Retention retention,
		@DefaultValue("ignore") UnattributedChanges unattributedChanges, @DefaultValue Health health,
		@DefaultValue @NestedConfigurationProperty VerificationProperties verification, @DefaultValue Sync sync,
		@DefaultValue Datasource datasource, @DefaultValue Spool spool, @DefaultValue("ignore") SkippedCalls skipped,
		@DefaultValue Actor actor, @DefaultValue Envers envers, @DefaultValue("error") Severity failureSeverity,
		@DefaultValue("warning") Severity deniedSeverity, @DefaultValue("en") Locale locale,
		@DefaultValue Vocabulary vocabulary) {

	static final String DEFAULT_DELIVERY = "transactional";

	public AuditProperties {
		schema = new Schema(schema).name();
		Assert.isTrue(delivery != Delivery.DEFAULT, "audit.delivery takes transactional, async or sync");
		Assert.isTrue(
				!chain.isBlank() && chain.length() <= 200 && chain.equals(chain.strip())
						&& chain.chars().noneMatch(Character::isISOControl),
				"audit.chain takes a name of 1 to 200 characters on one line, without spaces around it");
	}

	/**
	 * The name that entries say.
	 * @param environment knows the application's
	 * @return the name, or null if there is none
	 */
	@Nullable String service(Environment environment) {
		String name = (this.serviceName != null) ? this.serviceName
				: environment.getProperty("spring.application.name");
		return StringUtils.hasText(name) ? name : null;
	}

	// Spring asks every bean for it at the start, and Java would first make one for each
	// of the records in here.
	@Override
	public int hashCode() {
		return Objects.hash(this.schema, this.chain);
	}

	/**
	 * The buffer of asynchronous delivery.
	 *
	 * @param capacity the most entries that wait to be written
	 * @param maxBytes the most memory they take, about; a single entry may be larger
	 * @param overflow what happens to further ones
	 * @param blockTimeout how long a caller waits for room before it stores the entry
	 * itself
	 */
	public record Async(@DefaultValue("10000") int capacity, @DefaultValue("64MB") DataSize maxBytes,
			@DefaultValue("block") Overflow overflow, @DefaultValue("10s") Duration blockTimeout) {

		public Async {
			Assert.isTrue(capacity > 0, () -> "audit.async.capacity takes a number above 0, not " + capacity);
			Assert.isTrue(maxBytes.toBytes() > 0,
					() -> "audit.async.max-bytes takes a size above 0, such as 64MB, not " + maxBytes);
			Assert.isTrue(!blockTimeout.isNegative(),
					() -> "audit.async.block-timeout takes a duration of 0 or more, not " + blockTimeout);
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
	 * @param takeOverAfter how long entries of another chain wait, as after audit.chain
	 * was changed, until they are moved to that chain by whoever is there
	 */
	public record Relay(@DefaultValue("1s") Duration pollInterval, @DefaultValue("1m") Duration takeOverAfter) {

		public Relay {
			Assert.isTrue(!takeOverAfter.isNegative(),
					() -> "audit.relay.take-over-after takes a duration of 0 or more, not " + takeOverAfter);
			Assert.isTrue(pollInterval.toMillis() > 0,
					() -> "audit.relay.poll-interval takes a duration of at least 1ms, not " + pollInterval);
		}

	}

	/**
	 * Callers that wait for the audit database.
	 *
	 * @param timeout how long they wait for a lock, and for a statement
	 */
	public record Sync(@DefaultValue("5s") Duration timeout) {

		public Sync {
			Assert.isTrue(timeout.toMillis() > 0,
					() -> "audit.sync.timeout takes a duration of at least 1ms, not " + timeout);
		}

	}

	/**
	 * Connections to the audit database.
	 *
	 * @param reserve how many connections the trail opens at most beside the
	 * application's pool, and only while all of that is in use; 0 for none
	 */
	public record Datasource(@DefaultValue("4") int reserve) {

		public Datasource {
			Assert.isTrue(reserve >= 0, () -> "audit.datasource.reserve takes a number of 0 or more, not " + reserve);
		}

	}

	/**
	 * The files that keep what cannot be written before the application stops.
	 *
	 * @param directory where they are, in a directory for each application; should
	 * outlive the application. By default audit-spool-USER in the directory for temporary
	 * files
	 */
	public record Spool(@Nullable Path directory) {

		public Spool {
			directory = (directory != null) ? directory : Path.of(System.getProperty("java.io.tmpdir"),
					"audit-spool-" + System.getProperty("user.name").replaceAll("[^\\w.-]", "_"));
		}

		@Override
		public Path directory() {
			return Objects.requireNonNull(this.directory);
		}

	}

	/**
	 * How those who act are told apart where the application has a type of its own for
	 * them, which an AuditorAware or Spring Security gives. Actors, principals, entities
	 * and plain values such as numbers need nothing of this.
	 *
	 * @param idProperty the property of that type that tells the actor's id
	 * @param nameProperty the property of that type that tells a name for people to read
	 */
	public record Actor(@Nullable String idProperty, @Nullable String nameProperty) {

	}

	/**
	 * The history that Hibernate Envers writes.
	 *
	 * @param missingTables what happens at the start when tables or sequences are missing
	 * that Envers writes to
	 */
	public record Envers(@DefaultValue("refuse") MissingTables missingTables) {

	}

	/**
	 * What entries show of a call.
	 *
	 * @param arguments whether their metadata shows the arguments
	 * @param result whether their metadata shows the result
	 * @param maxSize the most that the state before, the state after, the changes and the
	 * metadata of an entry take each, in characters of JSON; the largest parts of what is
	 * larger are cut, with a mark that says so
	 */
	public record Capture(@DefaultValue("false") boolean arguments, @DefaultValue("false") boolean result,
			@DefaultValue("256KB") DataSize maxSize) {

		/**
		 * Below, marks would not fit; above, neither PostgreSQL nor a reader is served.
		 */
		private static final DataSize MIN = DataSize.ofKilobytes(4);

		private static final DataSize MAX = DataSize.ofMegabytes(16);

		public Capture {
			Assert.isTrue(maxSize.compareTo(MIN) >= 0 && maxSize.compareTo(MAX) <= 0,
					() -> "audit.capture.max-size takes a size of 4KB to 16MB, not " + maxSize);
		}

	}

	/**
	 * Where a call came from.
	 *
	 * @param trustedProxies IP addresses and networks of the proxies whose Forwarded and
	 * X-Forwarded-For headers are believed, such as 10.0.0.0/8 or 2001:db8::1
	 * @param forwardingHeader the one header that the trusted proxies write. By default
	 * whichever is there is read; a request with both that name different clients is
	 * recorded with the proxy's own address, as one of them may be the client's invention
	 * @param deviceHeader the header that carries the fingerprint of the client's device
	 * @param idHeader the header that carries the request's id, such as X-Request-Id. It
	 * stands in the metadata of entries, as whoever sent the request says it, and for the
	 * trace where none is known
	 */
	public record Request(@DefaultValue List<String> trustedProxies, @Nullable ForwardingHeader forwardingHeader,
			@Nullable String deviceHeader, @Nullable String idHeader) {

		/** RFC 9110, section 5.6.2. */
		private static final Pattern TOKEN = Pattern.compile("[!#$%&'*+.^_`|~0-9A-Za-z-]+");

		public Request {
			Assert.isTrue(trustedProxies.stream().allMatch(TrustedProxies::isNetwork),
					() -> "audit.request.trusted-proxies takes IP addresses and networks such as 192.0.2.1, "
							+ "10.0.0.0/8 or 2001:db8::/32, with zeros behind the prefix, not "
							+ trustedProxies.stream().filter((proxy) -> !TrustedProxies.isNetwork(proxy)).toList());
			requireHeader("device-header", deviceHeader);
			requireHeader("id-header", idHeader);
		}

		private static void requireHeader(String property, @Nullable String name) {
			Assert.isTrue(name == null || TOKEN.matcher(name).matches(),
					() -> "audit.request.%s takes the name of an HTTP header, not '%s'".formatted(property, name));
		}

	}

	/**
	 * Where on earth a call came from.
	 *
	 * @param database a city or country database in MaxMind's format, by which clients
	 * are located; needs com.maxmind.geoip2:geoip2 or com.maxmind.db:maxmind-db
	 * @param timeout how long an entry waits for its client to be located
	 */
	public record Geolocation(@Nullable Path database, @DefaultValue("250ms") Duration timeout) {

		public Geolocation {
			Assert.isTrue(!timeout.isNegative(),
					() -> "audit.geolocation.timeout takes a duration of 0 or more, not " + timeout);
		}

	}

	/**
	 * How long entries are kept.
	 *
	 * @param period how long at least, such as P7Y; months of which all entries are older
	 * are retired. By default all are kept
	 * @param action what becomes of a retired month
	 */
	public record Retention(@Nullable Period period, @DefaultValue("drop") RetentionAction action) {

		public Retention {
			Assert.isTrue(period == null || (!period.isNegative() && period.toTotalMonths() >= 1),
					() -> "audit.retention.period takes a period of at least one month such as P7Y, not " + period);
		}

	}

	/**
	 * What Spring Security tells.
	 *
	 * @param enabled whether logins, failed logins, logouts, expired sessions, switched
	 * users and denied access leave entries
	 * @param failedLoginLimit how many failed logins a minute and address leave an entry
	 * each; further ones are counted in a single one
	 * @param unknownNames what a failed login shows of a name that is no user's, as far
	 * as anybody can tell: it may be a password
	 * @param tenantClaim the claim of OAuth2 and OpenID Connect tokens that names the
	 * tenant
	 */
	public record Security(@DefaultValue("true") boolean enabled, @DefaultValue("20") int failedLoginLimit,
			@DefaultValue("digest") UnknownNames unknownNames, @Nullable String tenantClaim) {

		public Security {
			Assert.isTrue(failedLoginLimit >= 0,
					() -> "audit.security.failed-login-limit takes a number of 0 or more, not " + failedLoginLimit);
		}

	}

	/**
	 * The words that annotations may use; where none are named, any. An annotation with
	 * another one stops the start.
	 *
	 * @param actions enums, or classes with constants, of the actions
	 * @param categories enums, or classes with constants, of the categories
	 * @param targetTypes enums, or classes with constants, of the types of targets
	 */
	public record Vocabulary(@DefaultValue List<Class<?>> actions, @DefaultValue List<Class<?>> categories,
			@DefaultValue List<Class<?>> targetTypes) {

	}

	/**
	 * What is never stored.
	 *
	 * @param keys words whose values are masked wherever they name a property, a map key
	 * or an assignment in a text; they match as whole words, whatever the spelling
	 * @param key the secret key of the digests that stand for secret identifiers, of 32
	 * characters or more; by default a random one that the database keeps
	 */
	public record Masking(@DefaultValue( {
			"password", "passwd", "passphrase", "pwd", "secret", "token", "authorization", "credential", "credentials",
			"cookie", "api key", "private key", "access key", "card number", "credit card", "cvv", "cvc", "pin",
			"account number", "iban", "ssn", "social security number" }) List<String> keys, @Nullable String key){

		private static final int MIN_KEY = 32;

		public Masking {
			Assert.isTrue(key == null || key.length() >= MIN_KEY,
					() -> "audit.masking.key takes a secret of %d characters or more".formatted(MIN_KEY));
		}

	}

	/**
	 * When the trail is said to be in trouble.
	 *
	 * @param tolerance for how long writing may fail before the trail is down
	 * @param maxBacklogAge how long staged entries may wait before the trail is degraded
	 */
	public record Health(@DefaultValue("10s") Duration tolerance, @DefaultValue("1m") Duration maxBacklogAge) {

		public Health {
			Assert.isTrue(!tolerance.isNegative(),
					() -> "audit.health.tolerance takes a duration of 0 or more, not " + tolerance);
			Assert.isTrue(!maxBacklogAge.isNegative(),
					() -> "audit.health.max-backlog-age takes a duration of 0 or more, not " + maxBacklogAge);
		}

	}

	/**
	 * Reading the trail over HTTP.
	 *
	 * @param enabled whether the trail can be read over HTTP
	 * @param basePath the path below which it is
	 * @param authority who has this authority reads all entries; with Spring Security
	 * only
	 * @param ownFailedLogins whether those who read what they did themselves also read of
	 * failed logins under their name: somebody else's address, but a warning to them
	 */
	public record Web(@DefaultValue("false") boolean enabled, @DefaultValue("/audit") String basePath,
			@DefaultValue("ROLE_AUDITOR") String authority, @DefaultValue("false") boolean ownFailedLogins) {

		private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9._~-]+)+");

		public Web {
			Assert.isTrue(PATH.matcher(basePath).matches(),
					() -> "audit.web.base-path takes a path such as /audit, without a slash at its end, not '%s'"
						.formatted(basePath));
			Assert.isTrue(!authority.isBlank(), "audit.web.authority takes an authority such as ROLE_AUDITOR");
		}

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
