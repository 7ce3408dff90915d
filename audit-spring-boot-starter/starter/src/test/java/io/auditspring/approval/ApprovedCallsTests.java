package io.auditspring.approval;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.Approval;
import io.auditspring.ApprovalException;
import io.auditspring.ApprovalPolicy;
import io.auditspring.ApprovalRequiredException;
import io.auditspring.ApprovalStore;
import io.auditspring.Approvals;
import io.auditspring.AuditContext;
import io.auditspring.AuditLog;
import io.auditspring.Audited;
import io.auditspring.RequiresApproval;
import io.auditspring.Sensitive;
import io.auditspring.TestDatabase;
import io.auditspring.database.internal.TableUpkeep;
import io.auditspring.shop.ShopConfiguration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.cache.annotation.EnableCaching;
import org.springframework.cache.concurrent.ConcurrentMapCacheManager;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.access.prepost.PreAuthorize;
import org.springframework.security.authentication.AnonymousAuthenticationToken;
import org.springframework.security.authentication.UsernamePasswordAuthenticationToken;
import org.springframework.security.config.annotation.method.configuration.EnableMethodSecurity;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.authority.AuthorityUtils;
import org.springframework.security.core.context.ReactiveSecurityContextHolder;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.transaction.annotation.Transactional;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Who may ask for an approval, when, and what for.
 */
class ApprovedCallsTests {

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static ConfigurableApplicationContext context;

	private static AuditLog log;

	private static Treasury treasury;

	private static Approvals approvals;

	private static JdbcApprovalStore store;

	private int before;

