package io.auditspring.capture.internal.actor;

import java.time.Instant;
import java.util.List;
import java.util.Map;

import io.auditspring.Actor;
import io.auditspring.ActorType;
import io.auditspring.capture.internal.state.EntityIdentifiers;
import io.auditspring.capture.internal.value.JsonValues;
import io.auditspring.capture.internal.value.Limits;
import io.auditspring.capture.internal.value.Masking;
import jakarta.servlet.http.Cookie;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.security.authentication.AbstractAuthenticationToken;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.authentication.AuthenticationTrustResolverImpl;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.core.AuthenticatedPrincipal;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolderStrategy;
import org.springframework.security.core.context.SecurityContextImpl;
import org.springframework.security.core.userdetails.UserDetails;
import org.springframework.security.ldap.userdetails.LdapUserDetailsImpl;
import org.springframework.security.oauth2.core.OAuth2AccessToken;
import org.springframework.security.oauth2.core.oidc.OidcIdToken;
import org.springframework.security.oauth2.core.oidc.user.DefaultOidcUser;
import org.springframework.security.oauth2.core.user.DefaultOAuth2User;
import org.springframework.security.oauth2.core.user.OAuth2User;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthentication;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.security.oauth2.server.resource.introspection.OAuth2IntrospectionAuthenticatedPrincipal;
import org.springframework.security.web.authentication.preauth.PreAuthenticatedAuthenticationToken;
import org.springframework.security.web.authentication.switchuser.SwitchUserGrantedAuthority;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Who the actor is by Spring Security.
 */
@ExtendWith(OutputCaptureExtension.class)
class SecurityActorSourceTests {

	private final SecurityActorSource source = new SecurityActorSource(SecurityContexts.ofHolder(), new SwitchedUsers(),
			new TokenClaims(null), () -> persons(new SecurityNames(), null), new AuthenticationTrustResolverImpl());

	private static Persons persons(SecurityNames names, String idProperty) {
		Masking masking = new Masking(List.of("api key", "token", "authorization"));
		return new Persons(names, new EntityIdentifiers(List::of, masking, new JsonValues(masking, new Limits(10_000)),
				() -> new byte[32]), idProperty, null);
	}

	@AfterEach
	void signOut() {
		SecurityContextHolder.clearContext();
	}

	private Actor actor(Authentication authentication) {
		SecurityContextHolder.getContext().setAuthentication(authentication);
		return this.source.currentActor();
	}

	private static Authentication user(String name) {
		return UsernamePasswordAuthenticationToken.authenticated(name, "secret", List.of());
	}

	private static Authentication switched(String name, Authentication from) {
		return UsernamePasswordAuthenticationToken.authenticated(name, "secret",
				List.of(new SwitchUserGrantedAuthority("ROLE_PREVIOUS", from)));
	}

	private static Authentication jwt(Map<String, Object> claims) {
		return new JwtAuthenticationToken(
				Jwt.withTokenValue("token").header("alg", "none").claims((all) -> all.putAll(claims)).build(),
				AuthorityUtils.createAuthorityList("SCOPE_read"));
	}

	@Test
	void aUserIsKnownByName() {
		assertThat(actor(user("jane"))).isEqualTo(Actor.user("jane", "jane"));
	}

	@Test
	void nobodyIsNoActor() {
		assertThat(actor(null)).isNull();
		assertThat(actor(UsernamePasswordAuthenticationToken.unauthenticated("jane", "secret"))).isNull();
	}

	@Test
	void whoeverIsLetInWithoutSigningInIsAnonymous() {
		assertThat(actor(new AnonymousAuthenticationToken("key", "anonymousUser",
				AuthorityUtils.createAuthorityList("ROLE_ANONYMOUS"))))
			.isEqualTo(Actor.anonymous());
	}

