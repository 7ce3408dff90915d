/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.archive;

import java.io.BufferedReader;
import java.io.StringReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import io.auditspring.AuditAccess;
import io.auditspring.AuditAccessPolicy;
import io.auditspring.TenantResolver;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.verify.SelectionVerification;
import io.auditspring.ledger.verify.SelectionVerifier;
import io.auditspring.retention.Retention;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an application with an archive answers over HTTP.
 */
class ArchivedApiTests {

	private static final String KEY = Ed25519Signer.newPem();

	@TempDir
	Path directory;

	@TempDir
	Path memory;

	/**
	 * An application whose readers see everything, but for those of a tenant.
	 */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Application {

		@Bean
		AuditAccessPolicy everything() {
			return (reader) -> (tenant() != null) ? AuditAccess.all() : AuditAccess.all().withAllTenants();
		}

		@Bean
		TenantResolver tenants() {
			return Application::tenant;
		}

		private static @Nullable String tenant() {
			return (RequestContextHolder.getRequestAttributes() instanceof ServletRequestAttributes attributes)
					? attributes.getRequest().getHeader("X-Tenant") : null;
		}

	}

	private ConfigurableApplicationContext start(ArchivedLedger ledger) {
		return new SpringApplicationBuilder(Application.class)
			.initializers((context) -> context.getBeanFactory().registerSingleton("dataSource", ledger.dataSource()))
			.properties("server.port=0", "spring.main.banner-mode=off", "audit.web.enabled=true",
					"audit.flyway.enabled=false", "audit.checkpoint.origin=example.com/audit",
					"audit.checkpoint.key-name=example.com/audit", "audit.checkpoint.private-key=" + KEY,
					"audit.checkpoint.memory=" + this.memory, "audit.retention.period=P2Y",
					"audit.retention.action=archive", "audit.archive.read=true",
					"audit.archive.directory=" + this.directory)
			.run();
	}

	private static String get(ConfigurableApplicationContext application, String path) throws Exception {
		return answer(application, path).body();
	}

	/** What the answer says of the archive. */
	private static String archived(ConfigurableApplicationContext application, String path) throws Exception {
		return answer(application, path).headers().firstValue("Audit-Archived").orElse("nothing");
	}

	private static HttpResponse<String> answer(ConfigurableApplicationContext application, String path)
			throws Exception {
		URI uri = URI
			.create("http://localhost:" + application.getEnvironment().getProperty("local.server.port") + path);
		HttpResponse<String> answer = HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
		assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
		return answer;
	}

	/** What the answer to somebody of a tenant says of the archive. */
	private static Optional<String> toldToTenant(ConfigurableApplicationContext application, String path)
			throws Exception {
		URI uri = URI
			.create("http://localhost:" + application.getEnvironment().getProperty("local.server.port") + path);
		HttpResponse<Void> answer = HttpClient.newHttpClient()
			.send(HttpRequest.newBuilder(uri).header("X-Tenant", "initech").build(),
					HttpResponse.BodyHandlers.discarding());
		assertThat(answer.statusCode()).isEqualTo(200);
		return answer.headers().firstValue("Audit-Archived");
	}

	private static JsonNode json(ConfigurableApplicationContext application, String path) throws Exception {
		return JsonMapper.shared().readTree(get(application, path));
	}

