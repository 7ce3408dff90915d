package io.auditspring.autoconfigure;

import java.security.Principal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.ActorResolver;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.AuditSetupException;
import io.auditspring.TestDatabase;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.support.SimpleThreadScope;
import org.springframework.data.domain.AuditorAware;
import org.springframework.security.authentication.TestingAuthenticationToken;
import org.springframework.security.core.userdetails.User;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whom an application's auditor of whatever type makes the actor. That of an entity is in
 * {@code SecretsTests}.
 */
@ExtendWith(OutputCaptureExtension.class)
class AuditorTests {

	private final DataSource database = TestDatabase.migrated();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class, AuditSecurityAutoConfiguration.class))
		.withPropertyValues("audit.delivery=sync")
		.withBean(DataSource.class, () -> this.database);

	private final ApplicationContextRunner withoutSecurity = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class))
		.withPropertyValues("audit.delivery=sync")
		.withBean(DataSource.class, () -> this.database);

	private Actor actorOf(Object auditor, String... properties) {
		AuditorAware<Object> aware = () -> Optional.of(auditor);
		this.runner.withPropertyValues(properties)
			.withBean("auditor", AuditorAware.class, () -> aware)
			.run((context) -> {
				for (int i = 0; i < 2; i++) {
					context.getBean(AuditRecorder.class).record(AuditRecord.action("asked").build());
				}
			});
		List<Map<String, Object>> entries = new AuditLog(this.database).entries();
		assertThat(entries).hasSize(2);
		return Actor.user((String) entries.get(1).get("actor_id"), (String) entries.get(1).get("actor_name"));
	}

	@Test
	void plainValuesArePrinted() {
		UUID id = UUID.fromString("00000000-0000-0000-0000-000000000007");
		assertThat(actorOf(id)).isEqualTo(Actor.user(id.toString(), id.toString()));
	}

	@Test
	void anActorIsTakenAsItIs() {
		assertThat(actorOf(Actor.user("7", "Ann"))).isEqualTo(Actor.user("7", "Ann"));
	}

	@Test
	void usersAndPrincipalsHaveNames() {
		assertThat(actorOf(User.withUsername("ann").password("$2a$hash").build())).isEqualTo(Actor.user("ann", "ann"));
	}

	@Test
	void anAuthenticationIsKnownByItsPrincipal() {
		Principal principal = () -> "ann";
		assertThat(actorOf(new TestingAuthenticationToken(principal, "secret"))).isEqualTo(Actor.user("ann", "ann"));
	}

	@Test
	void anotherTypeIsKnownByTheConfiguredProperties() {
		assertThat(actorOf(new Account(7, "Ann", "$2a$hash"), "audit.actor.id-property=number",
				"audit.actor.name-property=name"))
			.isEqualTo(Actor.user("7", "Ann"));
	}

	@Test
	void withoutThemItIsUnknownAndTheLogSaysSoOnce(CapturedOutput output) {
		assertThat(actorOf(new Account(7, "Ann", "$2a$hash")))
			.isEqualTo(Actor.user("unknown", Account.class.getName()));
		assertThat(output.getOut().split("Set audit.actor.id-property", -1)).hasSize(2);
		assertThat(output).doesNotContain("$2a$hash");
	}

	@Test
	void aTypeThatTellsNobodyApartStopsTheStart() {
		this.withoutSecurity.withUserConfiguration(Accounts.class)
			.run((context) -> assertThat(context).hasFailed()
				.getFailure()
				.isInstanceOf(AuditSetupException.class)
				.hasMessageContaining("'accounts' gives a " + Account.class.getName())
				.extracting((failure) -> ((AuditSetupException) failure).getRemedy())
				.asString()
				.contains("audit.actor.id-property", "ActorResolver"));
	}

	@Test
	void notWhereThePropertyIsConfiguredOrSomebodyElseKnows() {
		this.withoutSecurity.withUserConfiguration(Accounts.class)
			.withPropertyValues("audit.actor.id-property=number")
			.run((context) -> assertThat(context).hasNotFailed());
		this.withoutSecurity.withUserConfiguration(Accounts.class)
			.withBean(ActorResolver.class, () -> () -> Actor.user("7"))
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void notWhereSpringSecurityIsAskedFirst() {
		this.runner.withUserConfiguration(Accounts.class).run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void aPropertyThatTheTypeLacksStopsTheStartToo() {
		this.withoutSecurity.withUserConfiguration(Accounts.class)
			.withPropertyValues("audit.actor.id-property=nummer")
			.run((context) -> assertThat(context).hasFailed());
	}

	@Test
	void ofSeveralThePrimaryOneIsAsked() {
		assertThat(actorWith(this.runner.withUserConfiguration(Primary.class))).isEqualTo("second");
	}

	@Test
	void ofSeveralTheOneThatIsNoFallbackIsAsked() {
		assertThat(actorWith(this.runner.withUserConfiguration(WithFallback.class))).isEqualTo("second");
	}

	@Test
	void severalThatNobodyChoseFromStopTheStart() {
		this.runner.withUserConfiguration(Several.class).run((context) -> {
			FailureAnalysis analysis = new AuditSetupFailureAnalyzer().analyze(context.getStartupFailure());
			assertThat(analysis.getDescription()).contains("several AuditorAware beans (first, second)");
			assertThat(analysis.getAction()).contains("@EnableJpaAuditing(auditorAwareRef", "@Primary",
					"ActorResolver");
		});
	}

	@Test
	void notWhereAResolverKnows() {
		assertThat(actorWith(this.runner.withUserConfiguration(Several.class)
			.withBean(ActorResolver.class, () -> () -> Actor.user("resolved")))).isEqualTo("resolved");
	}

	@Test
	void theOneOfAnotherContextIsAskedToo() {
		new ApplicationContextRunner().withUserConfiguration(Primary.class)
			.run((parent) -> assertThat(actorWith(this.runner.withParent(parent))).isEqualTo("second"));
	}

	@Test
	void aLazyOneIsNotCreatedAtStart() {
		this.runner.withBean("auditor", AuditorAware.class, () -> {
			throw new IllegalStateException("too early");
		}, (bean) -> bean.setLazyInit(true)).run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void oneThatAFactoryMakesIsAsked() {
		assertThat(actorWith(this.runner.withBean(AuditorFactory.class))).isEqualTo("made");
	}

	@Test
	void oneBehindAScopedProxyIsAsked() {
		assertThat(actorWith(this.runner.withUserConfiguration(Scoped.class)
			.withInitializer((context) -> context.getBeanFactory().registerScope("thread", new SimpleThreadScope()))))
			.isEqualTo("scoped");
	}

	@Test
	void oneBehindAnotherProxyIsAsked() {
		AuditorAware<Object> target = () -> Optional.of("proxied");
		assertThat(actorWith(this.runner.withBean("auditor", AuditorAware.class,
				() -> (AuditorAware<?>) new ProxyFactory(target).getProxy())))
			.isEqualTo("proxied");
	}

	private String actorWith(ApplicationContextRunner runner) {
		runner.run((context) -> context.getBean(AuditRecorder.class).record(AuditRecord.action("asked").build()));
		List<Map<String, Object>> entries = new AuditLog(this.database).entries();
		return (String) entries.get(entries.size() - 1).get("actor_id");
	}

	@Configuration(proxyBeanMethods = false)
	static class Several {

		@Bean
		AuditorAware<String> first() {
			return () -> Optional.of("first");
		}

		@Bean
		AuditorAware<String> second() {
			return () -> Optional.of("second");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Primary {

		@Bean
		AuditorAware<String> first() {
			return () -> Optional.of("first");
		}

		@Bean
		@org.springframework.context.annotation.Primary
		AuditorAware<String> second() {
			return () -> Optional.of("second");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WithFallback {

		@Bean
		@Fallback
		AuditorAware<String> first() {
			return () -> Optional.of("first");
		}

		@Bean
		AuditorAware<String> second() {
			return () -> Optional.of("second");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Scoped {

		@Bean
		@Scope(scopeName = "thread", proxyMode = ScopedProxyMode.INTERFACES)
		AuditorAware<String> scoped() {
			return () -> Optional.of("scoped");
		}

	}

	static class AuditorFactory implements FactoryBean<AuditorAware<String>> {

		@Override
		public AuditorAware<String> getObject() {
			return () -> Optional.of("made");
		}

		@Override
		public Class<?> getObjectType() {
			return AuditorAware.class;
		}

	}

	record Account(int number, String name, String hash) {

	}

	@Configuration(proxyBeanMethods = false)
	static class Accounts {

		@Bean
		AuditorAware<Account> accounts() {
			return () -> Optional.of(new Account(7, "Ann", "$2a$hash"));
		}

	}

}
