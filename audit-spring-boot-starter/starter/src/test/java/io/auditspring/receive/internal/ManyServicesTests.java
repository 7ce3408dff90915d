/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.receive.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.CheckpointSigner;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.web.Visitor;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;
import tools.jackson.databind.JsonNode;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A service with its own PostgreSQL server, and a central application with another one,
 * which shows what the service did.
 */
class ManyServicesTests {

	@TempDir
	private static Path serverDirectory;

	private static EmbeddedPostgres server;

	private static int databases;

	@TempDir
	private Path directory;

	private String url;

	private LedgerDatabase source;

	private final LedgerDatabase centre = LedgerDatabase.withRoles();

	private ConfigurableApplicationContext service;

	private @Nullable ConfigurableApplicationContext central;

	@BeforeAll
	static void startTheServer() throws IOException {
		server = server(0);
	}

	@AfterAll
	static void stopTheServer() throws IOException {
		server.close();
	}

	@BeforeEach
	void startTheService() {
		String name = "orders_" + databases++;
		LedgerDatabase.at(url("postgres") + "?user=postgres").execute("create database " + name);
		this.url = url(name);
		this.source = LedgerDatabase.at(this.url + "?user=postgres").migrated();
		this.service = new SpringApplicationBuilder(Service.class).web(WebApplicationType.NONE)
			.properties("spring.application.name=orders", "spring.datasource.url=" + this.url,
					"spring.datasource.username=postgres", "spring.datasource.hikari.connection-timeout=2000",
					"audit.chain=orders", "audit.checkpoint.private-key=" + Ed25519Signer.newPem(),
					"audit.checkpoint.memory=" + this.directory.resolve("memory"), "audit.checkpoint.interval=200ms",
					"spring.main.banner-mode=off")
			.run();
		this.centre.execute("set role audit_owner; select audit.audit_receive_chain('orders', '%s', 'orders', '%s')"
			.formatted(this.source.query("select ledger_id from audit.audit_chain where name = 'orders'"),
					VerifierKey.of(this.service.getBean(CheckpointSigner.class))));
	}

	private static String url(String name) {
		return Objects.requireNonNull(((PGSimpleDataSource) server.getDatabase("postgres", name)).getUrl());
	}

	private static EmbeddedPostgres server(int port) throws IOException {
		EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
			.setDataDirectory(serverDirectory)
			.setCleanDataDirectory(false)
			.setPGStartupWait(Duration.ofMinutes(2));
		return (port != 0) ? builder.setPort(port).start() : builder.start();
	}

	@AfterEach
	void stop() {
		stopTheCentre();
		this.service.close();
	}

	private void stopTheCentre() {
		if (this.central != null) {
			this.central.close();
			this.central = null;
		}
	}

	private ConfigurableApplicationContext centre() {
		ConfigurableApplicationContext running = this.central;
		if (running == null) {
			PGSimpleDataSource own = (PGSimpleDataSource) this.centre.dataSource();
			running = new SpringApplicationBuilder(Centre.class)
				.properties("spring.application.name=centre", "spring.datasource.url=" + own.getUrl(),
						"spring.datasource.username=" + own.getUser(), "server.port=0", "audit.web.enabled=true",
						"audit.security.enabled=false", "audit.checkpoint.private-key=" + Ed25519Signer.newPem(),
						"audit.checkpoint.memory=" + this.directory.resolve("centre-memory"),
						"audit.receive.sources.orders.url=" + this.url,
						"audit.receive.sources.orders.username=postgres", "audit.receive.sources.orders.chains=orders",
						"audit.receive.interval=100ms", "audit.receive.max-silence=1s", "spring.main.banner-mode=off")
				.run();
			this.central = running;
		}
		return running;
	}

	/** A service that records what it is told to. */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Service {

	}

	/** Shows its trail to an auditor. */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Centre {

		/** Only finds them: a store of passwords would hash them at the first sign-in. */
		@Bean
		UserDetailsService users() {
			UserDetailsService users = new InMemoryUserDetailsManager(
					User.withUsername("carol").password("{noop}carol-secret").roles("AUDITOR").build());
			return users::loadUserByUsername;
		}

	}