	@Test
	void whichPeriodIsArchivedIsToldAndItsEntriesAreGivenAndExportedWithTheirProofs() throws Exception {
		ArchivedLedger ledger = ArchivedLedger.create(new DirectoryArchiveStore(this.directory), KEY, this.memory);
		SampleChain samples = new SampleChain("main", 5);
		ledger.appendAt(Instant.parse("2019-01-01T00:00:00Z"), "main", samples.unplaced(20));
		ledger.appendAt(Instant.parse("2019-01-31T00:00:00Z"), "main", samples.unplaced(5));
		ledger.appendAt(Instant.parse("2026-11-01T00:00:00Z"), "main", samples.unplaced(7));
		try (ConfigurableApplicationContext application = start(ledger)) {
			assertThat(json(application, "/audit/api/ledger").has("archived")).isFalse();
			assertThat(archived(application, "/audit/api/entries")).isEqualTo("nothing");
			assertThat(json(application, "/audit/api/suggestions?attribute=action").get("complete").asBoolean())
				.isTrue();
			application.getBean(Retention.class).apply();
			JsonNode archived = json(application, "/audit/api/ledger").get("archived");
			assertThat(archived.get("from").asString()).isEqualTo("2019-01-01T00:00:00Z");
			assertThat(archived.get("to").asString()).isEqualTo("2019-01-31T00:00:00Z");
			JsonNode page = json(application, "/audit/api/entries?chain=main&to=2020-01-01T00:00:00Z&limit=100");
			assertThat(page.get("entries")).hasSize(25);
			assertThat(archived(application, "/audit/api/entries?chain=main&limit=100"))
				.isEqualTo("2019-01-01T00:00:00Z/2019-01-31T00:00:00Z");
			assertThat(archived(application, "/audit/api/entries?chain=main&limit=5")).isEqualTo("nothing");
			assertThat(archived(application, "/audit/api/entries?chain=main&to=2026-11-10T00:00:00Z&limit=10"))
				.startsWith("2019-01-01");
			assertThat(archived(application, "/audit/api/entries?chain=main&order=asc&limit=1"))
				.startsWith("2019-01-01");
			assertThat(archived(application, "/audit/api/entries?from=2019-01-30T00:00:00Z&to=2026-11-10T00:00:00Z"))
				.isEqualTo("2019-01-30T00:00:00Z/2019-01-31T00:00:00Z");
			assertThat(archived(application, "/audit/api/entries?from=2020-01-01T00:00:00Z")).isEqualTo("nothing");
			for (String path : List.of("entries?chain=main&limit=100", "entries/count", "facets", "statistics",
					"export?format=ecs")) {
				assertThat(toldToTenant(application, "/audit/api/" + path)).as(path).isEmpty();
			}
			for (String counted : List.of("entries/count", "facets", "statistics")) {
				assertThat(archived(application, "/audit/api/" + counted)).as(counted).startsWith("2019-01-01");
				assertThat(archived(application, "/audit/api/" + counted + "?from=2020-01-01T00:00:00Z")).as(counted)
					.isEqualTo("nothing");
			}
			assertThat(json(application, "/audit/api/suggestions?attribute=action").get("complete").asBoolean())
				.isFalse();
			String exported = "/audit/api/export?format=ndjson&chain=main";
			assertThat(archived(application, exported + "&to=2026-11-10T00:00:00Z"))
				.isEqualTo("2019-01-01T00:00:00Z/2019-01-31T00:00:00Z");
			assertThat(archived(application, exported + "&from=2020-01-01T00:00:00Z")).isEqualTo("nothing");
			assertThat(archived(application, exported)).as("a whole chain is that of the database")
				.isEqualTo("nothing");
			String export = get(application, "/audit/api/export?format=ndjson&chain=main&to=2026-11-10T00:00:00Z");
			SelectionVerification verified = new SelectionVerifier(ledger.evidence())
				.verify(new BufferedReader(new StringReader(export)));
			assertThat(verified.problems()).isEmpty();
			assertThat(verified.entries()).isEqualTo(32);
			assertThat(verified.proved()).isEqualTo(32);
		}
	}

	/**
	 * As many entries as are looked at for one page, behind those of the archive, and
	 * before and behind them more than there is room for. They are no ledger that
	 * verifies.
	 */
	private static final String MANY = """
			alter table audit.audit_log disable trigger user;
			insert into audit.audit_log (chain, seq, id, recorded_at, occurred_at, operation_id, actor_type, actor_id,
				action, severity, outcome, message, metadata, hash_version, salt, prev_hash, hash)
			select 'filled', g, gen_random_uuid(), timestamptz '2026-11-05T00:00:00Z' + g * interval '1 second',
				timestamptz '2026-11-05T00:00:00Z', gen_random_uuid(), 'user', 'jane', 'order.pay', 'info', 'success',
				null, case when g not between 12 and 100111
					then jsonb_build_object('mark', 'long', 'text', repeat('x', 900000)) end,
				1, sha256(int8send(g)), sha256(int8send(g)), sha256(int8send(g + 1))
			from generate_series(0, 100123) as g
			""";

	@Test
	void nothingIsLostWhereAPageEndsForWantOfRoomAndOfTime() throws Exception {
		ArchivedLedger ledger = ArchivedLedger.create(new DirectoryArchiveStore(this.directory), KEY, this.memory);
		SampleChain samples = new SampleChain("main", 5);
		ledger.appendAt(Instant.parse("2019-01-01T00:00:00Z"), "main", samples.unplaced(20));
		ledger.appendAt(Instant.parse("2026-11-01T00:00:00Z"), "main", samples.unplaced(7));
		try (ConfigurableApplicationContext application = start(ledger)) {
			application.getBean(Retention.class).apply();
			ledger.execute(MANY);
			for (String order : List.of("desc", "asc")) {
				String found = "/audit/api/entries?metadata=mark:long&limit=100&order=" + order;
				List<String> ids = new ArrayList<>();
				JsonNode page = json(application, found);
				boolean early = page.has("lookedUntil");
				while (true) {
					page.get("entries").forEach((entry) -> ids.add(entry.get("id").asString()));
					if (page.get("next").isNull()) {
						break;
					}
					page = json(application, found + "&cursor=" + page.get("next").asString());
					early = early || page.has("lookedUntil");
				}
				assertThat(early).isTrue();
				assertThat(String.join(",", ids)).isEqualTo(ledger.query("""
						select string_agg(id::text, ',' order by seq %s)
						from audit.audit_log
						where chain = 'filled' and metadata is not null
						""".formatted(order)));
				assertThat(ids).hasSize(24);
			}
		}
	}

}