	@BeforeAll
	static void start() {
		context = new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties("spring.main.banner-mode=off", "spring.application.name=treasury",
					"spring.flyway.enabled=false")
			.run();
		log = new AuditLog(context.getBean(DataSource.class));
		treasury = context.getBean(Treasury.class);
		approvals = context.getBean(Approvals.class);
		store = (JdbcApprovalStore) context.getBean(ApprovalStore.class);
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@BeforeEach
	void begin() {
		log.jdbc().update("delete from audit.audit_approval");
		this.before = log.settled();
		Treasury.DONE.clear();
	}

	@AfterEach
	void signOut() {
		SecurityContextHolder.clearContext();
	}

	private List<String> entries() {
		log.settled();
		return log.entriesAfter(this.before)
			.stream()
			.map((entry) -> "%s %s %s".formatted(entry.get("action"), entry.get("outcome"), entry.get("actor_id")))
			.toList();
	}

	private static Authentication person(String name, String... roles) {
		return new UsernamePasswordAuthenticationToken(name, null,
				AuthorityUtils.createAuthorityList(List.of(roles).stream().map((role) -> "ROLE_" + role).toList()));
	}

	private static void signIn(String name, String... roles) {
		SecurityContextHolder.getContext().setAuthentication(person(name, roles));
	}

	private static Approval waiting() {
		List<Approval> pending = approvals.pending();
		return pending.get(pending.size() - 1);
	}

	private static void grant(String name) throws Exception {
		AuditContext.runAs(Actor.user(name), () -> approvals.grant(waiting().id(), "It is due"));
	}

	private static void refused(Executable call) {
		assertThatThrownBy(call::execute).isInstanceOf(ApprovalRequiredException.class);
	}

	@Test
	void whoMayNotCallAMethodCannotAskForItsApproval() throws Exception {
		signIn("mallory", "USER");
		assertThatThrownBy(() -> treasury.pay("A-1")).isInstanceOf(AccessDeniedException.class);
		assertThat(approvals.pending()).isEmpty();
		assertThat(entries()).containsExactly("treasury.pay denied mallory");
		signIn("jane", "TREASURER");
		refused(() -> treasury.pay("A-1"));
		assertThat(waiting().requester()).isEqualTo("user/jane");
		grant("bob");
		treasury.pay("A-1");
		refused(() -> treasury.pay("A-1"));
		assertThat(Treasury.DONE).containsExactly("pay A-1");
		assertThat(entries()).contains("treasury.pay success jane");
	}

	@Test
	void nothingAnswersForAMethodThatIsNotApproved() throws Exception {
		signIn("jane");
		refused(() -> treasury.balance("A-1"));
		grant("bob");
		assertThat(treasury.balance("A-1")).isEqualTo(1);
		refused(() -> treasury.balance("A-1"));
		signIn("jane", "TREASURER");
		refused(() -> treasury.secretBalance("A-2"));
		grant("bob");
		assertThat(treasury.secretBalance("A-2")).isEqualTo(2);
		refused(() -> treasury.secretBalance("A-2"));
	}

	@Test
	void aPolicyAsksBehindAccessControlToo() {
		signIn("jane", "TREASURER");
		assertThatThrownBy(() -> treasury.close("now")).isInstanceOf(ApprovalRequiredException.class);
		treasury.close("later");
		assertThat(Treasury.DONE).containsExactly("close later");
	}

	@Test
	void eachSubscriptionNeedsAnApprovalOfItsOwn() throws Exception {
		Mono<String> transfer = treasury.transfer("A-1").contextWrite(as("jane"));
		assertThat(approvals.pending()).as("nothing is asked for until somebody subscribes").isEmpty();
		refused(() -> transfer.block(PATIENCE));
		assertThat(Treasury.DONE).as("nor is the method called").isEmpty();
		assertThat(waiting().requester()).isEqualTo("user/jane");
		grant("bob");
		UUID granted = UUID.fromString(log.jdbc()
			.queryForObject("select id::text from audit.audit_approval where status = 'granted'", String.class));
		refused(() -> transfer.repeat(9).blockLast(PATIENCE));
		assertThat(Treasury.DONE).containsExactly("transfer A-1");
		assertThat(entries()).filteredOn((entry) -> entry.startsWith("treasury.transfer"))
			.containsExactly("treasury.transfer denied jane", "treasury.transfer success jane",
					"treasury.transfer denied jane");
		assertThat(log.entriesAfter(this.before)).filteredOn("outcome", "success")
			.filteredOn("action", "treasury.transfer")
			.singleElement()
			.satisfies((entry) -> assertThat((String) entry.get("related")).contains(granted.toString()));
	}

	@Test
	void whatSomebodySubscribesToIsNotGoodForAnother() throws Exception {
		Mono<String> transfer = treasury.transfer("A-1");
		refused(() -> transfer.contextWrite(as("jane")).block(PATIENCE));
		grant("bob");
		refused(() -> transfer.contextWrite(as("mallory")).block(PATIENCE));
		assertThatThrownBy(() -> Mono.defer(() -> transfer)
			.contextWrite(ReactiveSecurityContextHolder.withAuthentication(new AnonymousAuthenticationToken("key",
					"anonymous", AuthorityUtils.createAuthorityList("ROLE_ANONYMOUS"))))
			.block(PATIENCE)).isInstanceOf(ApprovalException.class).hasMessageContaining("sign in");
		assertThat(Treasury.DONE).isEmpty();
		assertThat(transfer.contextWrite(as("jane")).block(PATIENCE)).isEqualTo("transfer A-1");
	}

	@Test
	void noThreadThatMustNotBlockIsBlocked() throws Exception {
		Flux<String> all = Flux.defer(() -> treasury.transferAll("A-1"))
			.subscribeOn(Schedulers.parallel())
			.contextWrite(as("jane"));
		refused(() -> all.blockLast(PATIENCE));
		grant("bob");
		assertThat(all.collectList().block(PATIENCE)).containsExactly("A-1", "A-1");
		assertThat(Treasury.DONE).singleElement()
			.satisfies((done) -> assertThat(done).startsWith("transferAll ").contains("boundedElastic"));
	}

	@Test
	void aPublisherThatIsNotDeclaredIsGoodForOneSubscription() throws Exception {
		signIn("jane");
		refused(() -> treasury.anything("A-1"));
		grant("bob");
		Mono<?> anything = (Mono<?>) treasury.anything("A-1");
		assertThat(anything.block(PATIENCE)).isEqualTo("A-1");
		refused(() -> anything.block(PATIENCE));
		assertThat(Treasury.DONE).containsExactly("anything A-1");
	}

	@Test
	void aMethodThatFailsBeforeItReturnsAPublisherLeavesOneEntry() throws Exception {
		signIn("jane");
		Mono<String> failing = treasury.failing();
		refused(() -> failing.block(PATIENCE));
		grant("bob");
		assertThatThrownBy(() -> failing.block(PATIENCE)).hasMessage("as planned");
		assertThat(entries()).filteredOn((entry) -> entry.startsWith("treasury.failing"))
			.containsExactly("treasury.failing denied jane", "treasury.failing failure jane");
	}

	@Test
	void whoIsToldFromNobodyElseDoesNotAsk() {
		SecurityContextHolder.getContext()
			.setAuthentication(new AnonymousAuthenticationToken("key", "anonymous",
					AuthorityUtils.createAuthorityList("ROLE_ANONYMOUS")));
		assertThatExceptionOfType(ApprovalException.class).isThrownBy(() -> treasury.balance("A-1"))
			.withMessageContaining("let whoever calls sign in");
		SecurityContextHolder.clearContext();
		assertThatExceptionOfType(ApprovalException.class).isThrownBy(() -> treasury.balance("A-1"))
			.withMessageContaining("Actor.system(");
		assertThat(approvals.pending()).isEmpty();
	}

	@Test
	void aPartOfTheApplicationAsksUnderItsName() throws Exception {
		Callable<Object> balance = () -> treasury.balance("A-1");
		refused(() -> AuditContext.runAs(Actor.system("nightly"), balance));
		assertThat(waiting().requester()).isEqualTo("system/nightly");
		grant("bob");
		refused(() -> AuditContext.runAs(Actor.system("hourly"), balance));
		assertThat(AuditContext.runAs(Actor.system("nightly"), balance)).isEqualTo(1);
	}

	@Test
	void nobodyHasMoreThanSomeRequestsAndAllAreFound() {
		for (String name : List.of("jane", "joan", "june")) {
			signIn(name);
			for (int i = 0; i < 50; i++) {
				int amount = i;
				refused(() -> treasury.balance(name + amount));
			}
		}
		assertThatExceptionOfType(ApprovalException.class).isThrownBy(() -> treasury.balance("june50"))
			.withMessageContaining("50 requests of user/june wait");
		List<UUID> seen = new ArrayList<>();
		List<Approval> page = approvals.pending();
		while (!page.isEmpty()) {
			page.forEach((each) -> seen.add(each.id()));
			page = approvals.pending(seen.get(seen.size() - 1));
		}
		assertThat(seen).hasSize(150).doesNotHaveDuplicates();
		assertThatExceptionOfType(ApprovalException.class).isThrownBy(() -> approvals.pending(UUID.randomUUID()));
	}

	@Test
	void requestsThatAreOverAreRemoved() {
		Instant now = Instant.now();
		UUID old = add(now.minus(Duration.ofDays(7)).minus(Duration.ofMinutes(61)));
		UUID over = add(now.minus(Duration.ofDays(6)));
		UUID current = add(now);
		context.getBean("auditApprovalUpkeep", TableUpkeep.class).keep();
		assertThat(store.find(old)).isEmpty();
		assertThat(store.find(over)).isPresent();
		assertThat(store.find(current)).isPresent();
	}

	private static UUID add(Instant requestedAt) {
		UUID id = UUID.randomUUID();
		store.add(new Approval(id, "pay", null, "{}", "d", "user/jane", null, List.of("a", "b"), null, requestedAt,
				Approval.Status.PENDING, null, null));
		assertThat(store.find(id)).get().extracting(Approval::delegation).isEqualTo(List.of("a", "b"));
		return id;
	}

	@Test
	void aSecretArgumentIsNotShown() {
		signIn("jane");
		refused(() -> treasury.open("S-1", "12-34-56"));
		refused(() -> treasury.open("S-1", "65-43-21"));
		assertThat(approvals.pending()).hasSize(2)
			.allSatisfy((approval) -> assertThat(approval.arguments()).contains("S-1", "***")
				.doesNotContain("12-34-56", "65-43-21"));
		log.settled();
		assertThat(log.entriesAfter(this.before).toString()).doesNotContain("12-34-56");
	}

	private static Context as(String name) {
		return ReactiveSecurityContextHolder.withAuthentication(person(name, "USER"));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableMethodSecurity
	@EnableCaching
	static class Application {

		@Bean
		DataSource dataSource() {
			return ShopConfiguration.pool(TestDatabase.migrated());
		}

		@Bean
		ConcurrentMapCacheManager cacheManager() {
			return new ConcurrentMapCacheManager();
		}

		@Bean
		Treasury treasury() {
			return new Treasury();
		}

		@Bean
		ApprovalPolicy policy() {
			return (action, arguments) -> action.equals("treasury.close") && "now".equals(arguments.get("when"));
		}

	}

	static class Treasury {

		static final List<String> DONE = new CopyOnWriteArrayList<>();

		@Audited(action = "treasury.pay")
		@RequiresApproval
		@PreAuthorize("hasRole('TREASURER')")
		@Transactional
		public void pay(String account) {
			DONE.add("pay " + account);
		}

		@RequiresApproval
		@Cacheable("balances")
		public int balance(String account) {
			return 1;
		}

		@RequiresApproval
		@Cacheable("secretBalances")
		@PreAuthorize("hasRole('TREASURER')")
		public int secretBalance(String account) {
			return 2;
		}

		@Audited(action = "treasury.close")
		@PreAuthorize("hasRole('TREASURER')")
		public void close(String when) {
			DONE.add("close " + when);
		}

		@Audited(action = "treasury.transfer")
		@RequiresApproval
		public Mono<String> transfer(String account) {
			DONE.add("transfer " + account);
			return Mono.just("transfer " + account);
		}

		@RequiresApproval
		public Flux<String> transferAll(String account) {
			DONE.add("transferAll " + Thread.currentThread().getName());
			return Flux.just(account, account);
		}

		@RequiresApproval
		public Object anything(String account) {
			DONE.add("anything " + account);
			return Mono.just(account);
		}

		@Audited(action = "treasury.failing")
		@RequiresApproval
		public Mono<String> failing() {
			throw new IllegalStateException("as planned");
		}

		@RequiresApproval
		public @Nullable Map<String, String> open(String safe, @Sensitive String combination) {
			return null;
		}

	}

}
