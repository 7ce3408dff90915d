/*
 * Copyright 2026 the authors
 * SPDX-License-Identifier: Apache-2.0
 */
package io.auditspring.kafka;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.Predicate;

import javax.sql.DataSource;

import io.auditspring.AuditRecord;
import io.auditspring.AuditRecorder;
import io.auditspring.TestDatabase;
import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.auditspring.query.AuditTrail;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;
import org.awaitility.core.ThrowingRunnable;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.data.jpa.autoconfigure.DataJpaRepositoriesAutoConfiguration;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Kafka, a central application, and services, each with a database of its own. Unless
 * others are given, there is one broker, in this JVM.
 */
final class Carriers implements AutoCloseable {

	static final int PARTITIONS = 2;

	private static int used;

	private final String suffix = "-" + used++;

	private final Path directory;

	private final String servers;

	private final int replication;

	private final String centrePem = Ed25519Signer.newPem();

	private final Map<String, Service> services = new HashMap<>();

	private final Function<String, DataSource> databases;

	final DataSource centreDatabase;

	private @Nullable ConfigurableApplicationContext centre;

	Carriers(Path directory) {
		this(directory, BrokerHere.INSTANCE.getBrokersAsString(), 1, (name) -> TestDatabase.migrated());
	}

	/**
	 * Creates them.
	 * @param directory where applications keep what they remember
	 * @param servers where Kafka is
	 * @param replication how many brokers have each record
	 * @param databases gives the database of an application
	 */
	Carriers(Path directory, String servers, int replication, Function<String, DataSource> databases) {
		this.directory = directory;
		this.servers = servers;
		this.replication = replication;
		this.databases = databases;
		this.centreDatabase = databases.apply("centre");
	}

	String entriesTopic() {
		return "audit.entries" + this.suffix;
	}

	String receiptsTopic() {
		return "audit.receipts" + this.suffix;
	}

	/** An application with Kafka and a ledger, and nothing else. */
	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration(
			exclude = { HibernateJpaAutoConfiguration.class, DataJpaRepositoriesAutoConfiguration.class })
	static class Application {

	}

	ConfigurableApplicationContext centre() {
		ConfigurableApplicationContext running = this.centre;
		if (running == null) {
			running = run("centre", this.centreDatabase, receiving());
			this.centre = running;
		}
		return running;
	}

	void stopTheCentre() {
		if (this.centre != null) {
			this.centre.close();
			this.centre = null;
		}
	}

	/** The database of the centre has its tables and roles, and nobody receives yet. */
	void prepareTheCentre() {
		new LedgerMigrations().run(this.centreDatabase);
		applyRoles(this.centreDatabase);
	}

	Service service(String name) {
		Service service = new Service(name, this.directory.resolve(name), this.databases.apply(name));
		this.services.put(name, service);
		return service;
	}

	/** Register the chain of a service that has written an entry. */
	void register(Service service) {
		new JdbcTemplate(this.centreDatabase)
			.execute("select audit.audit_receive_chain('%s', '%s', '%s', '%s')".formatted(service.name,
					service.query("select ledger_id from audit.audit_chain where name = '%s'".formatted(service.name)),
					service.name, key(service.name, service.pem)));
	}

	static String key(String name, String pem) {
		return VerifierKey.of(Ed25519Signer.ofPem(name, pem)).toString();
	}

	Map<String, String> publishing() {
		return Map.of("audit.kafka.publish.enabled", "true", "audit.retention.centre-keys",
				key("centre", this.centrePem));
	}

	ConfigurableApplicationContext run(String name, DataSource database, Map<String, String> further) {
		return new SpringApplicationBuilder(Application.class).web(WebApplicationType.NONE)
			.properties(properties(name, database, further).toArray(String[]::new))
			.run();
	}

	private List<String> properties(String name, DataSource database, Map<String, String> further) {
		return properties(name, name, database, further);
	}

