package io.auditspring.test;

import java.math.BigDecimal;

import javax.sql.DataSource;

import io.auditspring.Actor;
import io.auditspring.ActorType;
import io.auditspring.AuditContext;
import io.auditspring.AuditDataSource;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.Delivery;
import io.auditspring.Outcome;
import io.auditspring.Severity;
import io.auditspring.TestDatabase;
import io.auditspring.delivery.Quarantine;
import io.auditspring.history.HistoryImporter;
import io.auditspring.query.AuditRedaction;
import io.auditspring.query.AuditTrail;
import io.auditspring.retention.LegalHolds;
import io.auditspring.retention.Retention;
import io.auditspring.shop.OrderService;
import io.auditspring.shop.PurchaseOrder;
import io.auditspring.shop.ShopConfiguration;
import io.auditspring.signing.Checkpoints;
import io.auditspring.signing.LedgerVerifier;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.data.jpa.test.autoconfigure.DataJpaTest;
import org.springframework.boot.jdbc.test.autoconfigure.AutoConfigureTestDatabase;
import org.springframework.boot.jdbc.test.autoconfigure.AutoConfigureTestDatabase.Replace;
import org.springframework.boot.jdbc.test.autoconfigure.JdbcTest;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.transaction.TestTransaction;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * How applications test what they record.
 */
class TestSupportTests {

	// The server that all tests share may be gone when cached contexts are closed.
	@Nested
	@DirtiesContext
	@AuditTest
	@SpringBootTest(classes = ShopConfiguration.class, webEnvironment = WebEnvironment.NONE,
			properties = "spring.jpa.hibernate.ddl-auto=create")
	class InAnApplication {

		@Autowired
		private OrderService orders;

		@Autowired
		private RecordedEntries trail;

		private long id;

		@BeforeEach
		void order() throws Exception {
			this.id = AuditContext.runAs(Actor.user("jane", "Jane").impersonatedBy("root"),
					() -> this.orders.create("A-" + System.nanoTime(), new BigDecimal("12.50")).getId());
		}

		@Test
		void everythingThatAnEntrySaysCanBeAskedFor() {
			this.orders.pay(this.id, "acc-1");
			assertThat(this.trail).hasEntries(2)
				.hasEntry()
				.by("jane")
				.byA(ActorType.USER)
				.named("Jane")
				.impersonatedBy("root")
				.doing("order.create")
				.inCategory("order")
				.on("PurchaseOrder", this.id)
				.on(PurchaseOrder.class.getName(), this.id)
				.withMetadata("total", 12.5)
				.withOutcome(Outcome.SUCCESS)
				.once();
			assertThat(this.trail).hasEntry()
				.doing("order.pay")
				.withSeverity(Severity.WARNING)
				.changing("status", "NEW", "PAID")
				.relatedTo("Account", "acc-1")
				.withMessage("Status NEW became PAID")
				.withJustification("paid by acc-1");
		}

		@Test
		void whatIsDeliveredLaterNeedNotBeWaitedFor() {
			for (int i = 0; i < 50; i++) {
				this.orders.quick(i);
				this.orders.payAsync(this.id);
			}
			assertThat(this.trail).hasEntries(101).hasNoEntryOf("order.pay");
			assertThat(this.trail).hasEntry().doing("order.quick").on("PurchaseOrder", 49).once();
		}

		@Test
		void theEntriesThatComeNearestAreShownFirst() {
			for (int i = 0; i < 5; i++) {
				this.orders.quick(i);
			}
			this.orders.pay(this.id, "acc-1");
			assertThatExceptionOfType(AssertionError.class)
				.isThrownBy(() -> assertThat(this.trail).hasEntry()
					.that("of an order", (entry) -> "PurchaseOrder".equals(entry.targetType()))
					.doing("order.pay")
					.changing("status", "NEW", "SENT"))
				.satisfies((error) -> assertThat(error.getMessage().lines().filter((line) -> line.startsWith("  #")))
					.hasSize(3)
					.first()
					.asString()
					.contains("order.pay"))
				.withMessageContaining("not changing status from NEW to SENT, but status: \"NEW\" → \"PAID\"\n  #");
		}

		@Test
		void theEntriesOfOtherTestsAreNotSeen() {
			assertThat(this.trail).hasEntries(1);
		}