	private void record(String action, int times) {
		AuditRecorder recorder = this.service.getBean(AuditRecorder.class);
		for (int i = 0; i < times; i++) {
			recorder.record(AuditRecord.action(action).target("Order", i).build());
		}
	}

	private static void await(ThrowingRunnable becomesTrue) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(90))
			.pollInterval(Duration.ofMillis(50))
			.untilAsserted(becomesTrue);
	}

	private void awaitTheSame(int entries) {
		await(() -> assertThat(count(this.source)).isEqualTo(entries));
		await(() -> assertThat(count(this.centre)).isEqualTo(entries));
		assertThat(ReceivingLab.content(this.centre)).isEqualTo(ReceivingLab.content(this.source));
	}

	private static long count(LedgerDatabase database) {
		return Long
			.parseLong(ReceivingLab.query(database, "select count(*) from audit.audit_log where chain = 'orders'"));
	}

	private JsonNode ask(String path) {
		return Visitor.anonymous(centre()).as("carol").json(path);
	}

	private Status health() {
		return centre().getBean("auditReceiveHealthIndicator", HealthIndicator.class).health().getStatus();
	}

	@Test
	void theCentreShowsWhatTheServiceDid() {
		centre();
		record("order.pay", 5);
		awaitTheSame(5);
		List<String> hashes = new ArrayList<>();
		JsonNode page = ask("/audit/api/entries?action=order.pay&chain=orders");
		page.get("entries").forEach((entry) -> {
			assertThat(entry.get("chain").stringValue()).isEqualTo("orders");
			assertThat(entry.get("service").stringValue()).isEqualTo("orders");
			hashes.add(0, entry.get("hash").stringValue());
		});
		assertThat(String.join(" ", hashes)).isEqualTo(ReceivingLab.query(this.source, """
				select string_agg(encode(hash, 'hex'), ' ' order by seq) from audit.audit_log where chain = 'orders'
				"""));
		String id = page.get("entries").get(0).get("id").stringValue();
		assertThat(ask("/audit/api/entries/" + id).get("chain").stringValue()).isEqualTo("orders");
		assertThat(ask("/audit/api/targets/Order/3").get("entries")).hasSize(1);
		JsonNode verification = ask("/audit/api/verification");
		assertThat(verification.get("valid").booleanValue()).as(verification.toString()).isTrue();
		assertThat(verification.get("chains").findValuesAsString("chain")).contains("orders", "local", "main");
	}

	@Test
	void aServerThatWasAwayIsCaughtUpWith() throws IOException {
		centre();
		record("order.pay", 3);
		awaitTheSame(3);
		int port = server.getPort();
		server.close();
		await(() -> assertThat(health()).isEqualTo(Status.OUT_OF_SERVICE));
		assertThat(ask("/audit/api/entries?action=order.pay").get("entries")).hasSize(3);
		server = server(port);
		await(() -> assertThat(health()).isEqualTo(Status.UP));
		record("order.refund", 4);
		awaitTheSame(7);
	}

	@Test
	void aReceiverThatDiesInBetweenLosesNothingAndDoublesNothing() {
		assertLosesNothingAndDoublesNothing(600, 2);
	}

	@Test
	@Tag("thorough")
	void aReceiverThatDiesManyTimesLosesNothingAndDoublesNothing() {
		assertLosesNothingAndDoublesNothing(2500, 5);
	}

	private void assertLosesNothingAndDoublesNothing(int entries, int deaths) {
		record("order.pay", entries);
		await(() -> assertThat(count(this.source)).isEqualTo(entries));
		for (int death = 0; death < deaths; death++) {
			centre();
			this.centre.execute("""
					select pg_terminate_backend(pid) from pg_stat_activity
					where datname = current_database() and pid <> pg_backend_pid()
					""");
			record("order.pay", 20);
			stopTheCentre();
		}
		centre();
		awaitTheSame(entries + 20 * deaths);
		assertThat(ask("/audit/api/verification").get("valid").booleanValue()).isTrue();
	}

}
