package io.auditspring.security;

import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import io.auditspring.AuditLog;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpSession;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.authentication.event.InteractiveAuthenticationSuccessEvent;
import org.springframework.security.core.AuthenticatedPrincipal;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.FactorGrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.security.web.session.HttpSessionDestroyedEvent;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.tuple;

/**
 * What Spring Security tells becomes entries, over real HTTP.
 */
class SecurityEventsTests {

	private static ConfigurableApplicationContext context;

	private static AuditLog log;

	private final Caller caller = new Caller(context.getEnvironment().getProperty("local.server.port"));

	private int before;

	@BeforeAll
	static void start() {
		context = new SpringApplicationBuilder(GuardedShop.class)
			.properties("server.port=0", "server.tomcat.background-processor-delay=1s",
					"audit.security.tenant-claim=org", "audit.security.failed-login-limit=1000",
					"spring.main.banner-mode=off")
			.run();
		log = new AuditLog(context.getBean(DataSource.class));
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@BeforeEach
	void count() {
		this.before = log.settled();
	}

	/** The entries since the test began, of which there are exactly so many. */
	private List<Map<String, Object>> entries(int count) {
		log.await(this.before + count);
		return log.jdbc().queryForList("""
				select action, category, severity, outcome, actor_type, actor_id, actor_name, impersonator_id, tenant,
					target_type, target_id, message, error, metadata::text, host(ip_address) as ip, user_agent,
					session_id
				from audit.audit_log
				where seq >= ?
				order by seq
				""", this.before);
	}

	private Map<String, Object> entry() {
		return entries(1).get(0);
	}

	@Test
	void aLoginAndALogoutLeaveAnEntryEach() {
		assertThat(this.caller.signIn("jane", "jane-secret")).isEqualTo(302);
		assertThat(this.caller.post("/logout")).isEqualTo(204);
		List<Map<String, Object>> entries = entries(2);
		assertThat(entries.get(0)).containsEntry("action", "login")
			.containsEntry("category", "authentication")
			.containsEntry("severity", "info")
			.containsEntry("outcome", "success")
			.containsEntry("actor_type", "user")
			.containsEntry("actor_id", "jane")
			.containsEntry("ip", "127.0.0.1")
			.containsEntry("user_agent", "test/1.0");
		assertThat((String) entries.get(0).get("session_id")).matches("[0-9a-f]{32}");
		assertThat((String) entries.get(0).get("metadata")).contains("\"method\": \"UsernamePassword\"",
				"\"factors\": [\"PASSWORD\"]");
		assertThat(entries.get(1)).containsEntry("action", "logout")
			.containsEntry("outcome", "success")
			.containsEntry("actor_id", "jane")
			.containsEntry("ip", "127.0.0.1");
	}

	@Test
	void aLoginTellsTheFactorsThatItHasSoFar() {
		Authentication jane = new TestingAuthenticationToken("jane", "jane-secret",
				List.of(FactorGrantedAuthority.fromFactor("OTT"), new SimpleGrantedAuthority("FACTOR_MADE_UP"),
						FactorGrantedAuthority.fromAuthority("FACTOR_PASSWORD"),
						FactorGrantedAuthority.withFactor("OTT").issuedAt(Instant.EPOCH).build()));
		context.publishEvent(new InteractiveAuthenticationSuccessEvent(jane, SecurityEventsTests.class));
		assertThat((String) entry().get("metadata")).contains("\"factors\": [\"OTT\", \"PASSWORD\"]")
			.doesNotContain("MADE_UP");
	}

	@Test
	void whoSignsInWithoutFactorsHasNone() {
		Authentication jane = new TestingAuthenticationToken("jane", "jane-secret", "ROLE_USER");
		context.publishEvent(new InteractiveAuthenticationSuccessEvent(jane, SecurityEventsTests.class));
		assertThat((String) entry().get("metadata")).doesNotContain("factors");
	}

	@Test
	void theSessionOfALoginAndOfItsLogoutIsWhatTheUserGoesOnWith() {
		this.caller.post("/public/begin");
		String before = this.caller.session();
		this.caller.signIn("jane", "jane-secret");
		String session = this.caller.session();
		assertThat(session).isNotEqualTo(before);
		this.caller.post("/logout");
		assertThat(entries(2)).extracting("action", "session_id")
			.containsExactly(tuple("login", session), tuple("logout", session));
	}

	@Test
	void whoSignsInElsewhereWhereOneSessionIsAllowedIsPutOutHere() {
		this.caller.signIn("jane", "jane-secret");
		String replaced = this.caller.session();
		Caller elsewhere = new Caller(context.getEnvironment().getProperty("local.server.port"));
		elsewhere.signIn("jane", "jane-secret");
		this.caller.post("/serve");
		assertThat(entries(3)).extracting("action", "session_id")
			.containsExactly(tuple("login", replaced), tuple("login", elsewhere.session()),
					tuple("session.ended", replaced));
	}

	@Test
	void aFailedLoginIsNobodysWhoIsKnownAndNeverTellsThePassword() {
		this.caller.signIn("jane", "a-wild-guess");
		assertThat(entry()).containsEntry("action", "login")
			.containsEntry("severity", "warning")
			.containsEntry("outcome", "failure")
			.containsEntry("actor_type", "anonymous")
			.containsEntry("actor_id", "jane")
			.containsEntry("error", "BadCredentialsException: Bad credentials")
			.containsEntry("ip", "127.0.0.1");
		assertThat(entry().toString()).doesNotContain("a-wild-guess");
	}

	@Test
	void aFailedLoginIsRecordedThoughSpringSecurityTellsNobodyOfIt() {
		List<Object> heard = context.getBean(GuardedShop.Heard.class).failures();
		int before = heard.size();
		this.caller.signIn("coded", "a-wild-code");
		assertThat(entry()).containsEntry("action", "login")
			.containsEntry("outcome", "failure")
			.containsEntry("actor_type", "anonymous")
			.containsEntry("actor_id", "coded")
			.containsEntry("error", "WrongCodeException: Wrong code: ***");
		assertThat(heard).hasSize(before);
		this.caller.signIn("jane", "a-wild-guess");
		assertThat(entries(2)).extracting("error")
			.containsExactly("WrongCodeException: Wrong code: ***", "BadCredentialsException: Bad credentials");
		assertThat(heard).hasSize(before + 1);
	}

	@Test
	void aNameThatIsNobodysMayBeAPasswordAndIsADigest() {
		this.caller.signIn("jane-secret", "jane");
		this.caller.signIn("jane-secret", "jane");
		this.caller.signIn("jane-secret2", "jane");
		List<Map<String, Object>> entries = entries(3);
		assertThat(entries).allSatisfy((entry) -> assertThat(entry).containsEntry("actor_type", "anonymous")
			.containsEntry("outcome", "failure")
			.containsEntry("actor_name", null));
		assertThat((String) entries.get(0).get("actor_id")).matches("hmac:[0-9a-f]{32}")
			.isEqualTo(entries.get(1).get("actor_id"))
			.isNotEqualTo(entries.get(2).get("actor_id"));
		assertThat(entries.toString()).doesNotContain("jane-secret");
	}

	@Test
	void whatAnApplicationTellsOfItsOwnLoginIsToldAlike() {
		this.caller.post("/public/begin");
		this.caller.post("/public/enter?name=otto-secret&password=otto");
		this.caller.post("/public/enter?name=otto&password=guess");
		this.caller.post("/public/enter?name=otto&password=otto-secret");
		String session = this.caller.session();
		this.caller.post("/public/exit");
		List<Map<String, Object>> entries = entries(4);
		assertThat(entries).extracting("action", "category", "outcome", "actor_type", "error")
			.containsExactly(tuple("login", "authentication", "failure", "anonymous", "no such user"),
					tuple("login", "authentication", "failure", "anonymous", "wrong password"),
					tuple("login", "authentication", "success", "user", null),
					tuple("logout", "authentication", "success", "user", null));
		assertThat((String) entries.get(0).get("actor_id")).startsWith("hmac:");
		assertThat(entries.subList(1, 4)).extracting("actor_id").containsOnly("otto");
		assertThat(entries.subList(2, 4)).extracting("session_id").containsOnly(session);
		assertThat(entries.get(2)).containsEntry("actor_name", "Otto Own").containsEntry("ip", "127.0.0.1");
	}

	@Test
	void credentialsThatComeWithEveryRequestAreNoLogin() {
		assertThat(this.caller.post("/serve", Caller.basic("jane", "jane-secret"))).isEqualTo(200);
		assertThat(entry()).containsEntry("action", "desk.serve").containsEntry("actor_id", "jane");
	}

	@Test
	void wrongCredentialsThatComeWithARequestAreAFailedLogin() {
		assertThat(this.caller.post("/serve", Caller.basic("trudy", "guess"))).isEqualTo(401);
		assertThat(entry()).containsEntry("action", "login")
			.containsEntry("outcome", "failure")
			.containsEntry("actor_type", "anonymous");
		assertThat(entry().toString()).contains("hmac:").doesNotContain("trudy", "guess");
	}

	/** Their credentials may be right. */
	@Test
	void whoCannotBeCheckedHasNotFailed() {
		this.caller.signIn("unreachable", "secret");
		this.caller.post("/serve", Caller.basic("unreachable", "secret"));
		this.caller.post("/token/serve", "Authorization", "Bearer unreachable");
		this.caller.post("/public/serve");
		assertThat(entry()).containsEntry("action", "desk.serve");
	}

	/** The entry is kept, and follows. */
	@Test
	void whoSignsInWhileNothingCanBeStoredHasSignedIn() {
		log.jdbc().execute("alter table audit.audit_outbox rename to audit_outbox_away");
		try {
			assertThat(this.caller.signIn("jane", "jane-secret")).isEqualTo(302);
		}
		finally {
			log.jdbc().execute("alter table audit.audit_outbox_away rename to audit_outbox");
		}
		assertThat(entry()).containsEntry("action", "login")
			.containsEntry("outcome", "success")
			.containsEntry("actor_id", "jane");
	}

	@Test
	void aWrongTokenIsAFailedLoginAndNotWrittenDown() {
		assertThat(this.caller.post("/token/serve", "Authorization", "Bearer not.a.token")).isEqualTo(401);
		assertThat(entry()).containsEntry("action", "login")
			.containsEntry("outcome", "failure")
			.containsEntry("actor_type", "anonymous")
			.containsEntry("actor_id", "unknown");
		assertThat(entry().toString()).doesNotContain("not.a.token");
	}

	@Test
	void theBearerOfATokenIsItsSubjectByAHumanNameInATenant() throws Exception {
		JWTClaimsSet claims = new JWTClaimsSet.Builder().subject("4711")
			.claim("name", "Jane Doe")
			.claim("org", "acme")
			.expirationTime(Date.from(Instant.now().plusSeconds(600)))
			.build();
		SignedJWT token = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims);
		token.sign(new MACSigner(GuardedShop.KEY));
		assertThat(this.caller.post("/token/serve", "Authorization", "Bearer " + token.serialize())).isEqualTo(200);
		assertThat(entry()).containsEntry("action", "desk.serve")
			.containsEntry("actor_type", "user")
			.containsEntry("actor_id", "4711")
			.containsEntry("actor_name", "Jane Doe")
			.containsEntry("tenant", "acme");
	}

