/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.receive.internal;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import io.auditspring.AuditSetupException;
import io.auditspring.CheckpointSigner;
import io.auditspring.autoconfigure.AuditAutoConfiguration;
import io.auditspring.ledger.Roles;
import io.auditspring.ledger.checkpoint.Checkpoint;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.receive.ReceiveAutoConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application that receives the chains of other ledgers.
 */
@ExtendWith(OutputCaptureExtension.class)
class ReceiveAutoConfigurationTests {

	private static final String SOURCE = "audit.receive.sources.shop.";

	@TempDir
	private Path memory;

	private ReceivingLab lab;

	private ApplicationContextRunner runner;

	@BeforeEach
	void createTheLab() {
		this.lab = new ReceivingLab(this.memory);
		this.runner = new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(AuditAutoConfiguration.class, ReceiveAutoConfiguration.class))
			.withBean(DataSource.class, () -> this.lab.centre.dataSource())
			.withPropertyValues("spring.application.name=centre", "audit.receive.interval=50ms");
	}

	private ApplicationContextRunner withSource(DataSource user) {
		PGSimpleDataSource source = (PGSimpleDataSource) user;
		return this.runner.withPropertyValues(SOURCE + "url=" + source.getUrl(),
				SOURCE + "username=" + source.getUser());
	}

	private ApplicationContextRunner withSource() {
		return withSource(Roles.user(this.lab.source.dataSource(), "audit_reader"));
	}

	private static Health health(ApplicationContext context) {
		return context.getBean("auditReceiveHealthIndicator", HealthIndicator.class).health();
	}

	private static void await(ThrowingRunnable becomesTrue) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(90))
			.pollInterval(Duration.ofMillis(20))
			.untilAsserted(becomesTrue);
	}

	private void assertAsAtTheSource() {
		assertThat(ReceivingLab.content(this.lab.centre)).isEqualTo(ReceivingLab.content(this.lab.source));
	}

	@Test
	void nothingIsReceivedUnlessASourceIsNamed() {
		this.runner.run((context) -> assertThat(context).hasNotFailed()
			.doesNotHaveBean(BundleReceiver.class)
			.doesNotHaveBean("auditReceiveHealthIndicator"));
		withSource().withPropertyValues("audit.receive.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(BundleReceiver.class));
		this.runner.withPropertyValues("audit.receive.enabled=true")
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(BundleReceiver.class));
	}

	@Test
	void whatASourceHasIsReceivedByAUserThatOnlyReadsThere() {
		this.lab.write(300);
		withSource().run((context) -> {
			await(this::assertAsAtTheSource);
			this.lab.write(5);
			await(this::assertAsAtTheSource);
			await(() -> assertThat(health(context).getStatus()).isEqualTo(Status.UP));
			assertThat(health(context).getDetails()).isEqualTo(Map.of("chains", 1));
			MeterRegistry meters = new SimpleMeterRegistry();
			context.getBean("auditReceivingMeters", MeterBinder.class).bindTo(meters);
			// The counting follows the commit.
			await(() -> assertThat(meters.get("audit.receive.entries").functionCounter().count()).isEqualTo(305));
			assertThat(meters.get("audit.receive.bundles").tag("result", "appended").functionCounter().count())
				.isGreaterThanOrEqualTo(2);
			assertThat(meters.get("audit.receive.lag.entries").gauge().value()).isZero();
			assertThat(meters.get("audit.receive.parked").gauge().value()).isZero();
		});
		assertThat(this.lab.problems()).isEmpty();
	}

	@Test
	void aDataSourceOfTheApplicationIsRead() {
		this.lab.write(3);
		this.runner
			.withBean("shopDatabase", DataSource.class, () -> this.lab.source.dataSource(),
					(definition) -> definition.setAutowireCandidate(false))
			.withBean("receivingDatabase", DataSource.class, () -> this.lab.receiving,
					(definition) -> definition.setAutowireCandidate(false))
			.withPropertyValues(SOURCE + "data-source=shopDatabase", SOURCE + "chains=orders",
					"audit.receive.data-source=receivingDatabase")
			.run((context) -> await(this::assertAsAtTheSource));
	}

	@Test
	void whatIsNotSignedYetIsLag() {
		this.lab.write(3);
		withSource().withPropertyValues("audit.receive.max-lag=100ms").run((context) -> {
			await(this::assertAsAtTheSource);
			this.lab.source.append(ReceivingLab.CHAIN, Entries.entries(7));
			MeterRegistry meters = new SimpleMeterRegistry();
			context.getBean("auditReceivingMeters", MeterBinder.class).bindTo(meters);
			await(() -> assertThat(health(context).getStatus()).isEqualTo(Status.OUT_OF_SERVICE));
			assertThat(String.valueOf(health(context).getDetails().get("waiting")))
				.startsWith("{orders=7 entries are not here yet");
			assertThat(meters.get("audit.receive.lag.entries").gauge().value()).isEqualTo(7);
			assertThat(meters.get("audit.receive.lag").timeGauge().value(TimeUnit.MILLISECONDS)).isGreaterThan(100);
			this.lab.sign();
			await(() -> assertThat(health(context).getStatus()).isEqualTo(Status.UP));
			assertAsAtTheSource();
		});
	}

	@Test
	void aSourceThatIsAwayStopsNeitherTheStartNorOthersAndIsToldOnce(CapturedOutput output) {
		this.lab.write(3);
		PGSimpleDataSource reader = (PGSimpleDataSource) Roles.user(this.lab.source.dataSource(), "audit_reader");
		String user = Objects.requireNonNull(reader.getUser());
		withSource(reader)
			.withPropertyValues("audit.receive.sources.gone.url=jdbc:postgresql://127.0.0.1:1/gone?connectTimeout=1",
					"audit.receive.max-silence=2s")
			.run((context) -> {
				await(this::assertAsAtTheSource);
				await(() -> assertThat(String.valueOf(health(context).getDetails().get("sources"))).contains("gone=")
					.contains("refused"));
				await(() -> assertThat(health(context).getStatus()).isEqualTo(Status.UP));
				this.lab.source.execute("alter user %s nologin".formatted(user));
				this.lab.source.execute(
						"select pg_terminate_backend(pid) from pg_stat_activity where usename = '%s'".formatted(user));
				await(() -> assertThat(health(context).getStatus()).isEqualTo(Status.OUT_OF_SERVICE));
				assertThat(String.valueOf(health(context).getDetails().get("waiting")))
					.contains("orders=nothing has been heard of it");
				this.lab.write(2);
				this.lab.source.execute("alter user %s login".formatted(user));
				await(() -> assertThat(context.getBean(ReceivingStatistics.class).failures())
					.doesNotContainKey("shop"));
				await(() -> assertThat(health(context).getStatus()).isEqualTo(Status.UP));
				await(this::assertAsAtTheSource);
			});
		assertThat(output).containsOnlyOnce("The source 'shop' of audit chains cannot be read");
	}

	@Test
	void aForkIsDownAndToldOnceAndGoesOnWhenItIsUnparked(CapturedOutput output) {
		String before = this.lab.write(5);
		LedgerDatabase backup = this.lab.source.copy();
		assertThat(Checkpoint.parse(before).size()).isEqualTo(5);
		withSource().run((context) -> {
			await(this::assertAsAtTheSource);
			backup.append(ReceivingLab.CHAIN, Entries.entries(5));
			String other = this.lab.checkpoints(backup).create(ReceivingLab.CHAIN).orElseThrow().note();
			this.lab.write(5);
			await(this::assertAsAtTheSource);
			context.getBean(BundleReceiver.class)
				.receive(Bundle.of(ReceivingLab.CHAIN, 5, other, this.lab.entries(backup, 5, 10)));
			await(() -> assertThat(health(context).getStatus()).isEqualTo(Status.DOWN));
			await(() -> assertThat(String.valueOf(health(context).getDetails().get("stopped")))
				.contains("orders=parked: its source signed two entries 5"));
			this.lab.write(1);
			this.lab.centre.execute("set role audit_owner; select audit.audit_unpark('orders', 'It was a rehearsal')");
			await(() -> assertThat(health(context).getStatus()).isEqualTo(Status.UP));
			await(this::assertAsAtTheSource);
		});
		assertThat(output).containsOnlyOnce("AUDIT CHAIN 'orders' OF ANOTHER LEDGER IS PARKED");
	}

	@Test
	void whatNobodyVouchesForIsToldOnceAndCounted(CapturedOutput output) {
		this.lab.write(5);
		this.lab.centre.execute("update audit.audit_received_key set key = '%s'"
			.formatted(VerifierKey.of(Ed25519Signer.ofPem(ReceivingLab.ORIGIN, Ed25519Signer.newPem()))));
		withSource().run((context) -> {
			ReceivingStatistics statistics = context.getBean(ReceivingStatistics.class);
			await(() -> assertThat(statistics.bundles(Reception.Kind.REFUSED)).isGreaterThan(3));
			assertThat(health(context).getStatus()).isEqualTo(Status.OUT_OF_SERVICE);
			assertThat(String.valueOf(health(context).getDetails().get("waiting")))
				.contains("its signature does not count");
		});
		assertThat(output).containsOnlyOnce("What came as audit chain 'orders' of another ledger was REFUSED");
		assertThat(this.lab.size()).isZero();
	}

	@Test
	void aChainOfAnotherLedgerThanIsRegisteredIsToldByName() {
		this.lab.source.execute("update audit.audit_chain set ledger_id = gen_random_uuid() where name = 'orders'");
		withSource().withPropertyValues(SOURCE + "chains=orders")
			.run((context) -> await(() -> assertThat(String.valueOf(health(context).getDetails().get("sources")))
				.contains("shop=IllegalStateException")
				.contains("its chain 'orders' is of ledger")));
	}

	@Test
	void anApplicationNeedsNeitherHealthNorMeters() {
		this.lab.write(3);
		withSource().withClassLoader(new FilteredClassLoader(HealthIndicator.class, MeterBinder.class))
			.run((context) -> {
				assertThat(context).hasNotFailed();
				await(this::assertAsAtTheSource);
			});
	}

	private void assertThatStartFails(ApplicationContextRunner runner, String... words) {
		runner.run((context) -> {
			assertThat(context).hasFailed();
			StringBuilder told = new StringBuilder();
			for (Throwable cause = context.getStartupFailure(); cause != null; cause = cause.getCause()) {
				told.append(cause.getMessage()).append('\n');
				if (cause instanceof AuditSetupException setup) {
					told.append(setup.getRemedy()).append('\n');
				}
			}
			assertThat(told.toString()).contains(words);
		});
	}

	@Test
	void whatIsSetUpWronglyStopsTheStartAndSaysWhatToDo() {
		assertThatStartFails(this.runner.withPropertyValues(SOURCE + "username=shop"),
				"audit.receive.sources.shop takes either a url or a data-source");
		assertThatStartFails(this.runner.withPropertyValues(SOURCE + "data-source=nowhere"),
				"'audit.receive.sources.shop.data-source' names 'nowhere'", "Name one of these: dataSource");
		assertThatStartFails(withSource().withPropertyValues(SOURCE + "chains=orders,invoices"),
				"'audit.receive.sources.shop.chains' names chain 'invoices', which is not registered",
				"registered are: orders", "audit_receive_chain('invoices', ");
		assertThatStartFails(withSource().withPropertyValues(SOURCE + "chains=main"),
				"audit.receive.sources.shop.chains takes no chain 'main'");
		assertThatStartFails(
				withSource().withPropertyValues(SOURCE + "chains=orders", "audit.receive.sources.other.chains=orders",
						"audit.receive.sources.other.url=jdbc:postgresql://127.0.0.1:1/gone"),
				"Chain 'orders' is named by both");
		assertThatStartFails(withSource().withPropertyValues("audit.receive.interval=0s"),
				"audit.receive.interval takes");
	}

	@Test
	void withoutTheRoleOrTheTablesNothingStarts() {
		DataSource writer = Roles.user(this.lab.centre.dataSource(), "audit_writer", "audit_reader");
		assertThatStartFails(withSource().withPropertyValues("audit.receive.data-source=writer")
			.withBean("writer", DataSource.class, () -> writer, (definition) -> definition.setAutowireCandidate(false)),
				"does not have the role audit_receiver", "grant audit_receiver to user_");
		this.lab.centre.execute("revoke select on audit.audit_request from audit_receiver");
		assertThatStartFails(
				withSource().withPropertyValues("audit.receive.data-source=receiver")
					.withBean("receiver", DataSource.class, () -> this.lab.receiving,
							(definition) -> definition.setAutowireCandidate(false)),
				"missing are those of \"audit\".audit_request", "roles.sql again");
		this.lab.centre.execute("grant select on audit.audit_request to audit_receiver");
		assertThatStartFails(
				withSource()
					.withPropertyValues("audit.receive.data-source=receiver", "audit.receive.synchronous-standby=true")
					.withBean(CheckpointSigner.class, () -> this.lab.centreSigner)
					.withBean("receiver", DataSource.class, () -> this.lab.receiving,
							(definition) -> definition.setAutowireCandidate(false)),
				"cannot see what standbys have", "grant pg_read_all_stats to user_");
		this.lab.centre.execute("drop table audit.audit_received");
		assertThatStartFails(withSource(), "cannot hold chains of other ledgers yet", "Run the migrations");
	}

}
