package io.auditspring.autoconfigure;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicReference;

import javax.sql.DataSource;

import io.auditspring.ApprovalException;
import io.auditspring.ApprovalPolicy;
import io.auditspring.Approvals;
import io.auditspring.AuditDataSource;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Audited;
import io.auditspring.RequiresApproval;
import io.auditspring.TestDatabase;
import io.auditspring.capture.internal.actor.ActorSource;
import io.auditspring.capture.internal.actor.SecurityActorSource;
import io.auditspring.capture.internal.origin.RequestDetails;
import io.auditspring.capture.internal.origin.RequestSource;
import io.auditspring.database.internal.AuditDatabase;
import io.auditspring.delivery.Quarantine;
import io.auditspring.delivery.Receipts;
import io.auditspring.delivery.internal.outbox.Relay;
import io.auditspring.history.HistoryImporter;
import io.auditspring.ledger.EntryGroup;
import io.auditspring.query.AuditQuery;
import io.auditspring.query.AuditRedaction;
import io.auditspring.query.AuditTrail;
import io.auditspring.query.ChangeSummary;
import io.auditspring.retention.LegalHolds;
import io.auditspring.retention.NoLedger;
import io.auditspring.retention.Retention;
import io.auditspring.retention.Subject;
import io.auditspring.signing.Checkpoints;
import io.auditspring.signing.LedgerVerifier;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.ConnectionFactoryMetadata;
import jakarta.persistence.EntityManagerFactory;
import org.hibernate.envers.AuditReader;
import org.hibernate.envers.boot.internal.EnversService;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.mockito.Mockito;
import org.reactivestreams.Publisher;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.task.TaskDecorator;
import org.springframework.data.domain.AuditorAware;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.security.core.Authentication;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Which parts are there when.
 */
@ExtendWith(OutputCaptureExtension.class)
class AuditAutoConfigurationTests {

	private static final AutoConfigurations ALL = AutoConfigurations.of(AuditAutoConfiguration.class,
			AuditDisabledAutoConfiguration.class, AuditGeoAutoConfiguration.class, AuditStateAutoConfiguration.class,
			AuditSecurityAutoConfiguration.class, AuditServletAutoConfiguration.class,
			AuditWithoutDatabaseAutoConfiguration.class, AuditWebAutoConfiguration.class,
			AuditActuatorAutoConfiguration.class);

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withConfiguration(ALL)
		.withBean(DataSource.class, TestDatabase::newDatabase);

	@Test
	void auditsWhereThereIsADataSource() {
		this.runner.run((context) -> assertThat(context).hasSingleBean(Relay.class).hasSingleBean(AuditRecorder.class));
	}

