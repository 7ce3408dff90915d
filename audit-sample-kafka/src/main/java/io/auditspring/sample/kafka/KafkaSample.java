package io.auditspring.sample.kafka;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.auditspring.ledger.checkpoint.Ed25519Signer;
import io.auditspring.ledger.checkpoint.VerifierKey;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.kafka.test.EmbeddedKafkaKraftBroker;

/**
 * Starts a broker, a database server, the central application on port 8080, and two
 * services that do something each second. In earnest these are machines of their own, and
 * each has its key in a file.
 */
public final class KafkaSample implements AutoCloseable {

	private static final String CENTRE = "centre";

	private static final long MILLIS_BETWEEN_LOOKS = 100;

	private final EmbeddedKafkaKraftBroker broker = new EmbeddedKafkaKraftBroker(1, 1);

	private final EmbeddedPostgres server;

	private final List<ConfigurableApplicationContext> applications = new ArrayList<>();

	private KafkaSample() throws IOException {
		this.broker.afterPropertiesSet();
		this.server = EmbeddedPostgres.builder()
			.setRegisterShutdownHook(false)
			.setPGStartupWait(Duration.ofMinutes(2))
			.start();
		// The rights that roles.sql gives; here everybody is a superuser.
		database("postgres").execute("create role audit_receiver nologin");
	}

	public static void main(String[] arguments) throws IOException, InterruptedException {
		KafkaSample sample = new KafkaSample();
		Runtime.getRuntime().addShutdownHook(new Thread(sample::close));
		sample.start(arguments);
	}

	static KafkaSample run(String... arguments) throws IOException, InterruptedException {
		KafkaSample sample = new KafkaSample();
		sample.start(arguments);
		return sample;
	}

	private void start(String... arguments) throws InterruptedException {
		String key = Ed25519Signer.newPem();
		centre(key, arguments);
		for (String service : List.of("orders", "payments")) {
			String own = Ed25519Signer.newPem();
			service(service, own, verifier(CENTRE, key));
			register(service, verifier(service, own));
		}
	}

	private static String verifier(String name, String key) {
		return VerifierKey.of(Ed25519Signer.ofPem(name, key)).toString();
	}

	ConfigurableApplicationContext centre() {
		return this.applications.get(0);
	}

	private void centre(String key, String... arguments) {
		run(new SpringApplicationBuilder(CentralApplication.class), CENTRE, key, arguments);
	}

	private void service(String name, String key, String centreKey) {
		run(new SpringApplicationBuilder(ServiceApplication.class).web(WebApplicationType.NONE), name, key,
				"--audit.retention.centre-keys=" + centreKey);
	}

	private void run(SpringApplicationBuilder application, String name, String key, String... arguments) {
		database("postgres").execute("create database " + name);
		List<String> all = new ArrayList<>(List.of(arguments));
		all.add("--spring.config.name=" + (name.equals(CENTRE) ? CENTRE : "service"));
		all.add("--spring.application.name=" + name);
		all.add("--spring.datasource.url=" + url(name));
		all.add("--spring.datasource.username=postgres");
		all.add("--spring.kafka.bootstrap-servers=" + this.broker.getBrokersAsString());
		all.add("--audit.checkpoint.private-key=" + key);
		all.add("--audit.checkpoint.memory=target/checkpoints/%s/%s".formatted(name, System.currentTimeMillis()));
		this.applications.add(application.run(all.toArray(String[]::new)));
	}

	/** What the owner of the centre's ledger does once for each service. */
	private void register(String service, String key) throws InterruptedException {
		List<String> ledger = List.of();
		while (ledger.isEmpty()) {
			Thread.sleep(MILLIS_BETWEEN_LOOKS);
			ledger = database(service).queryForList("select ledger_id::text from audit.audit_chain where name = ?",
					String.class, service);
		}
		database(CENTRE).queryForList("select audit.audit_receive_chain(?, ?::uuid, ?, ?)", service, ledger.get(0),
				service, key);
	}

	private String url(String database) {
		return "jdbc:postgresql://localhost:%s/%s".formatted(this.server.getPort(), database);
	}

	private JdbcTemplate database(String name) {
		return new JdbcTemplate(this.server.getDatabase("postgres", name));
	}

	@Override
	public void close() {
		for (int i = this.applications.size() - 1; i >= 0; i--) {
			this.applications.get(i).close();
		}
		this.broker.destroy();
		try {
			this.server.close();
		}
		catch (IOException ex) {
			throw new IllegalStateException("The database server cannot be stopped", ex);
		}
	}

}
