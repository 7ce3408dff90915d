package io.auditspring.web;

import java.net.http.HttpResponse;
import java.util.List;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.voucher.Voucher;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whoever looks for a thing by a secret that it is known by leaves that secret nowhere.
 */
class SecretSearchTests {

	private static final String CODE = "S3CR3T-4711";

	private static ConfigurableApplicationContext context;

	private static AuditLog log;

	private final Visitor carol = Visitor.anonymous(context).as("carol");

	@BeforeAll
	static void start() {
		context = WebFixture.application(Vouchers.class)
			.properties("spring.jpa.hibernate.ddl-auto=create", "audit.security.enabled=true")
			.run();
		log = new AuditLog(context.getBean(DataSource.class));
		context.getBean(AuditRecorder.class)
			.record(AuditRecord.action("voucher.spend").target("Voucher", CODE).related("Order", 42).build());
		log.settled();
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	static Stream<String> finding() {
		return Stream.of("entries?targetType=Voucher&targetId=" + CODE, "entries?target=Voucher:" + CODE,
				"targets/Voucher/" + CODE);
	}

	@ParameterizedTest
	@MethodSource("finding")
	void itIsFoundByIt(String path) {
		assertThat(this.carol.actions("/audit/api/" + path)).containsExactly("voucher.spend");
		expectNoSecret();
	}

	static Stream<String> paths() {
		return Stream.concat(finding(),
				Stream.of("entries?-target=Voucher:" + CODE, "entries?related=Voucher:" + CODE,
						"entries?-related=Voucher:" + CODE, "entries?targetId=" + CODE, "entries?-targetId=" + CODE,
						"entries?targetType=Vouch*&targetId=" + CODE, "entries?targetType=*cher&-targetId=" + CODE,
						"entries?targetType=Voucher&targetId=S3CR3T*", "entries?targetType=Voucher&targetId=*CR3T-4711",
						"entries?target=Vouch*:" + CODE, "entries?target=Voucher:S3CR3T*",
						"entries?-targetType=Order&targetId=" + CODE, "entries?targetId=S3CR3T*",
						"entries?targetType=Order&targetType=Voucher&targetId=" + CODE,
						"entries?target=Order:42&target=Voucher:" + CODE,
						"entries?targetType=io.auditspring.voucher.Voucher&targetId=" + CODE,
						"entries?metadata=token:" + CODE, "entries?-metadata=card.pin:" + CODE,
						"entries?q=password%3D" + CODE, "entries/count?target=Voucher:" + CODE,
						"facets?target=Voucher:" + CODE, "statistics?target=Voucher:" + CODE,
						"targets/Voucher/" + CODE + "/state", "state?targetType=Voucher&targetId=" + CODE,
						"export?format=csv&target=Voucher:" + CODE, "export?format=ndjson&targetId=" + CODE));
	}

	@ParameterizedTest
	@MethodSource("paths")
	void itIsNowhere(String path) {
		assertThat(this.carol.status("/audit/api/" + path)).isIn(200, 404);
		assertThat(this.carol.status("/audit/embed/targets/Voucher/" + CODE)).isEqualTo(200);
		expectNoSecret();
	}

	/** The address is all that a refusal has. */
	@Test
	void norIsItWhereWhoLooksIsRefused() {
		for (String path : List.of("api/targets/Voucher/" + CODE, "api/targets/Voucher/" + CODE + "/state",
				"embed/targets/Voucher/" + CODE, "api/state?targetType=Voucher&targetId=" + CODE)) {
			int before = log.settled();
			assertThat(this.carol.with("X-Refused", "yes").status("/audit/" + path)).isEqualTo(403);
			log.await(before + 1);
			assertThat(log.jdbc()
				.queryForObject("select action from audit.audit_log order by seq desc limit 1", String.class))
				.isEqualTo("access.denied");
			expectNoSecret();
		}
	}

	/** The file is handed on. */
	@Test
	void anExportSaysWhatWasLookedForWithoutIt() {
		for (String filter : List.of("target=Voucher:", "targetType=Voucher&targetId=")) {
			HttpResponse<String> export = this.carol.get("/audit/api/export?format=ndjson&" + filter + CODE);
			assertThat(export.body()).contains("voucher.spend", "all entries, target", "hmac:").doesNotContain(CODE);
			assertThat(export.headers().map().toString()).doesNotContain(CODE);
		}
	}

	/** What has no secret is told as it was asked for. */
	@Test
	void whatElseIsLookedForIsTold() {
		this.carol.get("/audit/api/entries?targetType=Order&targetId=42&q=paid&metadata=amount:7&limit=3");
		log.settled();
		assertThat(log.jdbc()
			.queryForObject("select metadata::text from audit.audit_log where metadata::text like '%amount%'",
					String.class))
			.contains("\"targetId\": \"42\"", "\"q\": \"paid\"", "\"metadata\": \"amount:7\"");
	}

	private static void expectNoSecret() {
		log.settled();
		for (String table : log.jdbc()
			.queryForList("select tablename from pg_tables where schemaname = 'audit'", String.class)) {
			assertThat(log.jdbc().queryForList("select t::text from audit." + table + " t", String.class))
				.noneMatch((row) -> row.contains("CR3T"));
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EntityScan(basePackageClasses = Voucher.class)
	static class Vouchers {

		@Bean
		@Order(1)
		SecurityFilterChain refusing(HttpSecurity http) {
			return http.securityMatcher((request) -> request.getHeader("X-Refused") != null)
				.authorizeHttpRequests((requests) -> requests.anyRequest().denyAll())
				.httpBasic(Customizer.withDefaults())
				.build();
		}

	}

}