	@Test
	void whoeverSwitchesToAnotherUserIsTheImpersonator() {
		this.caller.signIn("root", "root-secret");
		assertThat(this.caller.post("/login/impersonate?username=jane")).isEqualTo(302);
		assertThat(this.caller.post("/serve")).isEqualTo(200);
		assertThat(this.caller.post("/logout/impersonate")).isEqualTo(302);
		List<Map<String, Object>> entries = entries(4);
		assertThat(entries).extracting("action")
			.containsExactly("login", "user.switched", "desk.serve", "user.switch_ended");
		assertThat(entries.get(1)).containsEntry("actor_id", "root")
			.containsEntry("impersonator_id", null)
			.containsEntry("target_type", "User")
			.containsEntry("target_id", "jane")
			.containsEntry("message", "User root took on the identity of User jane");
		assertThat(entries.get(2)).containsEntry("actor_id", "jane").containsEntry("impersonator_id", "root");
		assertThat(entries.get(3)).containsEntry("actor_id", "jane")
			.containsEntry("impersonator_id", "root")
			.containsEntry("target_id", "root")
			.containsEntry("message", "User root gave up the identity of User jane");
	}

	@Test
	void aRequestThatIsRefusedLeavesOneEntryThoughItsErrorPageIsRefusedToo() {
		assertThat(this.caller.post("/admin/serve?token=abc", Caller.basic("jane", "jane-secret"))).isEqualTo(403);
		assertThat(entry()).containsEntry("action", "access.denied")
			.containsEntry("category", "authorization")
			.containsEntry("severity", "warning")
			.containsEntry("outcome", "denied")
			.containsEntry("actor_id", "jane")
			.containsEntry("target_type", "Request")
			.containsEntry("target_id", "POST /admin/serve")
			.containsEntry("ip", "127.0.0.1");
	}

