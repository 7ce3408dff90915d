package io.auditspring.applications;

import io.auditspring.applications.Jvm.Ended;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Applications stay what they are when they are audited: what the starter needs itself
 * switches on nothing in them.
 */
@Execution(ExecutionMode.CONCURRENT)
class WithoutJpaTests {

	private static final String HIBERNATE_STARTS = "Processing PersistenceUnitInfo";

	@Test
	void theStarterBringsNoModuleThatDoesMoreThanItNeeds() {
		assertThat(ClassPath.of("accounts", "spring-boot-starter-jdbc").artifacts())
			.contains("hibernate-core", "spring-orm", "flyway-core")
			.doesNotContain("spring-data-jpa", "spring-boot-data-jpa", "spring-boot-jpa", "spring-boot-hibernate",
					"spring-boot-data-commons", "spring-boot-flyway", "spring-aspects");
	}

	@Test
	@Tag("thorough")
	void springDataJdbcKeepsItsRepositories() throws Exception {
		Database database = Database.create();
		Ended ended = run(new Jvm(ClassPath.of("dogs", "spring-boot-starter-data-jdbc")).with(database),
				"org.example.dogs.DogsApplication");
		// It reads no entry
		assertThat(ended.log()).doesNotContain(HIBERNATE_STARTS);
		assertThat(database.entries()).extracting("action", "outcome", "target_id")
			.containsExactlyInAnyOrder(tuple("dog.adopt", "success", "1"), tuple("dog.return", "failure", null));
		database.drop();
	}

	@Test
	void aWebApplicationWithSqlOfItsOwnHasNoPersistenceUnit() throws Exception {
		Database database = Database.create();
		Ended ended = run(
				new Jvm(ClassPath.of("accounts", "spring-boot-starter-jdbc").with("spring-boot-starter-webmvc"))
					.with(database),
				"org.example.accounts.AccountsApplication");
		assertThat(ended.log()).containsPattern("Renewed: .*\"account.open\"]")
			.containsOnlyOnce(HIBERNATE_STARTS)
			.containsPattern("Beans: .*transactionManager")
			.doesNotContainPattern("(?i)Beans: .*(entityManager|jpa|openIn)")
			.doesNotContain("open-in-view");
		assertThat(database.entries()).extracting("action", "outcome", "target_id", "ip")
			.containsExactly(tuple("account.open", "success", "1", "127.0.0.1"),
					tuple("account.close", "success", "1", "127.0.0.1"));
		database.drop();
	}

	@Test
	void oneWithR2dbcKeepsItsRepositoriesAndItsTransactions() throws Exception {
		Database database = Database.create();
		ClassPath classPath = ClassPath.of("posts", "spring-boot-starter-data-r2dbc")
			.with("r2dbc-postgresql", "HikariCP");
		run(new Jvm(classPath).with("LEDGER_URL", database.url())
			.with("SPRING_R2DBC_URL", database.url().replaceFirst("^jdbc:(.*)\\?.*", "r2dbc:$1"))
			.with("SPRING_R2DBC_USERNAME", "postgres"), "org.example.posts.PostsApplication");
		assertThat(database.entries()).extracting("action", "outcome", "target_id")
			.containsExactlyInAnyOrder(tuple("post.write", "success", "1"), tuple("post.withdraw", "failure", null));
		database.drop();
	}

	@Test
	@Tag("thorough")
	void oneWithAllModulesOfSpringBootsHasNoFlywayThatItNeverAskedFor() throws Exception {
		Database database = Database.create();
		database.jdbc().execute("create table of_the_application (id bigint)");
		// As spring-boot-starter-classic does, without the libraries
		Ended ended = run(new Jvm(ClassPath.of("plain").with("spring-boot-flyway")).with(database),
				"org.example.plain.PlainApplication");
		assertThat(database.jdbc()
			.queryForObject("select to_regclass('public.flyway_schema_history') is null", Boolean.class))
			.as(ended.log())
			.isTrue();
		assertThat(ended.log()).contains("Spring Boot's Flyway stays off");
		assertThat(database.entries()).hasSize(3);
		database.drop();
	}

	private static Ended run(Jvm jvm, String application) throws Exception {
		Ended ended = jvm.run(application);
		assertThat(ended.code()).as(ended.log()).isZero();
		return ended;
	}

}
