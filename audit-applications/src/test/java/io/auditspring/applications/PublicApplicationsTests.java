package io.auditspring.applications;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

import io.auditspring.applications.Jvm.Ended;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Set-ups of public applications, rebuilt small, with one dependency and one annotation
 * added and no property: they start, leave their first entry, and their own tests stay
 * green.
 */
@Execution(ExecutionMode.CONCURRENT)
class PublicApplicationsTests {

	private static final String[] TESTS = { "spring-boot-starter-test", "spring-boot-starter-data-jpa-test",
			"junit-platform-launcher" };

	private static final String[] PET_CLINIC = { "spring-boot-starter-actuator", "spring-boot-starter-cache",
			"spring-boot-starter-thymeleaf", "spring-boot-starter-validation", "spring-boot-starter-webmvc", "jcache",
			"h2" };

	@Test
	void petClinicWithPostgreSql() throws Exception {
		Database database = Database.create();
		ClassPath classPath = ClassPath.of("petclinic")
			.with(PET_CLINIC)
			.with(TESTS)
			.with("spring-boot-starter-webmvc-test");
		ownTests("petclinic", new Jvm(classPath).with(database).with("SPRING_PROFILES_ACTIVE", "postgres"));
		// The call, and what it changed in a transaction of its repository's.
		assertThat(database.entries()).extracting("action", "outcome", "actor_type", "actor_id", "ip", "target_type")
			.containsExactlyInAnyOrder(
					tuple("OwnerController.processCreationForm", "success", "anonymous", "anonymous", "127.0.0.1",
							null),
					tuple("OwnerController.processCreationForm", "success", "anonymous", "anonymous", "127.0.0.1",
							"Owner"),
					// The form is shown again.
					tuple("OwnerController.processCreationForm", "failure", "anonymous", "anonymous", "127.0.0.1",
							null));
	}

	@Test
	void petClinicWithH2IsRefusedClearly() throws Exception {
		Ended ended = new Jvm(ClassPath.of("petclinic").with(PET_CLINIC)).with("SERVER_PORT", "0")
			.run("org.example.petclinic.PetClinicApplication");
		assertThat(ended.code()).isOne();
		assertThat(ended.log()).contains("APPLICATION FAILED TO START")
			.containsPattern("Found H2 .*, the audit trail needs PostgreSQL 15 or later")
			.contains("@AuditDataSource", "audit.enabled=false");
	}

	@Test
	@Tag("thorough")
	void aRestBackEndWithLiquibase() throws Exception {
		Database database = Database.create();
		ClassPath classPath = ClassPath.of("articles")
			.with("spring-boot-starter-webmvc", "spring-boot-starter-liquibase")
			.with(TESTS)
			.with("spring-boot-starter-webmvc-test");
		ownTests("articles", new Jvm(classPath).with(database));
		assertThat(database.entries()).extracting("action", "outcome", "ip", "service")
			.containsExactlyInAnyOrder(tuple("ArticleServiceImpl.rename", "success", "127.0.0.1", "articles"),
					tuple("ArticleServiceImpl.rename", "failure", "127.0.0.1", "articles"),
					// The test's transaction is rolled back.
					tuple("ArticleServiceImpl.rename", "failure", null, "articles"));
		assertThat(database.entries()).filteredOn("outcome", "success")
			.singleElement()
			.satisfies((entry) -> assertThat(entry).extracting("before_state", "after_state", "changes")
				.doesNotContainNull());
	}

	@Test
	@Tag("thorough")
	void oneWithFlywayThatValidates() throws Exception {
		Database database = Database.create();
		ClassPath classPath = ClassPath.of("stock").with("spring-boot-starter-flyway", "hibernate-envers").with(TESTS);
		ownTests("stock", new Jvm(classPath).with(database));
		assertThat(database.entries()).singleElement()
			.satisfies((entry) -> assertThat(entry).containsEntry("action", "Warehouse.display")
				.containsEntry("outcome", "success")
				.containsEntry("target_type", "StockItem"))
			.satisfies((entry) -> assertThat(entry.get("after_state")).asString().contains("FRONT"));
	}