	@Test
	void whoIsAnonymousIsForTheApplicationToSay() {
		AuthenticationTrustResolverImpl trust = new AuthenticationTrustResolverImpl();
		trust.setAnonymousClass(TestingAuthenticationToken.class);
		SecurityContextHolder.getContext().setAuthentication(new TestingAuthenticationToken("guest", null, List.of()));
		assertThat(new SecurityActorSource(SecurityContexts.ofHolder(), null, null,
				() -> persons(new SecurityNames(), null), trust)
			.currentActor()).isEqualTo(Actor.anonymous());
	}

	@Test
	void aPrincipalThatIsAnActorIsTakenAsItIs() {
		Actor key = Actor.apiKey("key-1", "Pipeline");
		assertThat(actor(new TestingAuthenticationToken(key, null, List.of()))).isEqualTo(key);
	}

	@Test
	void evenWhereTheAuthenticationHasANameOfItsOwn() {
		Actor key = Actor.apiKey("key-1", "Pipeline");
		assertThat(actor(new TestingAuthenticationToken(key, null, List.of()) {

			private static final long serialVersionUID = 1L;

			@Override
			public String getName() {
				return key.id();
			}
		})).isEqualTo(key);
	}

	@Test
	void aTokensSubjectIsTheActorAndItsHumanNameIsShown() {
		assertThat(actor(jwt(Map.of("sub", "4711", "name", "Jane Doe", "preferred_username", "jane"))))
			.isEqualTo(Actor.user("4711", "Jane Doe"));
		assertThat(actor(jwt(Map.of("sub", "4711", "preferred_username", "jane"))))
			.isEqualTo(Actor.user("4711", "jane"));
	}

	@Test
	void aMachinesTokenIsItsClientWhichIsAService() {
		assertThat(actor(jwt(Map.of("sub", "billing-service", "client_id", "billing-service"))))
			.isEqualTo(Actor.service("billing-service", "billing-service"));
		assertThat(actor(jwt(Map.of("sub", "4711", "client_id", "shop")))).isEqualTo(Actor.user("4711", "4711"));
	}