	@Test
	void backsOffWithoutDataSource() {
		new ApplicationContextRunner().withConfiguration(ALL)
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(Relay.class)
				.doesNotHaveBean("auditBoundaryPostProcessor"));
	}

	@Test
	void withoutDataSourceNothingMayBeLost() {
		assertThatStartFails(new ApplicationContextRunner().withConfiguration(ALL).withBean("desk", Desk.class),
				"The bean 'desk' has @Audited methods, but there is no DataSource", "spring.datasource.url");
	}

	@Test
	void withoutDataSourceNothingCanBeInjected() {
		assertThatStartFails(new ApplicationContextRunner().withConfiguration(ALL).withBean(Recording.class),
				"A bean of the type io.auditspring.AuditRecorder is needed, but there is no DataSource",
				"spring.datasource.url");
	}

	@Test
	void whereAuditingIsNoPartOfThatIsSaid() {
		assertThatStartFails(
				new ApplicationContextRunner().withBean(DataSource.class, TestDatabase::newDatabase)
					.withBean(Recording.class),
				"AuditRecorder is needed, but auditing is no part of this context", "@AuditTest", "@MockitoBean");
	}

	@Test
	void anApplicationThatOnlyHasR2dbcIsToldSo() {
		assertThatStartFails(
				new ApplicationContextRunner().withConfiguration(ALL)
					.withBean(Desk.class)
					.withBean(ConnectionFactory.class, Reactive::new),
				"reaches its database by R2DBC alone", "@Bean(defaultCandidate = false) with @AuditDataSource");
	}

	@Test
	void aDataSourceThatComesTooLateIsNamed() {
		assertThatStartFails(
				new ApplicationContextRunner().withConfiguration(ALL)
					.withBean(Desk.class)
					.withInitializer((context) -> context.addBeanFactoryPostProcessor(
							(beans) -> beans.registerSingleton("lateDataSource", TestDatabase.newDatabase()))),
				"'lateDataSource' was defined when it had already looked for one", "@Bean");
	}

	@Test
	void aDataSourceThatIsKeptFromAllIsNamed() {
		assertThatStartFails(
				new ApplicationContextRunner().withConfiguration(ALL)
					.withBean(Desk.class)
					.withBean("kept", DataSource.class, TestDatabase::newDatabase, AuditAutoConfigurationTests::keep),
				"'kept' is only for those who name it", "@AuditDataSource");
	}

	@Test
	void theLedgersDataSourceMayBeTheOnlyOne() {
		new ApplicationContextRunner().withConfiguration(ALL)
			.withUserConfiguration(LedgerAlone.class)
			.withBean(ConnectionFactory.class, Reactive::new)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				UUID entry = context.getBean(AuditRecorder.class)
					.record(AuditRecord.action("post.write").build())
					.entryId();
				assertThat(context.getBean(AuditDatabase.class).businessDataSource())
					.isSameAs(context.getBean("ledger"));
				await().untilAsserted(() -> assertThat(context.getBean(AuditTrail.class).entry(entry)).isPresent());
			});
	}

	@Test
	void itCannotStandForAnotherThatIsKeptFromAllToo() {
		assertThatStartFails(
				new ApplicationContextRunner().withConfiguration(ALL)
					.withUserConfiguration(LedgerAlone.class)
					.withBean("kept", DataSource.class, TestDatabase::newDatabase, AuditAutoConfigurationTests::keep),
				"several data sources", "@Primary");
	}

	private static void keep(BeanDefinition definition) {
		((AbstractBeanDefinition) definition).setDefaultCandidate(false);
	}

	@Test
	void withoutJpaTheTrailIsReadByAUnitOfItsOwn() {
		this.runner.run((context) -> {
			UUID entry = context.getBean(AuditRecorder.class).record(AuditRecord.action("order.pay").build()).entryId();
			await().untilAsserted(() -> assertThat(context.getBean(AuditTrail.class).entry(entry)).isPresent());
			assertThat(context).doesNotHaveBean(EntityManagerFactory.class);
		});
	}

	@Test
	void whatOfUsIsLeftOutIsNamed() {
		ApplicationContextRunner reading = this.runner.withBean(AuditTrail.class,
				() -> AuditTrail.empty(Mockito.mock(LedgerVerifier.class)));
		for (Class<?> upkeep : List.of(AuditRedaction.class, LegalHolds.class, Retention.class,
				HistoryImporter.class)) {
			assertThatStartFails(needing(reading, upkeep),
					upkeep.getName() + " is needed, but AuditUpkeepAutoConfiguration, which makes it, is no part",
					"@AuditTest", "@MockitoBean");
		}
		assertThatStartFails(needing(this.runner, Checkpoints.class),
				"Checkpoints is needed, but AuditCheckpointAutoConfiguration, which makes it");
	}

	private static ApplicationContextRunner needing(ApplicationContextRunner runner, Class<?> type) {
		return runner.withInitializer((context) -> ((GenericApplicationContext) context).registerBean("needing",
				Object.class, () -> context.getBean(type)));
	}

	private static void assertThatStartFails(ApplicationContextRunner runner, String... words) {
		AtomicReference<BeanFactory> beans = new AtomicReference<>();
		runner.withInitializer((context) -> beans.set(context.getBeanFactory())).run((context) -> {
			assertThat(context).hasFailed();
			FailureAnalysis analysis = new AuditSetupFailureAnalyzer().analyze(context.getStartupFailure());
			if (analysis == null) {
				analysis = new MissingTrailFailureAnalyzer(beans.get()).analyze(context.getStartupFailure());
			}
			assertThat(analysis).isNotNull();
			assertThat(analysis.getDescription() + " " + analysis.getAction()).contains(words);
		});
	}

	@Test
	void switchedOffItTouchesNothingButCanStillBeInjected(CapturedOutput output) {
		this.runner.withBean(Everything.class)
			.withPropertyValues("audit.enabled=false", "audit.web.enabled=true")
			.run((context) -> {
				assertThat(context).doesNotHaveBean("auditBoundaryPostProcessor")
					.doesNotHaveBean(Relay.class)
					.doesNotHaveBean(ActorSource.class);
				context.getBean(AuditRecorder.class).record(AuditRecord.action("ignored").build());
				Everything all = context.getBean(Everything.class);
				assertThat(all.trail().find(AuditQuery.all())).isEmpty();
				assertThat(all.trail().stream(AuditQuery.all())).isEmpty();
				assertThat(all.trail().operations(AuditQuery.all())).isEmpty();
				assertThat(all.trail().count(AuditQuery.all())).isZero();
				assertThat(all.trail().entry(UUID.randomUUID())).isEmpty();
				assertThat(all.trail().stateAt("Order", 7, Instant.EPOCH)).isEmpty();
				assertThat(all.trail().suggest(AuditTrail.Attribute.ACTOR, "", 10, AuditQuery.all())).isEmpty();
				assertThat(all.trail()
					.activity(AuditQuery.all(), Instant.EPOCH, Instant.EPOCH.plusSeconds(60), Duration.ofSeconds(60))
					.total()).isZero();
				assertThat(all.trail().verify().chains()).isEmpty();
				assertThat(all.verifier().verify("main").entries()).isZero();
				assertThat(all.redaction().erase(Subject.actor("jane"), "asked for").erased()).isEmpty();
				assertThat(all.redaction().redact(AuditQuery.all(), EntryGroup.DATA, "asked for").left()).isEmpty();
				assertThat(all.holds().placeOnActor("jane", "case 7")).isZero();
				assertThat(all.holds().lift(7, "closed")).isFalse();
				assertThat(all.holds().current()).isEmpty();
				assertThat(all.checkpoints().create("main")).isEmpty();
				assertThat(all.checkpoints().latest("main")).isEmpty();
				assertThat(all.quarantine().list(10)).isEmpty();
				assertThat(all.quarantine().retryAll()).isEmpty();
				assertThat(output).contains("Auditing is switched off (audit.enabled=false): no legal hold was placed",
						"nobody was erased", "nothing was redacted", "no checkpoint was signed");
				assertThat(new JdbcTemplate(context.getBean(DataSource.class))
					.queryForObject("select count(*) from pg_namespace where nspname = 'audit'", Long.class)).isZero();
			});
	}

	@Test
	void switchedOffWhatNeedsApprovalIsRefused() {
		this.runner.withBean(Vaults.class).withPropertyValues("audit.enabled=false").run((context) -> {
			Vaults vaults = context.getBean(Vaults.class);
			assertThatExceptionOfType(ApprovalException.class).isThrownBy(() -> vaults.open("V-1"))
				.withMessageContaining("vault.open needs approval, and nobody can be asked: auditing is switched off "
						+ "(audit.enabled=false)");
			assertThat(vaults.close("V-1")).isEqualTo("closed V-1");
			Approvals approvals = context.getBean(Approvals.class);
			assertThat(approvals.pending()).isEmpty();
			assertThatExceptionOfType(ApprovalException.class)
				.isThrownBy(() -> approvals.grant(UUID.randomUUID(), "It is due"))
				.withMessageContaining("audit.enabled=false");
		});
	}

	@Test
	void switchedOffAPolicyIsAskedAllTheSame() {
		this.runner.withBean(Vaults.class)
			.withBean(ApprovalPolicy.class,
					() -> (action, arguments) -> action.equals("vault.close") && "V-1".equals(arguments.get("vault")))
			.withPropertyValues("audit.enabled=false")
			.run((context) -> {
				Vaults vaults = context.getBean(Vaults.class);
				assertThatExceptionOfType(ApprovalException.class).isThrownBy(() -> vaults.close("V-1"));
				assertThat(vaults.close("V-2")).isEqualTo("closed V-2");
			});
	}

	@Test
	void nothingStartsWhereWhatNeedsApprovalWouldPass() {
		assertThatStartFails(
				this.runner.withInitializer((context) -> ((GenericApplicationContext) context).getBeanFactory()
					.registerSingleton("finished", new Vaults())),
				"Calls of @RequiresApproval methods of [finished] would pass without approval", "@Bean method");
	}

	@Test
	void aPublisherOfWhichNobodySeesTheSubscriptionsCannotBeApproved() {
		assertThatStartFails(this.runner.withBean(Streams.class),
				"Streams.all returns java.util.concurrent.Flow$Publisher", "Let it return a Mono or a Flux");
	}

	@Test
	void theApplicationsOwnRecorderTakesTheBuiltInOnesPlace() {
		AuditRecorder own = (record) -> Receipts.withoutLedger(new UUID(0, 0));
		AuditTrail trail = AuditTrail.empty(new NoLedger("none").verifier());
		this.runner.withBean(AuditRecorder.class, () -> own).withBean(AuditTrail.class, () -> trail).run((context) -> {
			assertThat(context.getBean(AuditRecorder.class)).isSameAs(own);
			assertThat(context.getBean(AuditTrail.class)).isSameAs(trail);
		});
	}

	@Test
	void aServletApplicationHasARequest() {
		new WebApplicationContextRunner().withConfiguration(ALL)
			.withBean(DataSource.class, TestDatabase::newDatabase)
			.run((context) -> assertThat(context).hasSingleBean(RequestSource.class)
				.hasBean("auditServletActorSource"));
	}

	@Test
	void aParentOfAServletApplicationHasItsRequest() {
		this.runner.run((context) -> {
			RequestSource requests = context.getBean(RequestSource.class);
			assertThat(requests.currentRequest()).isSameAs(RequestDetails.NONE);
			RequestContextHolder.setRequestAttributes(new ServletRequestAttributes(new MockHttpServletRequest()));
			try {
				assertThat(requests.currentRequest()).isNotSameAs(RequestDetails.NONE);
			}
			finally {
				RequestContextHolder.resetRequestAttributes();
			}
		});
	}

	@Test
	void missingLibrariesAreNotMissed() {
		this.runner.run((context) -> assertThat(context).hasSingleBean(SecurityActorSource.class));
		this.runner
			.withClassLoader(new FilteredClassLoader(Authentication.class, AuditReader.class, EnversService.class,
					RequestContextHolder.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(SecurityActorSource.class)
				.doesNotHaveBean("auditEnvers")
				.hasSingleBean(Relay.class));
	}

	@Test
	void anAuditorAwareIsAsked() {
		AuditorAware<String> auditor = () -> Optional.of("jane");
		this.runner.withBean("auditor", AuditorAware.class, () -> auditor).run((context) -> {
			context.getBean(Relay.class).stop();
			context.getBean(AuditRecorder.class).record(AuditRecord.action("asked").build());
			assertThat(context).hasBean("auditorAwareActorSource");
			assertThat(new JdbcTemplate(context.getBean(DataSource.class))
				.queryForObject("select entries from audit.audit_outbox", String.class)).contains("\"id\":\"jane\"");
		});
	}

	record Everything(Approvals approvals, AuditTrail trail, LedgerVerifier verifier, AuditRedaction redaction,
			LegalHolds holds, Checkpoints checkpoints, Quarantine quarantine, ChangeSummary summary,
			AuditRecorder recorder, TaskDecorator auditTaskDecorator) {

	}

	static class Vaults {

		@RequiresApproval
		@Audited(action = "vault.open")
		String open(String vault) {
			return "opened " + vault;
		}

		@Audited(action = "vault.close")
		String close(String vault) {
			return "closed " + vault;
		}

	}

	static class Streams {

		@RequiresApproval
		public Flow.@Nullable Publisher<String> all() {
			return null;
		}

	}

	record Recording(AuditRecorder recorder) {

	}

	@Configuration(proxyBeanMethods = false)
	static class LedgerAlone {

		@Bean(defaultCandidate = false)
		@AuditDataSource
		DataSource ledger() {
			return TestDatabase.migrated();
		}

	}

	static class Desk {

		@Audited
		public void pay() {
		}

	}

	static class Reactive implements ConnectionFactory {

		@Override
		public Publisher<? extends Connection> create() {
			throw new UnsupportedOperationException();
		}

		@Override
		public ConnectionFactoryMetadata getMetadata() {
			return () -> "reactive";
		}

	}

}