	@Test
	@Tag("thorough")
	void oneFromJHipster() throws Exception {
		Database database = Database.create();
		ClassPath classPath = ClassPath.of("bank")
			.with("spring-boot-starter-actuator", "spring-boot-starter-aspectj", "spring-boot-starter-cache", "jcache",
					"hibernate-jcache", "hibernate-envers", "spring-boot-starter-liquibase",
					"spring-boot-starter-security-oauth2-resource-server", "spring-boot-starter-validation",
					"spring-boot-starter-webmvc", "springdoc-openapi-starter-webmvc-api")
			.with(TESTS)
			.with("spring-boot-starter-webmvc-test", "spring-boot-starter-security-test");
		ownTests("bank", new Jvm(classPath).with(database));
		List<Map<String, Object>> entries = database.entries();
		// The call, and what it changed: the account and its operation
		assertThat(entries).extracting("action", "outcome", "actor_id", "target_type")
			.containsExactlyInAnyOrder(tuple("BankService.book", "success", "jane", null),
					tuple("BankService.book", "success", "jane", "BankAccount"),
					tuple("BankService.book", "success", "jane", "Operation"),
					tuple("BankService.book", "denied", "joe", null),
					tuple("BankService.book", "success", "user", null),
					tuple("BankService.book", "success", "user", "BankAccount"),
					tuple("BankService.book", "success", "user", "Operation"));
		assertThat(entries).extracting("after_state")
			.anySatisfy((state) -> assertThat(state).asString().contains("2026-01-02T03:04:05.678Z"));
	}

	@Test
	@Tag("thorough")
	void oneWithModulesAndTheirEvents(@TempDir Path directory) throws Exception {
		Database database = Database.create();
		ClassPath classPath = ClassPath.of("library")
			.with("spring-modulith-starter-jdbc", "spring-modulith-starter-test", "hibernate-envers")
			.with(TESTS);
		// Spring Modulith takes no class for the application's that lies in test-classes.
		ownTests("library", new Jvm(Jars.of(classPath.toString(), directory)).with(database));
		List<Map<String, Object>> entries = database.entries();
		assertThat(entries).extracting("action", "outcome", "actor_type", "target_type")
			.containsExactlyInAnyOrder(tuple("Lending.lend", "success", "system", "Loan"),
					tuple("Lending.lend", "success", "system", "Loan"), tuple("Shelf.on", "success", "system", "Book"));
		assertThat(entries).extracting("after_state").doesNotContainNull();
	}

	@Test
	void oneWithTwoDataSources() throws Exception {
		Database sales = Database.create();
		Database logistics = Database.create();
		ownTests("customers",
				new Jvm(ClassPath.of("customers").with("spring-boot-starter-flyway").with(TESTS))
					.with("SALES_URL", sales.url())
					.with("LOGISTICS_URL", logistics.url()));
		assertThat(sales.entries()).extracting("action", "outcome")
			.containsExactly(tuple("Desk.register", "success"), tuple("Desk.ship", "success"));
	}

	@Test
	@Tag("thorough")
	void oneWithoutWeb() throws Exception {
		Database database = Database.create();
		Ended ended = new Jvm(ClassPath.of("importer")).with(database)
			.run("org.example.importer.ImporterApplication", "7", "8");
		assertThat(ended.code()).as(ended.log()).isZero();
		ownTests("importer", new Jvm(ClassPath.of("importer").with(TESTS)).with(database));
		assertThat(database.entries()).extracting("action", "outcome", "actor_id")
			.hasSize(8)
			.containsOnly(tuple("Importer.read", "success", "system"));
		assertThat(database.entries()).filteredOn((entry) -> entry.get("after_state") != null).hasSize(4);
	}

	private static void ownTests(String application, Jvm jvm) throws IOException, InterruptedException {
		Ended ended = jvm.run(OwnTests.class.getName(), "org.example." + application);
		assertThat(ended.code()).as(ended.log()).isZero();
	}

}
