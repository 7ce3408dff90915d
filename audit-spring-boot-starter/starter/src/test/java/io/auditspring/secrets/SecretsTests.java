package io.auditspring.secrets;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

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
import io.auditspring.secrets.Keyring.Smith;
import io.auditspring.secrets.Vault.Drawer;
import io.auditspring.secrets.Vault.Note;
import io.auditspring.secrets.Vault.Place;
import io.auditspring.secrets.Vault.SealedText;
import io.auditspring.shop.ShopConfiguration;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import jakarta.persistence.EntityManager;
import jakarta.servlet.http.Cookie;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.awaitility.Awaitility;
import org.hibernate.Hibernate;
import org.hibernate.jpa.boot.internal.EntityManagerFactoryBuilderImpl;
import org.hibernate.jpa.boot.spi.TypeContributorList;
import org.hibernate.proxy.HibernateProxy;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.hibernate.autoconfigure.HibernatePropertiesCustomizer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.dao.DataAccessException;
import org.springframework.data.domain.AuditorAware;
import org.springframework.http.HttpEntity;
import org.springframework.http.HttpHeaders;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpSession;
import org.springframework.validation.BindException;
import org.springframework.web.context.request.RequestContextHolder;
import org.springframework.web.context.request.ServletRequestAttributes;
import org.springframework.web.util.UriUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

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
		((Logger) LoggerFactory.getLogger("io.auditspring")).setLevel(Level.TRACE);
		LOG.start();
		((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).addAppender(LOG);
	}

	@AfterContainer
	static void stop() {
		((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).detachAppender(LOG);
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
		String own = secret + unique + MARK;
		RequestContextHolder.setRequestAttributes(new ServletRequestAttributes(request(own)));
		try {
			bring(own, unique);
		}
		finally {
			RequestContextHolder.resetRequestAttributes();
		}
		expectNoSecret();
	}

	private static MockHttpServletRequest request(String own) {
		String path = UriUtils.encodePathSegment(own, StandardCharsets.UTF_8);
		MockHttpServletRequest request = new MockHttpServletRequest("POST", "/tokens/" + path + ";jsessionid=" + path);
		request.setQueryString("token=" + path);
		request.addParameter("token", own);
		request.addParameter("name", own);
		request.addHeader("Authorization", "Bearer " + own);
		request.addHeader("User-Agent", "shop/1.0 (token=" + MARK + "; api_key: '" + MARK + "')");
		request.addHeader("Referer", "https://shop.example/?token=" + path);
		request.setCookies(new Cookie("session", MARK));
		request.setSession(new MockHttpSession(null, own));
		return request;
	}

	private static void bring(String own, int unique) throws Exception {
		VaultDesk desk = context.getBean(VaultDesk.class);
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
		desk.fill(new Drawer(unique, own), own + "-changed");
		post(desk, own, vault.note);
		desk.wear(new Locket(own, own, new Nook(own, "Kiel"), new ArrayList<>()), Keepsakes.letter(own),
				Keepsakes.oath(own));
		desk.adorn(Trinket.of(own), Trinket.missive(own).build(), Trinket.missive(own), Trinket.doubly(own),
				new Trinket.Fluent(own));
		assertThatIllegalStateException()
			.isThrownBy(() -> desk.drop(Trinket.missive(own), Trinket.doubly(own), new Trinket.Fluent(own)));
		desk.later(CompletableFuture.completedFuture(vault)).get();
		desk.look(own);
		record(context.getBean(AuditRecorder.class), new Note("open", own, Map.of("token", own), List.of(place)), place,
				own);
		desk.close(vault);
	}

	private static void post(VaultDesk desk, String own, Note note) {
		HttpHeaders headers = new HttpHeaders();
		headers.setBearerAuth(own);
		headers.add("Cookie", own);
		Properties properties = new Properties();
		properties.setProperty("password", own);
		desk.post(headers,
				JsonMapper.shared().valueToTree(Map.of("token", own, "list", List.of(Map.of("password", own)))),
				properties, List.of(Map.entry("token", own)), new Object[][] { { note } },
				Map.of(VaultDesk.Kind.PASSWORD, own), new HttpEntity<>(note, headers));
		String body = JsonMapper.shared().writeValueAsString(Map.of("password", own, "tokens", List.of(own, own)));
		desk.hook(body);
		desk.hook(JsonMapper.shared().writeValueAsString(List.of(Map.of("body", body))));
	}

	@Example
	void norIsOneOfAnIdentifierOrAColumnThatHasParts() {
		String mark = "H1DD3N";
		VaultDesk desk = context.getBean(VaultDesk.class);
		Chest chest = Chest.of(mark, 1);
		desk.lock(chest, mark + "-changed");
		desk.burn(chest.id());
		assertThatIllegalStateException().isThrownBy(() -> desk.curse(() -> mark));
		Awaitility.await()
			.atMost(Duration.ofSeconds(90))
			.pollInterval(Duration.ofMillis(5))
			.until(() -> log.staged() == 0);
		assertThat(log.jdbc().queryForList("select t::text from audit.audit_log t", String.class))
			.anyMatch((entry) -> entry.contains("VaultDesk.burn"))
			.noneMatch((entry) -> entry.contains(mark));
	}

	@Example
	void norIsOneOfWhatAProxyStandsFor() {
		String mark = "V31L3D";
		VaultDesk desk = context.getBean(VaultDesk.class);
		desk.open(Keyring.of(mark));
		Keyring loaded = desk.ring(1, true);
		assertThat(loaded.smith).isInstanceOf(HibernateProxy.class);
		assertThatIllegalStateException().isThrownBy(() -> desk.copy(loaded, loaded.smith.getPasswordHash()))
			.withMessageContaining(mark);
		assertThatIllegalStateException().isThrownBy(() -> desk.copy(loaded.smith, loaded.smith.getPasswordHash()));
		ProxyFactory advised = new ProxyFactory(new Smith(mark));
		advised.setProxyTargetClass(true);
		assertThatIllegalStateException().isThrownBy(() -> desk.copy(advised.getProxy(), mark));
		Keyring lazy = desk.ring(1, false);
		assertThatIllegalStateException().isThrownBy(() -> desk.copy(lazy, "nothing"));
		assertThat(Hibernate.isInitialized(lazy.smith)).isFalse();
		desk.polish(loaded);
		Awaitility.await()
			.atMost(Duration.ofSeconds(90))
			.pollInterval(Duration.ofMillis(5))
			.until(() -> log.staged() == 0);
		assertThat(log.jdbc().queryForList("select t::text from audit.audit_log t", String.class))
			.anyMatch((entry) -> entry.contains("VaultDesk.polish"))
			.anyMatch((entry) -> entry.contains("No copy: nothing"))
			.noneMatch((entry) -> entry.contains(mark));
	}

	@Example
	void norInTheFilesThatAreLeftWithoutADatabase() throws IOException {
		Path directory = Files.createTempDirectory("spool");
		Gate gate = new Gate();
		try (ConfigurableApplicationContext application = new SpringApplicationBuilder(Host.class)
			.initializers((context) -> ((GenericApplicationContext) context).registerBean(Gate.class, () -> gate))
			.web(WebApplicationType.NONE)
			.properties("spring.jpa.hibernate.ddl-auto=create", "spring.main.banner-mode=off", "audit.delivery=async",
					"audit.spool.directory=" + directory)
			.run()) {
			AuditRecorder recorder = application.getBean(AuditRecorder.class);
			gate.shut = true;
			application.getBean(HikariDataSource.class).getHikariPoolMXBean().softEvictConnections();
			record(recorder, new Note("open", MARK, Map.of("token", MARK), List.of()), new Place(MARK, "Bonn"), MARK);
		}
		try (Stream<Path> all = Files.walk(directory)) {
			List<Path> files = all.filter(Files::isRegularFile).toList();
			assertThat(files).isNotEmpty();
			for (Path file : files) {
				String kept = Files.readString(file, StandardCharsets.ISO_8859_1);
				assertThat(kept).contains("recorded");
				expectNoSecret(kept);
			}
		}
	}

	private static void record(AuditRecorder recorder, Note note, Place place, String own) {
		for (String action : new String[] { "recorded", "quarantined" }) {
			recorder.record(AuditRecord.action(action)
				.target("Vault", own)
				.related(Vault.class.getName(), own)
				.metadata("note", note)
				.metadata("optional", Optional.of(note))
				.metadata("list", new Object[] { note, List.of(place) })
				.metadata("map", Map.of(place, note))
				.metadata("password", place)
				.build());
		}
	}

	private static void expectNoSecret() {
		Awaitility.await()
			.atMost(Duration.ofSeconds(90))
			.pollInterval(Duration.ofMillis(5))
			.until(() -> log.staged() == 0);
		JdbcTemplate jdbc = log.jdbc();
		List<String> tables = jdbc.queryForList(
				"select tablename from pg_tables where schemaname = 'audit' order by tablename", String.class);
		assertThat(tables).contains("audit_log", "audit_quarantine");
		assertThat(jdbc.queryForObject("select count(*) from audit.audit_quarantine", Long.class)).isPositive();
		for (String table : tables) {
			jdbc.queryForList("select t::text from audit." + table + " t", String.class)
				.forEach(SecretsTests::expectNoSecret);
		}
		context.getBean(MeterRegistry.class).getMeters().forEach((meter) -> expectNoSecret(meter.getId().toString()));
		// Hibernate itself logs what the driver says, values included.
		List.copyOf(LOG.list)
			.stream()
			.filter((event) -> !event.getLoggerName().startsWith("org.hibernate."))
			.forEach((event) -> {
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
		HikariDataSource dataSource(ObjectProvider<Gate> gate) {
			HikariDataSource pool = ShopConfiguration
				.pool(new GatedDataSource(TestDatabase.migrated(), gate.getIfAvailable(Gate::new)));
			if (gate.getIfAvailable() != null) {
				// Nobody shall wait long once it is shut.
				pool.setConnectionTimeout(2_000);
			}
			return pool;
		}

		@Bean
		HibernatePropertiesCustomizer types() {
			TypeContributorList types = () -> List
				.of((contributions, registry) -> contributions.contributeJdbcType(new SealedText()));
			return (properties) -> properties.put(EntityManagerFactoryBuilderImpl.TYPE_CONTRIBUTORS, types);
		}

		@Bean
		SimpleMeterRegistry meters() {
			return new SimpleMeterRegistry();
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

	/**
	 * Whether there is a database.
	 */
	static final class Gate {

		private volatile boolean shut;

	}

	private static final class GatedDataSource extends DelegatingDataSource {

		private final Gate gate;

		GatedDataSource(DataSource database, Gate gate) {
			super(database);
			this.gate = gate;
		}

		@Override
		public Connection getConnection() throws SQLException {
			if (this.gate.shut) {
				throw new SQLException("Gone", "08006");
			}
			return super.getConnection();
		}

	}

}
