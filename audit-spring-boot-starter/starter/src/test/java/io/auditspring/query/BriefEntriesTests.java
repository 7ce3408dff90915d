package io.auditspring.query;

import java.util.List;
import java.util.stream.Stream;

import io.auditspring.TestDatabase;
import io.auditspring.ledger.internal.entry.Entries;
import io.auditspring.ledger.internal.table.LedgerDatabase;
import io.auditspring.signing.LedgerVerifier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import org.springframework.data.domain.Window;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What no list shows is not read for one: it may be thousands of times as long as the
 * rest, and lies where the database stores what is long.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BriefEntriesTests {

	private final LedgerDatabase database = LedgerDatabase.create();

	private final StatementLog log = new StatementLog();

	private final PersistenceUnit unit = PersistenceUnit.watched(this.database, this.log);

	private final AuditTrail trail = new JpaAuditTrail(this.unit.entityManager(),
			new LedgerVerifier(this.database.dataSource(), this.database.schema()));

	@BeforeAll
	void write() {
		this.database.append("main", Entries.entries(30));
		this.database.append("other", Entries.entries(30));
	}

	@AfterAll
	void close() {
		this.unit.close();
		TestDatabase.drop(this.database.dataSource());
	}

	/** Each is read in another way. */
	static Stream<AuditQuery> queries() {
		return Stream.of(AuditQuery.all().limit(20), AuditQuery.all().actor("jane", "nobody").limit(20),
				AuditQuery.all().text("order").limit(20), AuditQuery.all().limit(20).oldestFirst());
	}

	@ParameterizedTest
	@MethodSource("queries")
	void noStatementOfAListSelectsStatesOrMetadata(AuditQuery query) {
		Window<AuditEntry> whole = this.trail.find(query);
		assertThat(selected()).anyMatch((columns) -> columns.contains("before_state"));
		Window<AuditEntry> brief = this.trail.find(query.withoutStates());
		assertThat(selected()).isNotEmpty()
			.noneMatch((columns) -> columns.matches("(?s).*(before_state|after_state|metadata).*"))
			.anyMatch((columns) -> columns.contains("changes"));
		assertThat(brief.getContent()).hasSize(20)
			.allSatisfy((entry) -> assertThat(entry.getBefore()).isNull())
			.extracting(BriefEntriesTests::json)
			.isEqualTo(whole.getContent().stream().map(BriefEntriesTests::json).toList());
		assertThat(this.trail.find(query.withoutStates().after(brief.positionAt(19))).getContent())
			.extracting(AuditEntry::getId)
			.isEqualTo(this.trail.find(query.after(whole.positionAt(19))).map(AuditEntry::getId).toList());
	}

	@Test
	void theEntriesOfTheTestsHaveWhatIsLeftOut() {
		assertThat(this.trail.find(AuditQuery.all())).anyMatch((entry) -> entry.getAfter() != null)
			.anyMatch((entry) -> !entry.getMetadata().isEmpty());
	}

	/** What the statements give, wherever they look. */
	private List<String> selected() {
		return this.log.takeAll()
			.stream()
			.map((statement) -> statement.sql().substring(0, statement.sql().indexOf(" from ")))
			.toList();
	}

	private static ObjectNode json(AuditEntry entry) {
		ObjectNode json = JsonMapper.shared().valueToTree(entry);
		return json.without(List.of("before", "after", "metadata"));
	}

}
