package io.auditspring.delivery.internal.outbox;

import java.math.BigDecimal;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.stream.IntStream;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.auditspring.AuditDataSource;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Delivery;
import io.auditspring.TestDatabase;
import io.auditspring.delivery.FaultyDataSource;
import io.auditspring.delivery.FaultyDataSource.Cut;
import io.auditspring.delivery.Recorders;
import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.table.LedgerWriter;
import io.auditspring.query.AuditEntry;
import io.auditspring.query.AuditTrail;
import io.auditspring.shop.OrderService;
import io.auditspring.shop.ShopConfiguration;
import io.auditspring.signing.LedgerVerifier;
import jakarta.persistence.EntityManagerFactory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.AutowireCandidateQualifier;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static io.auditspring.delivery.Recorders.record;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * The ledger has a database of its own: entries are staged beside the business data, and
 * arrive exactly once.
 */
class SeparateDatabaseTests {

	private final DataSource business = TestDatabase.newDatabase();

	private final FaultyDataSource faultyBusiness = new FaultyDataSource(this.business);

	private final DataSource ledger = TestDatabase.migrated();

	private final FaultyDataSource faultyLedger = new FaultyDataSource(this.ledger);

	private final AuditLog staging = new AuditLog(this.business);

	private final AuditLog log = new AuditLog(this.ledger);

	@TempDir
	Path directory;

	private ApplicationContextRunner runner(String... properties) {
		return Recorders.runner(this.faultyBusiness, this.directory.resolve("spool"), properties)
			.withBean("ledger", HikariDataSource.class, () -> Recorders.pool(this.faultyLedger), (definition) -> {
				AbstractBeanDefinition ledger = (AbstractBeanDefinition) definition;
				ledger.setDefaultCandidate(false);
				ledger.addQualifier(new AutowireCandidateQualifier(AuditDataSource.class));
			});
	}

	private void assertComplete(int from, int to) {
		assertThat(this.log.await(to - from + 1)).extracting("action")
			.containsExactlyInAnyOrderElementsOf(IntStream.rangeClosed(from, to).mapToObj((i) -> "no." + i).toList());
		Awaitility.await().until(() -> this.staging.staged() == 0);
	}

	@ParameterizedTest
	@EnumSource(names = { "BEFORE_THE_COMMIT", "BEFORE_THE_ANSWER_FOR_GOOD" })
	void whateverDiesBetweenTheTwoCommitsEntriesArriveOnce(Cut cut) {
		runner().run((context) -> {
			context.getBean(Relay.class).stop();
			record(context, 1, 50);
			// The ledger's commit comes first, so this is the one in between.
			this.faultyBusiness.cutNextCommit("audit-relay", cut);
			context.getBean(Relay.class).start();
			Awaitility.await().until(() -> this.faultyBusiness.hasCut("audit-relay"));
			assertThat(this.log.count()).isEqualTo(50);
			this.faultyBusiness.comeBack();
			assertComplete(1, 50);
			assertThat(context.getBean(LedgerVerifier.class).verify().valid()).isTrue();
		});
	}

	@ParameterizedTest
	@EnumSource
	@Tag("thorough")
	void whateverDiesBetweenTheTwoCommitsEntriesArriveOnceWhateverIsCut(Cut cut) {
		whateverDiesBetweenTheTwoCommitsEntriesArriveOnce(cut);
	}

	@ParameterizedTest
	@EnumSource(names = { "BEFORE_THE_COMMIT", "BEFORE_THE_ANSWER_FOR_GOOD" })
	void whateverDiesInTheLedgersCommitEntriesArriveOnce(Cut cut) {
		runner().run((context) -> {
			context.getBean(Relay.class).stop();
			record(context, 1, 50);
			this.faultyLedger.cutNextCommit("audit-relay", cut);
			context.getBean(Relay.class).start();
			Awaitility.await().until(() -> this.faultyLedger.hasCut("audit-relay"));
			this.faultyLedger.comeBack();
			assertComplete(1, 50);
			assertThat(context.getBean(LedgerVerifier.class).verify().valid()).isTrue();
		});
	}

	@ParameterizedTest
	@EnumSource
	@Tag("thorough")
	void whateverDiesInTheLedgersCommitEntriesArriveOnceWhateverIsCut(Cut cut) {
		whateverDiesInTheLedgersCommitEntriesArriveOnce(cut);
	}

	@ParameterizedTest
	@ValueSource(strings = { "transactional", "async", "sync" })
	void eachModeWorks(String mode) {
		runner("audit.delivery=" + mode).run((context) -> {
			record(context, 1, 5);
			assertComplete(1, 5);
		});
	}

