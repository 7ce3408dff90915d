package io.auditspring.intercept.internal.access;

import java.lang.reflect.Method;
import java.util.Arrays;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What calls are called where nobody gave them a name.
 */
class KnownTypesTests {

	private static String[] calls(Class<?> type) {
		return Arrays.stream(type.getDeclaredMethods())
			.filter((method) -> !method.isSynthetic())
			.map((method) -> KnownTypes.call(type, method))
			.toArray(String[]::new);
	}

	@Test
	void aCallIsKnownByClassAndMethod() {
		assertThat(calls(Desk.class)).containsExactlyInAnyOrder("Desk.pay", "Desk.pay$all");
	}

	@Test
	void aFunctionOfKotlinIsKnownByTheNameThatItHasInTheSource() {
		assertThat(Depot.class.getDeclaredMethods()).extracting(Method::getName)
			.anyMatch((name) -> name.matches("sweep\\$.+"))
			.anyMatch((name) -> name.matches("hand-.{7}"))
			.anyMatch((name) -> name.matches("take-.{7}\\$.+"));
		assertThat(calls(Depot.class)).containsExactlyInAnyOrder("Depot.open", "Depot.sweep", "Depot.hand",
				"Depot.take", "Depot.pay-invoice");
	}

	static class Desk {

		void pay() {
		}

		void pay$all() {
		}

	}

}