	private List<String> properties(String name, String instance, DataSource database, Map<String, String> further) {
		PGSimpleDataSource own = (PGSimpleDataSource) database;
		List<String> properties = new ArrayList<>(List.of("spring.application.name=" + name,
				"spring.datasource.url=" + own.getUrl(), "spring.datasource.username=" + own.getUser(),
				"audit.checkpoint.memory=" + this.directory.resolve(instance + "-memory"),
				"audit.checkpoint.interval=500ms",
				"audit.delivery.spool-directory=" + this.directory.resolve(instance + "-spool"),
				"spring.kafka.bootstrap-servers=" + this.servers, "audit.kafka.entries-topic=" + entriesTopic(),
				"audit.kafka.receipts-topic=" + receiptsTopic(), "audit.kafka.create-topics=true",
				"audit.kafka.replication=" + this.replication, "audit.kafka.partitions=" + PARTITIONS,
				"spring.main.banner-mode=off", "management.endpoints.web.exposure.include=auditkafka"));
		further.forEach((key, value) -> properties.add(key + "=" + value));
		return properties;
	}

	/**
	 * Starts an application as a process of its own.
	 * @param name its name
	 * @param instance the name of the instance, of which there may be several
	 * @param database its database
	 * @param further further properties
	 * @param listener is given each line, and says whether it is no line for the log
	 * @return the process
	 */
	ChildProcess start(String name, String instance, DataSource database, Map<String, String> further,
			Predicate<String> listener) {
		return ChildProcess.start(this.directory.resolve(instance + ".log"), listener, ChildApplication.class,
				properties(name, instance, database, further).stream().map((property) -> "--" + property).toList());
	}

	Map<String, String> receiving() {
		return Map.of("audit.checkpoint.private-key", this.centrePem, "audit.kafka.receive.enabled", "true",
				"audit.receive.backup-interval", "0s", "audit.receive.max-silence", "5s");
	}

	static void applyRoles(DataSource database) {
		try (InputStream file = Carriers.class.getResourceAsStream("/io/auditspring/db/roles.sql")) {
			new JdbcTemplate(database)
				.execute(new String(Objects.requireNonNull(file).readAllBytes(), StandardCharsets.UTF_8)
					.replace("${schema}", "audit"));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	static void await(ThrowingRunnable becomesTrue) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(240))
			.pollInterval(Duration.ofMillis(50))
			.untilAsserted(becomesTrue);
	}

	/** What is in the chain of a service, there or at the centre. */
	static String content(DataSource database, String chain) {
		return new JdbcTemplate(database).queryForObject("""
				select string_agg(to_jsonb(entry)::text, E'\\n' order by seq)
				from audit.audit_log as entry
				where chain = ?
				""", String.class, chain);
	}

	/** The same of a part of it, short. */
	static @Nullable String digest(DataSource database, String chain, long first, long end) {
		return new JdbcTemplate(database).queryForObject("""
				select count(*) || ' ' || md5(string_agg(to_jsonb(entry)::text, E'\n' order by seq))
				from audit.audit_log as entry
				where chain = ? and seq >= ? and seq < ?
				""", String.class, chain, first, end);
	}

	static boolean isActorErased(DataSource database, UUID id) {
		return Boolean.TRUE.equals(new JdbcTemplate(database)
			.queryForObject("select actor_digest is not null from audit.audit_log where id = ?", Boolean.class, id));
	}

	long atTheCentre(String chain) {
		return count(this.centreDatabase, chain);
	}

	private static long count(DataSource database, String chain) {
		return Objects.requireNonNull(new JdbcTemplate(database)
			.queryForObject("select count(*) from audit.audit_log where chain = ?", Long.class, chain));
	}

	void awaitTheSame(Service service, int entries) {
		await(() -> assertThat(count(service.database, service.name)).isEqualTo(entries));
		await(() -> assertThat(atTheCentre(service.name)).isEqualTo(entries));
		assertThat(content(this.centreDatabase, service.name)).isEqualTo(content(service.database, service.name));
	}