		@Test
		void aFailureSaysWhatWasAskedForAndWhatThereIs() {
			assertThatExceptionOfType(AssertionError.class)
				.isThrownBy(() -> assertThat(this.trail).hasEntry().by("jane").doing("order.pay").on("Box", 7))
				.withMessageStartingWith("""

						Expecting the trail to have an entry
						  by jane
						  doing order.pay
						but of 1 entry none is like that. Nearest:
						  #""")
				.withMessageContaining("jane order.create on PurchaseOrder " + this.id + ": success")
				.withMessageEndingWith("not doing order.pay, but order.create");
			assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> assertThat(this.trail).hasNoEntry())
				.withMessageStartingWith("\nExpecting the trail to have 0 entries\nbut there is\n  #");
			assertThatExceptionOfType(AssertionError.class)
				.isThrownBy(() -> assertThat(this.trail).as("an order").hasEntry().by("john"))
				.withMessageStartingWith("[an order] \nExpecting the trail")
				.withMessageEndingWith("not by john, but jane");
			assertThatExceptionOfType(AssertionError.class)
				.isThrownBy(() -> assertThat(this.trail).hasEntry().on("Box", 7))
				.withMessageEndingWith("not on Box 7, but PurchaseOrder " + this.id);
			assertThatExceptionOfType(AssertionError.class)
				.isThrownBy(() -> assertThat(this.trail).hasNoEntryOf("order.create"));
			assertThatExceptionOfType(AssertionError.class)
				.isThrownBy(() -> assertThat(this.trail).hasEntry().changing("status", null, "PAID"));
			assertThatExceptionOfType(AssertionError.class)
				.isThrownBy(() -> assertThat(this.trail).hasEntry().withMetadata("total", null));
			this.orders.pay(this.id, "acc-1");
			assertThatExceptionOfType(AssertionError.class)
				.isThrownBy(() -> assertThat(this.trail).hasEntry().on("PurchaseOrder", this.id).once())
				.withMessageStartingWith("\nExpecting the trail to have exactly one entry\n  on PurchaseOrder "
						+ this.id + "\nbut there is")
				.withMessageContaining("status: \"NEW\" → \"PAID\"");
		}

	}

	@Nested
	@DirtiesContext
	@AuditTest
	@DataJpaTest(properties = { "spring.jpa.hibernate.ddl-auto=create", "audit.retention.period=P10Y" })
	@AutoConfigureTestDatabase(replace = Replace.NONE)
	@ContextConfiguration(classes = ShopConfiguration.class)
	class InASliceOfJpa {

		@Autowired
		private OrderService orders;

		@Autowired
		private RecordedEntries trail;

		@Test
		void aTransactionThatHasNotEndedIsNamed() {
			this.orders.create("S-1", BigDecimal.ONE);
			assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> assertThat(this.trail).hasNoEntry())
				.withMessageContaining("TestTransaction.end()");
		}

		@Test
		void aTransactionThatHasEndedIsSeen() {
			this.orders.create("S-2", BigDecimal.ONE);
			TestTransaction.flagForCommit();
			TestTransaction.end();
			assertThat(this.trail).hasEntry().doing("order.create").withOutcome(Outcome.SUCCESS).once();
		}

		@ParameterizedTest
		@ValueSource(classes = { AuditTrail.class, AuditRedaction.class, LegalHolds.class, Checkpoints.class,
				LedgerVerifier.class, Quarantine.class, Retention.class, HistoryImporter.class })
		void whatTheApplicationInjectsIsThere(Class<?> type, @Autowired ApplicationContext context) {
			assertThat(context.getBeanNamesForType(type)).hasSize(1);
		}

		@Test
		void aTransactionThatIsRolledBackIsAFailure() {
			this.orders.create("S-3", BigDecimal.ONE);
			TestTransaction.end();
			assertThat(this.trail).hasEntries(1)
				.hasEntry()
				.doing("order.create")
				.withOutcome(Outcome.FAILURE)
				.withErrorContaining("rolled back");
		}

	}

	@Nested
	@DirtiesContext
	@AuditTest
	@JdbcTest
	@AutoConfigureTestDatabase(replace = Replace.NONE)
	@ContextConfiguration(classes = InASliceOfJdbc.Database.class)
	class InASliceOfJdbc {

		@Autowired
		private AuditRecorder recorder;

		@Autowired
		private RecordedEntries trail;

		@Test
		void eventsAreSeenWithoutJpa() {
			for (Delivery delivery : Delivery.values()) {
				this.recorder.record(AuditRecord.action("slice.tested").delivery(delivery).build());
			}
			TestTransaction.flagForCommit();
			TestTransaction.end();
			assertThat(this.trail).hasEntries(4).hasEntry().doing("slice.tested").byA(ActorType.SYSTEM);
		}

		@Configuration(proxyBeanMethods = false)
		static class Database {

			@Bean
			DataSource dataSource() {
				return ShopConfiguration.pool(TestDatabase.newDatabase());
			}

		}

	}

	@Nested
	@DirtiesContext
	@AuditTest
	@SpringBootTest(classes = { ShopConfiguration.class, WithALedgerElsewhere.Ledger.class },
			webEnvironment = WebEnvironment.NONE, properties = "spring.jpa.hibernate.ddl-auto=create")
	class WithALedgerElsewhere {

		@Autowired
		private OrderService orders;

		@Autowired
		private RecordedEntries trail;

		@Test
		void entriesAreSeenThere() {
			this.orders.create("E-1", BigDecimal.ONE);
			assertThat(this.trail).hasEntries(1).hasEntry().doing("order.create").once();
		}

		@Configuration(proxyBeanMethods = false)
		static class Ledger {

			@Bean(defaultCandidate = false)
			@AuditDataSource
			DataSource ledger() {
				return ShopConfiguration.pool(TestDatabase.newDatabase());
			}

		}

	}

}
