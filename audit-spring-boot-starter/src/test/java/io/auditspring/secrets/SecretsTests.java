package io.auditspring.secrets;

import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import javax.sql.DataSource;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import com.zaxxer.hikari.HikariDataSource;
import io.auditspring.AuditLog;
import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.TestDatabase;
import io.auditspring.secrets.Vault.Note;
import io.auditspring.secrets.Vault.Place;
import io.auditspring.shop.ShopConfiguration;
import jakarta.persistence.EntityManager;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.awaitility.Awaitility;
import org.slf4j.LoggerFactory;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.dao.DataAccessException;
import org.springframework.data.domain.AuditorAware;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.validation.BindException;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Secrets go in by every way that there is, and are nowhere in the trail and its log.
 */
class SecretsTests {

	private static final String MARK = "S3CR3T";

	private static final String NUMBER = "918273645918273645";

	private static final ListAppender<ILoggingEvent> LOG = new ListAppender<>();

	private static ConfigurableApplicationContext context;

	private static AuditLog log;

	@BeforeContainer
	static void start() {
		context = new SpringApplicationBuilder(Host.class).web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off",
					"audit.relay.poll-interval=20ms", "audit.capture.arguments=true", "audit.capture.result=true")
			.run();
		log = new AuditLog(context.getBean(DataSource.class));
		log.jdbc()
			.execute("alter table audit.audit_log add constraint refused check (action <> 'quarantined') not valid");
		Logger logger = (Logger) LoggerFactory.getLogger("io.auditspring");
		logger.setLevel(Level.TRACE);
		LOG.start();
		logger.addAppender(LOG);
	}

	@AfterContainer
	static void stop() {
		((Logger) LoggerFactory.getLogger("io.auditspring")).detachAppender(LOG);
		context.close();
	}

	@Provide
	Arbitrary<String> secrets() {
		return Arbitraries.strings()
			.withChars("abcXYZ019 -_.:=\"'\\{}[]()<>&%äß€")
			.ofMinLength(4)
			.ofMaxLength(30)
			.map((text) -> MARK + text + MARK);
	}

	@Property(tries = 20, shrinking = ShrinkingMode.OFF)
	void noSecretIsInTheTrailOrItsLog(@ForAll("secrets") String secret, @ForAll int unique) throws Exception {
		VaultDesk desk = context.getBean(VaultDesk.class);
		String own = secret + unique + MARK;
		Vault vault = desk.open(Vault.of(own, Long.parseLong(NUMBER)));
		assertThatExceptionOfType(DataAccessException.class).isThrownBy(() -> {
			Vault twin = Vault.of(own, Long.parseLong(NUMBER));
			twin.code = own + "-twin";
			desk.open(twin);
		});
		desk.change(vault, own + "-changed");
		Place place = new Place(own, "Bonn");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> desk.refuse(Map.of(place, vault.note), List.of(place, vault, vault.note), place, own));
		assertThatExceptionOfType(BindException.class).isThrownBy(() -> desk.reject(place));
		desk.tell(own);
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> desk.miss(() -> own + "-missing"));
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> desk.cast(() -> own));
		record(new Note("open", own, Map.of("token", own), List.of(place)), place);
		desk.close(vault);
		expectNoSecret();
	}

	private static void record(Note note, Place place) {
		AuditRecorder recorder = context.getBean(AuditRecorder.class);
		for (String action : new String[] { "recorded", "quarantined" }) {
			recorder.record(AuditRecord.action(action)
				.metadata("note", note)
				.metadata("optional", Optional.of(note))
				.metadata("list", new Object[] { note, List.of(place) })
				.metadata("map", Map.of(place, note))
				.metadata("password", place)
				.build());
		}
	}

	private static void expectNoSecret() {
		Awaitility.await().pollInterval(Duration.ofMillis(5)).until(() -> log.staged() == 0);
		JdbcTemplate jdbc = log.jdbc();
		List<String> tables = jdbc.queryForList(
				"select tablename from pg_tables where schemaname = 'audit' order by tablename", String.class);
		assertThat(tables).contains("audit_log", "audit_quarantine");
		assertThat(jdbc.queryForObject("select count(*) from audit.audit_quarantine", Long.class)).isPositive();
		for (String table : tables) {
			jdbc.queryForList("select t::text from audit." + table + " t", String.class)
				.forEach(SecretsTests::expectNoSecret);
		}
		List.copyOf(LOG.list).forEach((event) -> {
			expectNoSecret(event.getFormattedMessage());
			if (event.getThrowableProxy() != null) {
				expectNoSecret(ThrowableProxyUtil.asString(event.getThrowableProxy()));
			}
		});
	}

	private static void expectNoSecret(String text) {
		assertThat(text).doesNotContain(MARK)
			.doesNotContain(HexFormat.of().formatHex(MARK.getBytes()))
			.doesNotContain(NUMBER);
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Host {

		@Bean
		HikariDataSource dataSource() {
			return ShopConfiguration.pool(TestDatabase.newDatabase());
		}

		@Bean
		VaultDesk desk(EntityManager entityManager) {
			return new VaultDesk(entityManager);
		}

		@Bean
		AuditorAware<Vault> auditor() {
			return () -> Optional.of(Vault.of(MARK, 1));
		}

	}

}