	void assertVerified() {
		assertThat(centre().getBean(AuditTrail.class).verify().chains())
			.allSatisfy((chain) -> assertThat(chain.problems()).isEmpty());
	}

	<T> T kafka(Function<Admin, KafkaFuture<T>> work) {
		try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, this.servers))) {
			return work.apply(admin).get();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** What anybody sends who may write to a topic. */
	void send(ProducerRecord<byte[], byte[]> record) {
		try (KafkaProducer<byte[], byte[]> stranger = new KafkaProducer<>(
				Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, this.servers), new ByteArraySerializer(),
				new ByteArraySerializer())) {
			stranger.send(record).get();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	static Health health(ConfigurableApplicationContext application, String indicator) {
		return Objects.requireNonNull(application.getBean(indicator, HealthIndicator.class).health());
	}

	@Override
	public void close() {
		this.services.values().forEach(Service::stop);
		stopTheCentre();
	}

	/** The one in this JVM. */
	private static final class BrokerHere {

		static final EmbeddedKafkaKraftBroker INSTANCE = start();

		private static EmbeddedKafkaKraftBroker start() {
			EmbeddedKafkaKraftBroker started = new EmbeddedKafkaKraftBroker(1, 1);
			started.brokerProperty("auto.create.topics.enable", "false");
			started.brokerProperty("delete.topic.enable", "true");
			started.brokerProperty("offsets.topic.num.partitions", "2");
			started.afterPropertiesSet();
			Runtime.getRuntime().addShutdownHook(new Thread(started::destroy));
			return started;
		}

	}

	/** A service that records what it is told to. */
	final class Service {

		final String name;

		final String pem = Ed25519Signer.newPem();

		DataSource database;

		private final Path directory;

		private @Nullable ConfigurableApplicationContext context;

		private Service(String name, Path directory, DataSource database) {
			this.name = name;
			this.directory = directory;
			this.database = database;
		}

		Map<String, String> properties() {
			Map<String, String> properties = new HashMap<>(publishing());
			properties.put("audit.chain", this.name);
			properties.put("audit.checkpoint.private-key", this.pem);
			return properties;
		}

		ConfigurableApplicationContext context() {
			ConfigurableApplicationContext running = this.context;
			if (running == null) {
				running = Carriers.this.run(this.name, this.database, properties());
				this.context = running;
			}
			return running;
		}

		void record(String action, int times) {
			record(context(), action, times);
		}

		void record(ConfigurableApplicationContext context, String action, int times) {
			AuditRecorder recorder = context.getBean(AuditRecorder.class);
			for (int i = 0; i < times; i++) {
				recorder.record(AuditRecord.action(action).target("Order", i).build());
			}
		}

		/** Writes the first entry, and lets the centre know the chain. */
		Service registered() {
			record("service.begin", 1);
			await(() -> assertThat(count(this.database, this.name)).isEqualTo(1));
			register(this);
			return this;
		}

		/** As a backup of the database that is made now. */
		DataSource backup() {
			stop();
			new JdbcTemplate(Carriers.this.centreDatabase)
				.execute("select pg_terminate_backend(pid, 60000) from pg_stat_activity where datname = '%s'"
					.formatted(databaseName()));
			return TestDatabase.copyOf(databaseName());
		}

		private String databaseName() {
			return Objects.requireNonNull(((PGSimpleDataSource) this.database).getDatabaseName());
		}

		String query(String sql) {
			return String.valueOf(new JdbcTemplate(this.database).queryForObject(sql, Object.class));
		}

		void execute(String sql) {
			new JdbcTemplate(this.database).execute(sql);
		}

		void stop() {
			if (this.context != null) {
				this.context.close();
				this.context = null;
			}
		}

	}

}