	@Test
	void whatFollowsASecretNameInThePathOfARefusedRequestIsMasked() {
		assertThat(this.caller.post("/admin/tokens/4711-secret", Caller.basic("jane", "jane-secret"))).isEqualTo(403);
		assertThat(entry()).containsEntry("action", "access.denied")
			.containsEntry("target_id", "POST /admin/tokens/***");
		assertThat(log.entriesAfter(log.settled() - 1).toString()).doesNotContain("4711");
	}

	@Test
	void whoeverIsAskedToSignInIsNotRefused() {
		assertThat(this.caller.post("/serve")).isIn(302, 401);
		this.caller.post("/public/vault/peek");
		assertThat(this.caller.post("/public/serve")).isEqualTo(200);
		assertThat(entry()).containsEntry("action", "desk.serve")
			.containsEntry("actor_type", "anonymous")
			.containsEntry("actor_id", "anonymous");
	}

	@Test
	void whoElseListensHearsOfRefusedRequestsAndNotOfCalls() {
		List<String> refused = context.getBean(GuardedShop.Heard.class).refused();
		int before = refused.size();
		assertThat(this.caller.post("/vault/peek", Caller.basic("jane", "jane-secret"))).isEqualTo(403);
		assertThat(this.caller.post("/admin/serve", Caller.basic("jane", "jane-secret"))).isEqualTo(403);
		assertThat(entries(2)).extracting("action").containsOnly("access.denied");
		assertThat(refused.subList(before, refused.size())).contains("/admin/serve").doesNotContain("/vault/peek");
	}

