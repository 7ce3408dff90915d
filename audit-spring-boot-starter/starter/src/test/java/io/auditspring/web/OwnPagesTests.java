package io.auditspring.web;

import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;

import javax.sql.DataSource;

import io.auditspring.ledger.Schema;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.entry.Entry;
import io.auditspring.ledger.internal.table.LedgerWriter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whoever may not know the places of entries gets each of them nevertheless, and once:
 * where a ledger was restored, one id may be in two chains.
 */
class OwnPagesTests {

	private static final String OWN = "/audit/api/entries?action=order.pay&limit=%d&order=%s";

	private static ConfigurableApplicationContext context;

	private final Visitor carol = Visitor.anonymous(context).as("carol");

	private final Visitor jane = Visitor.anonymous(context).as("jane");

	@BeforeAll
	static void start() throws Exception {
		context = WebFixture.application().run();
		append(Entries.entry("audit.archive", "AuditArchive", "main-0-99", "jane"));
		append(Entries.entry("order.pay"));
		append(Entries.entry("order.pay"), Entries.entry("order.pay"));
		append(Entries.entry("order.pay"));
		new JdbcTemplate(context.getBean(DataSource.class)).execute("""
				alter table audit.audit_log disable trigger user;
				insert into audit.audit_log
				select (jsonb_populate_record(entry, jsonb_build_object('chain', 'orders@2', 'seq', 7, 'recorded_at',
					clock_timestamp()))).*
				from audit.audit_log entry
				where chain = 'orders' and seq = 1;
				""");
		append(Entries.entry("order.pay"));
	}

	private static void append(Entry... entries) throws Exception {
		try (Connection connection = context.getBean(DataSource.class).getConnection()) {
			connection.setAutoCommit(false);
			new LedgerWriter(new Schema("audit")).append(connection, "orders", List.of(entries));
			connection.commit();
		}
	}

	@AfterAll
	static void stop() {
		context.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "asc", "desc" })
	void anIdThatIsInTwoChainsLeadsOnFromWhereItWas(String order) {
		List<String> all = new ArrayList<>();
		this.carol.json(OWN.formatted(100, order))
			.get("entries")
			.forEach((entry) -> all.add(entry.get("recordedAt").stringValue()));
		for (int limit = 1; limit < 7; limit++) {
			assertThat(recorded(OWN.formatted(limit, order))).hasSize(6).isEqualTo(all);
		}
	}

	private List<String> recorded(String path) {
		List<String> recorded = new ArrayList<>();
		String cursor = "";
		do {
			JsonNode page = this.jane.json(path + "&cursor=" + cursor);
			page.get("entries").forEach((entry) -> {
				assertThat(entry.get("seq").isNull()).isTrue();
				recorded.add(entry.get("recordedAt").stringValue());
			});
			cursor = page.get("next").stringValue("");
		}
		while (!cursor.isEmpty() && recorded.size() < 20);
		return recorded;
	}

	/** By trying ranges one would find out how much others do. */
	@Test
	void howFarTheArchiveGoesIsFoundByNoFilterAndByNoPath() {
		assertThat(this.jane.actions("/audit/api/entries?action=audit.archive")).containsExactly("audit.archive");
		for (String path : List.of("entries?targetType=AuditArchive&targetId=main-0-99",
				"entries?target=AuditArchive:main-0-99", "entries?targetId=main-0-*", "targets/AuditArchive/main-0-99",
				"targets/AuditArchive/main-0-99?action=audit.archive")) {
			assertThat(this.jane.actions("/audit/api/" + path)).as(path).isEmpty();
		}
		assertThat(this.carol.actions("/audit/api/targets/AuditArchive/main-0-99")).containsExactly("audit.archive");
	}

	/** As of an entry that somebody else did, or that has gone. */
	@Test
	void aCursorThatLeadsNowhereIsRefused() {
		for (String cursor : List.of("AgAAAAAAAAAAAAAAAAAAAAE", "AgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAQ",
				"An__________AAAAAAAAAAAAAAAAAAAAAQ", "AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")) {
			assertThat(this.jane.get(OWN.formatted(1, "asc") + "&cursor=" + cursor)).satisfies((answer) -> {
				assertThat(answer.statusCode()).isEqualTo(400);
				assertThat(answer.body()).contains("cursor takes what 'next' of the page before was, unchanged");
			});
		}
	}

}