	@Test
	void callsGoOnWhileTheLedgerIsAway() {
		runner().run((context) -> {
			record(context, 1, 1);
			this.log.await(1);
			// The ledger's commit comes first.
			Awaitility.await().until(() -> this.staging.staged() == 0);
			this.faultyLedger.goDown();
			record(context, 2, 5);
			assertThat(this.staging.staged()).isEqualTo(4);
			this.faultyLedger.comeBack();
			assertComplete(1, 5);
		});
	}

	@Test
	void aRowThatIsTooLargeToBeReadComesToTheQuarantineInParts() {
		runner().run((context) -> {
			context.getBean(Relay.class).stop();
			Long row = this.staging.jdbc()
				.queryForObject("insert into audit.audit_outbox (chain, entries) values ('main', repeat('x', 9000000)) "
						+ "returning id", Long.class);
			LedgerTarget target = new LedgerTarget(this.ledger, new LedgerWriter(new Schema("audit")),
					context.getBean(Outbox.class), "main");
			try (Connection connection = this.business.getConnection()) {
				connection.setAutoCommit(false);
				assertThat(target.setAside(connection, row, null, "Too large")).isOne();
				connection.commit();
			}
			assertThat(this.staging.staged()).isZero();
			assertThat(this.log.jdbc()
				.queryForList("select reason || ': ' || length(entries) from audit.audit_quarantine order by id",
						String.class))
				.containsExactly("Too large. Part 1: 4000000", "Too large. Part 2: 4000000",
						"Too large. Part 3: 1000000");
		});
	}

	@Test
	void whatNeedsNoAnswerIsMovedWhileTheBusinessDatabaseIsAway() {
		runner("audit.failure-policy=log").run((context) -> {
			this.faultyBusiness.cutNextCommit(FaultyDataSource.CALLER, Cut.BEFORE_THE_ANSWER_FOR_GOOD);
			record(context, 1, 1);
			context.getBean(AuditRecorder.class).record(AuditRecord.action("no.2").delivery(Delivery.ASYNC).build());
			Awaitility.await().until(() -> this.log.count() == 1);
			assertThat(this.log.entries()).extracting("action").containsExactly("no.2");
			this.faultyBusiness.comeBack();
			assertComplete(1, 2);
		});
	}

	@Test
	void whatTheLedgerRefusesIsSetAsideThere() {
		runner().run((context) -> {
			context.getBean(Relay.class).stop();
			record(context, 1, 2);
			this.staging.jdbc().update("insert into audit.audit_outbox (chain, entries) values ('main', 'not json')");
			record(context, 3, 3);
			context.getBean(Relay.class).start();
			assertComplete(1, 3);
			assertThat(this.log.jdbc().queryForList("select entries from audit.audit_quarantine", String.class))
				.containsExactly("not json");
		});
	}

	@Test
	void theBusinessDatabaseHoldsNothingButTheOutbox() {
		runner().run((context) -> assertThat(this.staging.jdbc()
			.queryForList("select tablename from pg_tables where schemaname = 'audit' order by 1", String.class))
			.containsExactly("audit_outbox", "audit_outbox_history"));
	}

	@Test
	void theTrailOfAJpaApplicationIsReadFromTheLedger() {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Shop.class)
			.web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off",
					"audit.spool.directory=" + this.directory)
			.run()) {
			OrderService orders = context.getBean(OrderService.class);
			long id = orders.create("A-1", BigDecimal.TEN).getId();
			orders.pay(id, "acc");
			assertThatIllegalStateException().isThrownBy(() -> orders.fail(id));
			DataSource ledger = context.getBean("ledger", DataSource.class);
			assertThat(new AuditLog(ledger).await(3)).extracting("revision").containsExactly(1L, 2L, null);
			AuditTrail trail = context.getBean(AuditTrail.class);
			assertThat(trail.trail("PurchaseOrder", id)).extracting(AuditEntry::getAction)
				.containsExactly("order.fail", "order.pay", "order.create");
			assertThat(trail.verify().valid()).isTrue();
			assertThat(context.getBeansOfType(EntityManagerFactory.class)).hasSize(1);
		}
	}

	/**
	 * A JPA application with a ledger elsewhere.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@Import(ShopConfiguration.class)
	static class Shop {

		@Bean(defaultCandidate = false)
		@AuditDataSource
		DataSource ledger() {
			return ShopConfiguration.pool(TestDatabase.newDatabase());
		}

	}

}