	@Test
	void aMethodThatIsNotAuditedLeavesAnEntryWhenItIsRefused() {
		assertThat(this.caller.post("/vault/peek", Caller.basic("jane", "jane-secret"))).isEqualTo(403);
		assertThat(entry()).containsEntry("action", "access.denied")
			.containsEntry("outcome", "denied")
			.containsEntry("actor_id", "jane")
			.containsEntry("target_type", "Method")
			.containsEntry("target_id", "Vault.peek");
	}

	@Test
	void anAuditedMethodThatIsRefusedLeavesItsOwnEntryOnly() {
		assertThat(this.caller.post("/vault/open", Caller.basic("jane", "jane-secret"))).isEqualTo(403);
		assertThat(entry()).containsEntry("action", "vault.open")
			.containsEntry("outcome", "denied")
			.containsEntry("target_type", "Vault")
			.containsEntry("target_id", "7");
	}

	@Test
	void aRefusalThatIsAnsweredByAStandInIsARefusalAllTheSame() {
		assertThat(this.caller.post("/vault/look", Caller.basic("jane", "jane-secret"))).isEqualTo(200);
		assertThat(entry()).containsEntry("action", "vault.look")
			.containsEntry("outcome", "denied")
			.containsEntry("target_id", "7");
	}

	@Test
	void aResultThatIsWithheldIsToldBesidesTheCallThatGaveIt() {
		assertThat(this.caller.post("/vault/weigh", Caller.basic("jane", "jane-secret"))).isEqualTo(403);
		assertThat(entries(2)).extracting("action", "outcome")
			.containsExactlyInAnyOrder(tuple("vault.weigh", "success"), tuple("access.denied", "denied"));
	}

	@Test
	void whatIsRefusedWithinAnAuditedCallIsToldByItsEntry() {
		assertThat(this.caller.post("/vault/ask", Caller.basic("jane", "jane-secret"))).isEqualTo(403);
		assertThat(this.caller.post("/vault/try", Caller.basic("jane", "jane-secret"))).isEqualTo(200);
		List<Map<String, Object>> entries = entries(2);
		assertThat(entries).extracting("action", "outcome")
			.containsExactly(tuple("desk.ask", "denied"), tuple("desk.try", "success"));
		assertThat(entries).allSatisfy(
				(entry) -> assertThat((String) entry.get("metadata")).contains("\"accessDenied\": \"Vault.peek\""));
	}

	@Test
	void aSessionThatExpiresSaysWhoseItWas() {
		this.caller.signIn("joan", "joan-secret");
		this.caller.post("/leave");
		List<Map<String, Object>> entries = entries(2);
		assertThat(entries).extracting("action").containsExactly("login", "session.expired");
		assertThat(entries.get(1)).containsEntry("actor_id", "joan")
			.containsEntry("session_id", entries.get(0).get("session_id"));
	}

