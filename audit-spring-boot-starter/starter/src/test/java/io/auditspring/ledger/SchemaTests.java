package io.auditspring.ledger;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class SchemaTests {

	@ParameterizedTest
	@ValueSource(strings = { "", "Audit", "1audit", "audit-log", "audit.log", "audit\"", "audit;drop", "\u00e4udit",
			"a1234567890123456789012345678901234567890123456789012345678901234" })
	void aNameThatWouldNeedCareIsRefused(String name) {
		assertThatIllegalArgumentException().isThrownBy(() -> new Schema(name))
			.withMessageStartingWith("audit.schema takes");
	}

	@Test
	void namesAreQualified() {
		assertThat(new Schema("user").table("audit_log")).isEqualTo("\"user\".audit_log");
	}

}
