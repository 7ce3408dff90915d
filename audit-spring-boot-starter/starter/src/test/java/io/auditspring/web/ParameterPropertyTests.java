package io.auditspring.web;

import java.util.Base64;
import java.util.Random;

import io.auditspring.Mutations;
import io.auditspring.web.internal.value.Cursor;
import io.auditspring.web.internal.value.MalformedParameterException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever a request says, it asks for something or is told which parameter is wrong.
 */
class ParameterPropertyTests {

	private static final String[][] VALID = { { "actor", "kari" }, { "actorType", "service" }, { "action", "order.*" },
			{ "targetType", "Order" }, { "targetId", "42" }, { "category", "orders" }, { "severity", "warning" },
			{ "minSeverity", "info" }, { "outcome", "denied" }, { "related", "Customer:7" },
			{ "metadata", "version:1.0" }, { "tenant", "acme" }, { "service", "shop" }, { "chain", "main" },
			{ "operation", "6f8a1c52-9b1d-4a7e-9c45-000000000001" }, { "trace", "4bf92f3577b34da6a3ce929d0e0e4736" },
			{ "session", "s-1" }, { "ip", "2001:db8::1" }, { "from", "2026-01-01T00:00:00Z" },
			{ "to", "2026-02-01T00:00:00+01:00" }, { "q", "\"two words\" or -one" }, { "limit", "50" },
			{ "order", "asc" }, { "impersonator", "root" }, { "id", "6f8a1c52-9b1d-4a7e-9c45-000000000002" } };

	@Property(tries = 20_000)
	void aParameterIsReadOrNamed(@ForAll long seed) {
		Random random = new Random(seed);
		MultiValueMap<String, String> parameters = new LinkedMultiValueMap<>();
		for (int i = 1 + random.nextInt(3); i > 0; i--) {
			String[] valid = VALID[random.nextInt(VALID.length)];
			parameters.add((random.nextInt(10) == 0) ? Mutations.mutate(valid[0], random) : valid[0],
					Mutations.mutate(valid[1], random));
		}
		try {
			assertThat(EntryParameters.of(parameters, EntryParameters.ORDER).toQuery()).isNotNull();
		}
		catch (MalformedParameterException ex) {
			assertThat(ex.getMessage()).isNotBlank();
		}
	}

	@Property(tries = 20_000)
	void aCursorIsReadOrRefused(@ForAll long seed) {
		Random random = new Random(seed);
		byte[] bytes = new byte[random.nextInt(40)];
		random.nextBytes(bytes);
		if (bytes.length > 0) {
			bytes[0] = (byte) random.nextInt(4);
		}
		String cursor = Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
		try {
			assertThat(Cursor.parse(Mutations.mutate(cursor, random))).isNotNull();
		}
		catch (IllegalArgumentException ex) {
			assertThat(ex.getMessage()).contains("cursor");
		}
	}

}