	@Test
	void anIntrospectedTokenIsReadInTheSameWay() {
		DefaultOAuth2User principal = new DefaultOAuth2User(List.of(), Map.of("id", "17", "name", "Jane Doe"), "id");
		OAuth2AccessToken token = new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER, "opaque", Instant.EPOCH,
				Instant.MAX);
		assertThat(actor(new BearerTokenAuthentication(principal, token, List.of())))
			.isEqualTo(Actor.user("17", "Jane Doe"));
	}

	@Test
	void whoeverSwitchedIsTheImpersonator() {
		assertThat(actor(switched("jane", user("root")))).isEqualTo(Actor.user("jane", "jane").impersonatedBy("root"));
	}

	@Test
	void whoeverSwitchedFirstIsTheImpersonatorOfAll() {
		assertThat(actor(switched("joan", switched("jane", user("root")))))
			.isEqualTo(Actor.user("joan", "joan").impersonatedBy("root"));
	}

	@Test
	void ofAPrincipalOfAnotherTypeNothingIsPrinted() {
		Actor actor = actor(new TestingAuthenticationToken(new Account(7, "$2a$hash"), null, List.of()));
		assertThat(actor).isEqualTo(Actor.user("unknown", Account.class.getName()));
	}

	@Test
	void aConfiguredPropertyOfItIsTheActor() {
		SecurityContextHolder.getContext()
			.setAuthentication(new TestingAuthenticationToken(new Account(7, "$2a$hash"), null, List.of()));
		assertThat(new SecurityActorSource(SecurityContexts.ofHolder(), null, null,
				() -> persons(new SecurityNames(), "number"), new AuthenticationTrustResolverImpl())
			.currentActor()).isEqualTo(Actor.user("7", "7"));
	}

	// A filter that takes the key itself for the principal
	@Test
	void whoIsKnownByAKeyIsShownByItsDigest() {
		Actor actor = actor(new ApiKeyAuthentication("abc-123-key"));
		assertThat(actor.id()).startsWith("hmac:").isEqualTo(actor.name());
		assertThat(actor.type()).isEqualTo(ActorType.API_KEY);
		assertThat(actor)
			.isEqualTo(actor(new PreAuthenticatedAuthenticationToken("abc-123-key", "abc-123-key", List.of())))
			.isNotEqualTo(actor(new ApiKeyAuthentication("abc-124-key")));
	}

	// As whoever takes a header for the principal does it.
	@Test
	void whoIsKnownByWhatTheRequestCallsASecretIsShownByItsDigest() {
		MockHttpServletRequest request = new MockHttpServletRequest();
		request.addHeader("X-API-Key", "sk_live_4eC39HqLyjWDarjtT1");
		request.addHeader("Authorization", "Bearer opaque-b1d5781111d84f7b");
		request.setQueryString("a=b&apikey=k%2F7-51d8c0a94b7e4f02&x=%zz&flag");
		request.setCookies(new Cookie("access_token", "cookie-9f86d081884c7d65"));
		request.addParameter("apikey", "guest");
		RequestContextHolder.setRequestAttributes(new ServletRequestAttributes(request));
		try {
			for (String key : List.of("sk_live_4eC39HqLyjWDarjtT1", "opaque-b1d5781111d84f7b", "k/7-51d8c0a94b7e4f02",
					"cookie-9f86d081884c7d65")) {
				assertThat(List.of(actor(new PreAuthenticatedAuthenticationToken(key, "N/A", List.of())),
						actor(UsernamePasswordAuthenticationToken.authenticated(key, null, List.of()))))
					.allSatisfy((actor) -> assertThat(actor.type()).isEqualTo(ActorType.API_KEY))
					.allSatisfy((actor) -> assertThat(actor.toString()).contains("hmac:").doesNotContain(key));
			}
			assertThat(actor(user("guest"))).isEqualTo(Actor.user("guest", "guest"));
			assertThat(actor(user("4eC39HqLyjWDarjtT1")))
				.isEqualTo(Actor.user("4eC39HqLyjWDarjtT1", "4eC39HqLyjWDarjtT1"));
			for (String own : List.of("jane", "maria.gonzalez1@example.com", "0198c2f4-7d1e-4f3a-9b2c-5e8f7a6d4c3b")) {
				request.addHeader("X-API-Key", own);
				assertThat(actor(user(own))).as("who sends their name as a key").isEqualTo(Actor.user(own, own));
			}
		}
		finally {
			RequestContextHolder.resetRequestAttributes();
		}
	}

	@Test
	void whoIsKeptElsewhereIsFoundThere() {
		SecurityContextHolderStrategy kept = new OwnContexts();
		kept.getContext().setAuthentication(user("joan"));
		try {
			assertThat(new SecurityActorSource(new SecurityContexts(() -> kept), null, null,
					() -> persons(new SecurityNames(), null), new AuthenticationTrustResolverImpl())
				.currentActor()).isEqualTo(Actor.user("joan", "joan"));
		}
		finally {
			kept.clearContext();
		}
	}

	@Test
	void whosePasswordIsTheNameHasAName() {
		assertThat(actor(UsernamePasswordAuthenticationToken.authenticated("guest", "guest", List.of())))
			.isEqualTo(Actor.user("guest", "guest"));
	}

	@Test
	void anObjectInAClaimIsNoName() {
		assertThat(actor(jwt(Map.of("sub", "4711", "name", Map.of("family", "Doe", "hash", "$2a$hash")))))
			.isEqualTo(Actor.user("4711", "4711"));
	}

	static class ApiKeyAuthentication extends AbstractAuthenticationToken {

		private static final long serialVersionUID = 1L;

		private final String apiKey;

		ApiKeyAuthentication(String apiKey) {
			super(AuthorityUtils.NO_AUTHORITIES);
			this.apiKey = apiKey;
			setAuthenticated(true);
		}

		@Override
		public Object getCredentials() {
			return null;
		}

		@Override
		public Object getPrincipal() {
			return this.apiKey;
		}

	}

	/** As applications keep contexts that their threads are not bound to. */
	static class OwnContexts implements SecurityContextHolderStrategy {

		private SecurityContext context = createEmptyContext();

		@Override
		public void clearContext() {
			this.context = createEmptyContext();
		}

		@Override
		public SecurityContext getContext() {
			return this.context;
		}

		@Override
		public void setContext(SecurityContext context) {
			this.context = context;
		}

		@Override
		public SecurityContext createEmptyContext() {
			return new SecurityContextImpl();
		}

	}

	record Account(int number, String hash) {

	}

	@Test
	void withoutTheLibrariesTheNameIsEnough() {
		SecurityContextHolder.getContext().setAuthentication(switched("jane", user("root")));
		assertThat(new SecurityActorSource(SecurityContexts.ofHolder(), null, null, () -> persons(null, null),
				new AuthenticationTrustResolverImpl())
			.currentActor()).isEqualTo(Actor.user("jane", "jane"));
	}

	@Test
	void aTokenWithoutUserIsAService() {
		assertThat(actor(jwt(Map.of("sub", "b1f0", "azp", "billing", "preferred_username", "service-account-billing",
				"clientHost", "192.0.2.7", "clientAddress", "192.0.2.7"))))
			.as("Keycloak")
			.isEqualTo(Actor.service("billing", "billing"));
		assertThat(actor(jwt(Map.of("sub", "b1f0", "azp", "shop", "preferred_username", "service-account-shop"))))
			.as("somebody who registered under such a name at Keycloak")
			.isEqualTo(Actor.user("b1f0", "service-account-shop"));
		assertThat(actor(opaque(Map.of("sub", "b1f0", "client_id", "shop", "username", "service-account-shop"))))
			.as("the same, introspected")
			.isEqualTo(Actor.user("b1f0", "b1f0"));
		assertThat(actor(jwt(Map.of("sub", "b1f0", "azp", "billing", "idtyp", "app")))).as("Entra ID")
			.isEqualTo(Actor.service("billing", "billing"));
		assertThat(actor(jwt(Map.of("sub", "billing@clients", "azp", "billing", "gty", "client-credentials"))))
			.as("Auth0")
			.isEqualTo(Actor.service("billing", "billing"));
		assertThat(actor(opaque(Map.of("client_id", "billing")))).as("introspected")
			.isEqualTo(Actor.service("billing", "billing"));
		assertThat(actor(opaque(Map.of("client_id", "billing", "sub", "jane")))).as("introspected, of a user")
			.isEqualTo(Actor.user("jane", "jane"));
		assertThat(actor(jwt(Map.of("sub", "0oa1", "cid", "0oa1", "scp", List.of("orders"))))).as("Okta")
			.isEqualTo(Actor.service("0oa1", "0oa1"));
		assertThat(actor(jwt(Map.of("sub", "jane@x", "cid", "0oa1", "uid", "00u1", "scp", List.of("orders")))))
			.as("a user of Okta's")
			.isEqualTo(Actor.user("jane@x", "jane@x"));
		assertThat(actor(jwt(Map.of("sub", "b1f0", "oid", "b1f0", "azp", "billing"))))
			.as("Entra ID, which tells the type of a token only where it is asked to")
			.isEqualTo(Actor.service("billing", "billing"));
		assertThat(actor(jwt(Map.of("sub", "b1f0", "oid", "b1f0", "appid", "billing", "roles", List.of("Orders")))))
			.as("Entra ID, version 1.0")
			.isEqualTo(Actor.service("billing", "billing"));
		assertThat(actor(jwt(Map.of("sub", "pairwise", "oid", "b1f0", "azp", "shop", "scp", "orders"))))
			.as("a user of Entra ID's")
			.isEqualTo(Actor.user("pairwise", "pairwise"));
		assertThat(actor(jwt(Map.of("sub", "b1f0", "oid", "b1f0", "azp", "shop", "scp", "orders"))))
			.as("a user of Azure AD B2C's, whose subject is the object")
			.isEqualTo(Actor.user("b1f0", "b1f0"));
		assertThat(actor(jwt(Map.of("sub", "b1f0", "oid", "b1f0", "azp", "shop", "name", "Jane"))))
			.as("such a user without scopes")
			.isEqualTo(Actor.user("b1f0", "Jane"));
		assertThat(actor(jwt(Map.of("sub", "b1f0", "oid", "b1f0", "azp", "shop", "tfp", "B2C_1_signin"))))
			.as("one of whom nothing else is told")
			.isEqualTo(Actor.user("b1f0", "b1f0"));
		assertThat(actor(jwt(Map.of("sub", "b1f0", "oid", "b1f0", "azp", "shop", "idtyp", "user"))))
			.as("whom Entra ID calls a user")
			.isEqualTo(Actor.user("b1f0", "b1f0"));
		assertThat(actor(jwt(Map.of("azp", "shop", "name", "Jane")))).as("a user without subject")
			.extracting(Actor::type)
			.isEqualTo(ActorType.USER);
	}

	@Test
	void whoHasAnIdTokenIsNoService() {
		OidcIdToken token = new OidcIdToken("token", Instant.EPOCH, Instant.MAX, Map.of("sub", "shop", "azp", "shop"));
		assertThat(actor(new TestingAuthenticationToken(new DefaultOidcUser(List.of(), token), null, List.of())))
			.isEqualTo(Actor.user("shop", "shop"));
	}

	@Test
	void aSubjectIsOneOfItsIssuer() {
		SecurityActorSource several = ofSeveralIssuers("https://a.example");
		assertThat(several.actorOf(jwt(Map.of("iss", "https://a.example", "sub", "42", "name", "Alice"))))
			.isEqualTo(Actor.user("42", "Alice"));
		assertThat(several.actorOf(jwt(Map.of("iss", "https://b.example", "sub", "42", "name", "Mallory"))))
			.isEqualTo(Actor.user("https://b.example|42", "Mallory"));
		assertThat(several.actorOf(jwt(Map.of("iss", "https://b.example", "sub", "42"))))
			.isEqualTo(Actor.user("https://b.example|42", "42"));
		assertThat(several.actorOf(jwt(Map.of("sub", "42")))).as("of nobody knows whom")
			.isEqualTo(Actor.user("?|42", "42"));
	}

	@Test
	void soAreAClientAndWhoActsForSomebody() {
		SecurityActorSource several = ofSeveralIssuers("https://a.example");
		assertThat(several.actorOf(jwt(Map.of("iss", "https://b.example", "sub", "shop", "client_id", "shop"))))
			.isEqualTo(Actor.service("https://b.example|shop", "shop"));
		assertThat(several.actorOf(jwt(Map.of("iss", "https://b.example", "sub", "42", "act",
				Map.of("sub", "bot", "act", Map.of("sub", "planner", "iss", "https://a.example"))))))
			.isEqualTo(new Actor(ActorType.USER, "https://b.example|42", "42", "https://b.example|bot",
					List.of("https://b.example|bot", "planner")));
	}

	@Test
	void anAccountOfTheApplicationIsTheSameWhicheverIssuerSentIt() {
		Member member = new Member("jane@x", "4711", Map.of("iss", "https://b.example", "sub", "42"));
		assertThat(ofSeveralIssuers("https://a.example").actorOf(member(member)))
			.isEqualTo(Actor.user("jane@x", "jane@x"));
	}

	@Test
	void ofOneIssuerNothingIsSaid(CapturedOutput output) {
		for (int i = 0; i < 2; i++) {
			assertThat(actor(jwt(Map.of("iss", "https://a.example", "sub", "42")))).isEqualTo(Actor.user("42", "42"));
			assertThat(actor(jwt(Map.of("sub", "43")))).isEqualTo(Actor.user("43", "43"));
		}
		assertThat(output).doesNotContain("audit.security.issuer");
	}

	@Test
	void ofASecondIssuerTheLogWarnsOnce(CapturedOutput output) {
		for (String issuer : List.of("https://a.example", "https://b.example", "https://c.example")) {
			assertThat(actor(jwt(Map.of("iss", issuer, "sub", "42")))).isEqualTo(Actor.user("42", "42"));
		}
		assertThat(output.getAll().lines().filter((line) -> line.contains("audit.security.issuer"))).singleElement()
			.asString()
			.contains("https://a.example", "https://b.example");
	}

	private static SecurityActorSource ofSeveralIssuers(String issuer) {
		return new SecurityActorSource(SecurityContexts.ofHolder(), null, new TokenClaims(issuer),
				() -> persons(new SecurityNames(), null), new AuthenticationTrustResolverImpl());
	}

	@Test
	void whoeverIsOfADirectoryIsKnownByTheirEntryHoweverTheyTypeTheirName() {
		Actor jane = actor(entry("uid=jane,ou=People,dc=corp,dc=example", "jane"));
		assertThat(jane).isEqualTo(Actor.user("uid=jane,ou=people,dc=corp,dc=example", "jane"));
		assertThat(List.of("uid=JANE,ou=People,dc=corp,dc=example", "UID = Jane, OU=People,DC=corp,DC=example",
				"uid=\uff4aane,ou=People,dc=corp,dc=example"))
			.allSatisfy((name) -> assertThat(actor(entry(name, "JANE"))).isEqualTo(Actor.user(jane.id(), "JANE")));
		assertThat(actor(entry("uid=janet,ou=People,dc=corp,dc=example", "jane")).id()).isNotEqualTo(jane.id());
		assertThat(actor(entry("uid=jane,ou=Robots,dc=corp,dc=example", "jane")).id()).isNotEqualTo(jane.id());
	}

	@Test
	void aDirectoryThatNamesNoEntryLeavesTheName() {
		assertThat(actor(entry("", "jane"))).isEqualTo(Actor.user("jane", "jane"));
		assertThat(actor(entry("Jane at HOME", "jane"))).isEqualTo(Actor.user("jane at home", "jane"));
	}

	private static Authentication entry(String dn, String typed) {
		LdapUserDetailsImpl.Essence essence = new LdapUserDetailsImpl.Essence();
		essence.setDn(dn);
		essence.setUsername(typed);
		return UsernamePasswordAuthenticationToken.authenticated(essence.createUserDetails(), null, List.of());
	}

	@Test
	void whoActsOnBehalfOfTheUserIsTheImpersonator() {
		Actor actor = actor(jwt(Map.of("sub", "jane", "client_id", "shop", "act", Map.of("sub", "invoice-bot"))));
		assertThat(actor).isEqualTo(Actor.user("jane", "jane").delegatedTo("invoice-bot"));
		assertThat(actor.impersonatorId()).isEqualTo("invoice-bot");
	}

	@Test
	void aChainOfDelegationBeginsWithWhoReallyActs() {
		Actor actor = actor(opaque(Map.of("sub", "jane", "act",
				Map.of("client_id", "payer", "act", Map.of("sub", "planner", "act", Map.of("iss", "nobody"))))));
		assertThat(actor).isEqualTo(new Actor(ActorType.USER, "jane", "jane", "payer", List.of("payer", "planner")));
		assertThat(Actor.user("jane", "jane").delegatedTo("planner").delegatedTo("payer")).isEqualTo(actor);
	}

	@Test
	void whoActsWithoutUserIsAnAgent() {
		assertThat(actor(jwt(Map.of("sub", "billing", "client_id", "billing", "act", Map.of("sub", "invoice-bot")))))
			.isEqualTo(
					new Actor(ActorType.AGENT, "invoice-bot", "invoice-bot", null, List.of("invoice-bot", "billing")));
	}

	@Test
	void aClaimThatIsNoDelegationIsNone() {
		assertThat(actor(jwt(Map.of("sub", "jane", "act", "invoice-bot")))).isEqualTo(Actor.user("jane", "jane"));
		assertThat(actor(jwt(Map.of("sub", "jane", "act", Map.of("sub", " "))))).isEqualTo(Actor.user("jane", "jane"));
	}

	/** One class for those who come by a form and those whom a provider sends. */
	@Test
	void aUserOfTheApplicationWithoutAttributesIsKnownByName() {
		assertThat(actor(member(new Member("jane@x", "4711", null)))).isEqualTo(Actor.user("jane@x", "jane@x"));
		assertThat(new TokenClaims(null).first(member(new Member("jane@x", "4711", null)), "tenant")).isNull();
		assertThat(new TokenClaims(null).acting(member(new Member("jane@x", "4711", null)))).isEmpty();
	}

	@Test
	void aUserOfTheApplicationIsTheSameWhoeverSentThem() {
		Member byProvider = new Member("jane@x", "4711",
				Map.of("sub", "109876543210", "azp", "109876543210", "name", "Jane Doe"));
		assertThat(actor(member(byProvider))).isEqualTo(Actor.user("jane@x", "Jane Doe"));
		Member ofAnother = new Member("jane@x", "4711", Map.of("client_id", "shop"));
		assertThat(actor(member(ofAnother))).isEqualTo(Actor.user("jane@x", "jane@x"));
	}

	@Test
	void whoHasOneNameOnlyIsKnownByThat() {
		assertThat(actor(member(new Member(null, "4711", null)))).isEqualTo(Actor.user("4711", "4711"));
		assertThat(actor(member(new Member("jane@x", null, null)))).isEqualTo(Actor.user("jane@x", "jane@x"));
	}

	private static Authentication member(Member member) {
		return UsernamePasswordAuthenticationToken.authenticated(member, "secret", List.of());
	}

	private static final class Member implements UserDetails, OAuth2User {

		private static final long serialVersionUID = 1L;

		private final String username;

		private final String name;

		private final transient Map<String, Object> attributes;

		private Member(String username, String name, Map<String, Object> attributes) {
			this.username = username;
			this.name = name;
			this.attributes = attributes;
		}

		@Override
		public String getUsername() {
			return this.username;
		}

		@Override
		public String getName() {
			return this.name;
		}

		@Override
		public String getPassword() {
			return "$2a$hash";
		}

		@Override
		public Map<String, Object> getAttributes() {
			return this.attributes;
		}

		@Override
		public List<GrantedAuthority> getAuthorities() {
			return List.of();
		}

	}

	@Test
	void theTextOfAnObjectIsNoName() {
		for (String text : List.of("SysUser(id=1, username=admin, password=$2a$hash)",
				"SysUser[id=1, password=$2a$hash]", "SysUser{id=1, password='$2a$hash'}",
				"SysUser [id=1, password=$2a$hash]", "com.acme.SysUser@1b2c3d[id=1,password=$2a$hash]",
				"com.acme.SysUser@1b2c3d", "{id=1, password=$2a$hash}", "{\"id\":1,\"password\":\"$2a$hash\"}",
				"SysUser:\n  id: 1\n  password: $2a$hash")) {
			AuthenticatedPrincipal principal = () -> text;
			assertThat(actor(new TestingAuthenticationToken(principal, null, List.of()))).as(text)
				.isEqualTo(Actor.user("unknown", principal.getClass().getName()));
			assertThat(actor(user(text)).id()).as(text).isEqualTo("unknown");
		}
	}

	@Test
	void oddNamesAreNames() {
		for (String name : List.of("jane", "jane.doe@cafe", "Jane@cafe", "CN=Duke, OU=Java(TM), O=Sun", "CN=Duke",
				"ACME\\jane", "Jane Doe (admin)", "arn:aws:sts::1:assumed-role/x[1]", "host/db.acme.com@ACME.COM",
				"spiffe://acme/ns/a/sa/b", "jane+a=b@acme.com", "[jane]", "O'Neill", "Ünal")) {
			assertThat(actor(user(name))).isEqualTo(Actor.user(name, name));
		}
	}

	private static Authentication opaque(Map<String, Object> attributes) {
		return new BearerTokenAuthentication(new OAuth2IntrospectionAuthenticatedPrincipal(attributes, List.of()),
				new OAuth2AccessToken(OAuth2AccessToken.TokenType.BEARER, "token", Instant.EPOCH, Instant.MAX),
				List.of());
	}

}