	@Test
	void aLoginByAControllerThatAsksSpringSecurityIsALogin() {
		assertThat(this.caller.ask("once", "jane-secret")).isEqualTo(200);
		assertThat(this.caller.ask("twice", "jane-secret")).isEqualTo(200);
		assertThat(this.caller.ask("later", "jane-secret")).isEqualTo(200);
		assertThat(entries(3))
			.allSatisfy((entry) -> assertThat(entry).containsEntry("action", "login")
				.containsEntry("category", "authentication")
				.containsEntry("outcome", "success")
				.containsEntry("actor_id", "jane")
				.containsEntry("ip", "127.0.0.1")
				.containsEntry("user_agent", "test/1.0")
				.containsEntry("session_id", null))
			.allSatisfy((entry) -> assertThat((String) entry.get("metadata"))
				.contains("\"method\": \"UsernamePassword\"", "/public/ask/{what}"));
	}

	@Test
	void aLoginOnAnotherThreadIsALogin() {
		assertThat(this.caller.ask("elsewhere", "jane-secret")).isEqualTo(200);
		assertThat(entry()).containsEntry("action", "login")
			.containsEntry("actor_id", "jane")
			.containsEntry("ip", "127.0.0.1");
	}

	@Test
	void itsSessionIsWhatTheUserGoesOnWith() {
		this.caller.ask("session", "jane-secret");
		assertThat(entry()).containsEntry("action", "login").containsEntry("session_id", this.caller.session());
	}

	@Test
	void itsFailureIsAFailedLogin() {
		this.caller.ask("once", "guess");
		assertThat(entry()).containsEntry("action", "login")
			.containsEntry("outcome", "failure")
			.containsEntry("actor_type", "anonymous")
			.containsEntry("error", "BadCredentialsException: Bad credentials");
	}

	@Test
	void whatTheControllerTellsItselfIsToldOnce() {
		this.caller.ask("told", "jane-secret");
		assertThat(entry()).containsEntry("action", "login").containsEntry("actor_id", "4711");
	}

	@Test
	void whoIsNotLetInThoughTheCredentialsWereRightHasNotSignedIn() {
		assertThat(this.caller.ask("code", "jane-secret")).isBetween(400, 499);
		assertThat(entry()).containsEntry("action", "login")
			.containsEntry("outcome", "failure")
			.containsEntry("severity", "warning")
			.containsEntry("actor_id", "jane")
			.containsEntry("error", "Answered 403, though the credentials were right");
	}

	@Test
	void credentialsThatComeWithTheRequestOfALoginAreNone() {
		assertThat(this.caller.post("/ask/once?name=joan&password=joan-secret", Caller.basic("jane", "jane-secret")))
			.isEqualTo(200);
		assertThat(entry()).containsEntry("action", "login").containsEntry("actor_id", "joan");
	}

	@Test
	void whoIsSignedInAndGivesThePasswordOnceMoreDoesNotSignIn() {
		assertThat(this.caller.post("/ask/once?name=jane&password=jane-secret", Caller.basic("jane", "jane-secret")))
			.isEqualTo(200);
		assertThat(this.caller.post("/ask/code?name=jane&password=jane-secret", Caller.basic("jane", "jane-secret")))
			.isBetween(400, 499);
		this.caller.post("/ask/once?name=joan&password=joan-secret", Caller.basic("jane", "jane-secret"));
		assertThat(entry()).containsEntry("action", "login").containsEntry("actor_id", "joan");
	}

	/** Whoever listens besides must hear of it, and the next one is recorded. */
	@Test
	void aSessionWhoseUserCannotBeNamedEndsLikeAnyOther() {
		AuthenticatedPrincipal nameless = () -> {
			throw new IllegalStateException("No name");
		};
		assertThatCode(() -> end(nameless, true)).doesNotThrowAnyException();
		assertThatCode(() -> end(nameless, false)).doesNotThrowAnyException();
		end("joan", true);
		assertThat(entry()).containsEntry("action", "session.expired").containsEntry("actor_id", "joan");
	}

	private static void end(Object principal, boolean expired) {
		MockHttpSession session = new MockHttpSession() {

			@Override
			public long getLastAccessedTime() {
				return expired ? 0 : super.getLastAccessedTime();
			}

		};
		session.setMaxInactiveInterval(1000);
		session.setAttribute("SPRING_SECURITY_CONTEXT",
				new SecurityContextImpl(UsernamePasswordAuthenticationToken.authenticated(principal, null, List.of())));
		MockHttpServletRequest request = new MockHttpServletRequest();
		request.setRequestedSessionId(session.getId());
		RequestContextHolder.setRequestAttributes(new ServletRequestAttributes(request));
		try {
			context.publishEvent(new HttpSessionDestroyedEvent(session));
		}
		finally {
			RequestContextHolder.resetRequestAttributes();
		}
	}

}
