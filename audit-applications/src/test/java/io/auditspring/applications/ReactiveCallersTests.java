package io.auditspring.applications;

import io.auditspring.applications.Jvm.Ended;
import org.assertj.core.groups.Tuple;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * Who calls in a reactive application with a login. No thread is a request's there: an
 * entry says who it was, or that nobody can tell, and never that it was the system.
 */
@Execution(ExecutionMode.CONCURRENT)
class ReactiveCallersTests {

	private static final Tuple JANE = tuple("user", "jane", "127.0.0.1");

	private static final Tuple UNKNOWN = tuple("anonymous", "unknown", null);

	private static final Tuple SYSTEM = tuple("system", "system", null);

	@Test
	void areKnownWhereReactorPropagatesItsContext() throws Exception {
		assertThatCallersAre("auto", JANE, JANE, JANE);
	}

	@Test
	@Tag("thorough")
	void areUnknownToWhatReturnsAtOnceWhereItDoesNot() throws Exception {
		assertThatCallersAre("limited", UNKNOWN, UNKNOWN, UNKNOWN);
	}

	private static void assertThatCallersAre(String propagation, Tuple atOnce, Tuple body, Tuple blocking)
			throws Exception {
		Database database = Database.create();
		ClassPath classPath = ClassPath.of("reactive")
			.with("spring-boot-starter-webflux", "spring-boot-starter-security", "context-propagation");
		Ended ended = new Jvm(classPath).with(database)
			.with("SPRING_REACTOR_CONTEXTPROPAGATION", propagation)
			.run("org.example.reactive.ReactiveApplication");
		assertThat(ended.code()).as(ended.log()).isZero();
		assertThat(database.entries()).filteredOn("action", "note.write")
			.extracting("message", "actor_type", "actor_id", "ip")
			.containsExactlyInAnyOrder(entry("at once", atOnce), entry("body", body), entry("blocking", blocking),
					entry("later", JANE), entry("of no request", SYSTEM));
		database.drop();
	}

	private static Tuple entry(String name, Tuple caller) {
		Object[] values = caller.toArray();
		return tuple(name, values[0], values[1], values[2]);
	}

}
